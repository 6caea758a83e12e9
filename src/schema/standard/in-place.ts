/** Keywords that apply schemas to the value itself. @see JSON Schema core 2020-12, 8.2.3 and 10.2 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { isList, schemaError } from '../keyword.ts';
import type { Applicator, Evaluation } from './evaluate.ts';
import { merge, NOTHING_SEEN, type Seen } from './outcome.ts';

/** The keywords in the order in which they are applied. */
export const IN_PLACE: readonly (readonly [string, Applicator])[] = [
  ['$ref', (schema, _, evaluation) => evaluation.refer(schema['$ref'] ?? null)],
  ['$dynamicRef', (schema, _, evaluation) => evaluation.referDynamically(schema['$dynamicRef'] ?? null)],
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['oneOf', oneOf],
  ['not', (schema, _, { apply }) => (apply(schema['not'] ?? null) === null ? NOTHING_SEEN : null)],
  ['if', conditional],
  ['dependentSchemas', (schema, value, evaluation) => dependent(schema['dependentSchemas'], value, evaluation)],
  ['dependencies', (schema, value, evaluation) => dependent(schema['dependencies'], value, evaluation)],
];

function schemasOf(schema: JsonObject, keyword: string): readonly JsonValue[] {
  const schemas = schema[keyword];
  if (!isList(schemas) || schemas.length === 0) throw schemaError(`want a list of schemas for "${keyword}"`);
  return schemas;
}

function allOf(schema: JsonObject, _: JsonValue, { apply }: Evaluation): Seen | null {
  let seen: Seen = NOTHING_SEEN;
  for (const branch of schemasOf(schema, 'allOf')) {
    const more = apply(branch);
    if (more === null) return null;
    seen = merge(seen, more);
  }
  return seen;
}

// Every branch is applied, because each that is valid may have seen something.
function anyOf(schema: JsonObject, _: JsonValue, { apply }: Evaluation): Seen | null {
  const valid = schemasOf(schema, 'anyOf').flatMap((branch) => apply(branch) ?? []);
  return valid.length === 0 ? null : valid.reduce(merge);
}

function oneOf(schema: JsonObject, _: JsonValue, { apply }: Evaluation): Seen | null {
  const valid = schemasOf(schema, 'oneOf').flatMap((branch) => apply(branch) ?? []);
  return valid.length === 1 ? (valid[0] ?? null) : null;
}

function conditional(schema: JsonObject, _: JsonValue, { apply }: Evaluation): Seen | null {
  const test = apply(schema['if'] ?? null);
  const branch = test === null ? schema['else'] : schema['then'];
  const seen = branch === undefined ? NOTHING_SEEN : apply(branch);
  return seen === null ? null : merge(test ?? NOTHING_SEEN, seen);
}

// In the older drafts a dependency may also be a list of names.
function dependent(rules: JsonValue | undefined, value: JsonValue, { apply }: Evaluation): Seen | null {
  if (!isJsonObject(rules)) throw schemaError('want an object of schemas for what depends on a member');
  if (!isJsonObject(value)) return NOTHING_SEEN;
  let seen: Seen = NOTHING_SEEN;
  for (const [name, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(value, name)) continue;
    const names = isList(rule) || typeof rule === 'string' ? [rule].flat() : null;
    const hasNames = names?.every((need) => typeof need === 'string' && Object.hasOwn(value, need)) ?? true;
    const more = names === null ? apply(rule) : NOTHING_SEEN;
    if (!hasNames || more === null) return null;
    seen = merge(seen, more);
  }
  return seen;
}
