/** Keywords that apply schemas to the entries of a list. @see JSON Schema core 2020-12, 10.3.1 and 11.2 */
import type { JsonObject, JsonValue } from '../../core/canonical-json.ts';
import { isList, schemaError } from '../keyword.ts';
import type { Applicator, Evaluation, Held } from './evaluate.ts';
import { NOTHING_SEEN, seenEntries, seenFirst, type Seen } from './outcome.ts';

/** The keywords in the order in which they are applied. */
export const ITEMS_KEYWORDS: readonly (readonly [string, Applicator])[] = [
  ['prefixItems', (schema, value, evaluation) => tuple(schema['prefixItems'], value, evaluation)],
  ['items', items],
  ['additionalItems', additionalItems],
  ['contains', contains],
  ['unevaluatedItems', unevaluatedItems],
];

function held(container: readonly JsonValue[], key: number): Held {
  return { value: container[key] ?? null, container, key };
}

function tuple(schemas: JsonValue | undefined, value: JsonValue, { applyTo }: Evaluation): Seen | null {
  if (!isList(schemas)) throw schemaError('want a list of schemas for entries one by one');
  if (!isList(value)) return NOTHING_SEEN;
  const both = Math.min(schemas.length, value.length);
  for (let at = 0; at < both; at++) if (applyTo(schemas[at] ?? null, held(value, at)) === null) return null;
  return seenFirst(both);
}

function rest(schema: JsonValue, value: JsonValue, from: number, { applyTo }: Evaluation): Seen | null {
  if (!isList(value)) return NOTHING_SEEN;
  return value.every((_, at) => at < from || applyTo(schema, held(value, at)) !== null) ? seenFirst(Infinity) : null;
}

// Before 2020-12 a list of schemas here was what `prefixItems` is now.
function items(schema: JsonObject, value: JsonValue, evaluation: Evaluation): Seen | null {
  const inner = schema['items'] ?? null;
  if (isList(inner) && evaluation.draft < 2020) return tuple(inner, value, evaluation);
  const { prefixItems } = schema;
  return rest(inner, value, isList(prefixItems) && evaluation.draft === 2020 ? prefixItems.length : 0, evaluation);
}

function additionalItems(schema: JsonObject, value: JsonValue, evaluation: Evaluation): Seen | null {
  const { items: tupled } = schema;
  return isList(tupled) ? rest(schema['additionalItems'] ?? null, value, tupled.length, evaluation) : NOTHING_SEEN;
}

function contains(schema: JsonObject, value: JsonValue, { applyTo, draft }: Evaluation): Seen | null {
  if (!isList(value)) return NOTHING_SEEN;
  const inner = schema['contains'] ?? null;
  const found = new Set(value.flatMap((_, at) => (applyTo(inner, held(value, at)) === null ? [] : [at])));
  const least = draft >= 2019 ? (schema['minContains'] ?? 1) : 1;
  const most = draft >= 2019 ? (schema['maxContains'] ?? Infinity) : Infinity;
  if (typeof least !== 'number' || typeof most !== 'number')
    throw schemaError('want numbers for "minContains" and "maxContains"');
  return found.size >= least && found.size <= most ? seenEntries(found) : null;
}

function unevaluatedItems(
  schema: JsonObject,
  value: JsonValue,
  { applyTo }: Evaluation,
  { first, entries }: Seen,
): Seen | null {
  if (!isList(value)) return NOTHING_SEEN;
  const inner = schema['unevaluatedItems'] ?? null;
  const isValid = value.every((_, at) => at < first || entries.has(at) || applyTo(inner, held(value, at)) !== null);
  return isValid ? seenFirst(Infinity) : null;
}
