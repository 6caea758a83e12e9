/** Keywords that apply schemas to the members of an object. @see JSON Schema core 2020-12, 10.3.2 and 11.3 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { schemaError } from '../keyword.ts';
import { relaxedPattern } from './relaxed-pattern.ts';
import type { Applicator, Evaluation, Held } from './evaluate.ts';
import { NOTHING_SEEN, seenNames, type Seen } from './outcome.ts';

/** The keywords in the order in which they are applied. */
export const PROPERTIES_KEYWORDS: readonly (readonly [string, Applicator])[] = [
  ['properties', properties],
  ['patternProperties', patternProperties],
  ['additionalProperties', additionalProperties],
  ['propertyNames', propertyNames],
  ['unevaluatedProperties', unevaluatedProperties],
];

function membersOf(schema: JsonObject, keyword: string): JsonObject {
  const schemas = schema[keyword];
  if (schemas === undefined) return {};
  if (!isJsonObject(schemas)) throw schemaError(`want an object of schemas for "${keyword}"`);
  return schemas;
}

function held(container: JsonObject, key: string): Held {
  return { value: container[key] ?? null, container, key };
}

function properties(schema: JsonObject, value: JsonValue, { applyTo }: Evaluation): Seen | null {
  if (!isJsonObject(value)) return NOTHING_SEEN;
  const schemas = membersOf(schema, 'properties');
  const names = Object.keys(schemas).filter((name) => Object.hasOwn(value, name));
  const isValid = names.every((name) => applyTo(schemas[name] ?? null, held(value, name)) !== null);
  return isValid ? seenNames(new Set(names)) : null;
}

function patternProperties(schema: JsonObject, value: JsonValue, { applyTo, effort }: Evaluation): Seen | null {
  if (!isJsonObject(value)) return NOTHING_SEEN;
  const schemas = membersOf(schema, 'patternProperties');
  const names = new Set<string>();
  for (const [source, inner] of Object.entries(schemas)) {
    const pattern = relaxedPattern(source);
    for (const name of Object.keys(value)) {
      if (pattern.first(name, effort.patterns) === null) continue;
      if (applyTo(inner, held(value, name)) === null) return null;
      names.add(name);
    }
  }
  return seenNames(names);
}

function additionalProperties(schema: JsonObject, value: JsonValue, { applyTo, effort }: Evaluation): Seen | null {
  if (!isJsonObject(value)) return NOTHING_SEEN;
  const named = membersOf(schema, 'properties');
  const patterns = Object.keys(membersOf(schema, 'patternProperties')).map(relaxedPattern);
  const names = Object.keys(value).filter(
    (name) => !Object.hasOwn(named, name) && patterns.every((pattern) => pattern.first(name, effort.patterns) === null),
  );
  const inner = schema['additionalProperties'] ?? null;
  return names.every((name) => applyTo(inner, held(value, name)) !== null) ? seenNames(new Set(names)) : null;
}

/** A name is in no container. */
const NAMES = {};

function propertyNames(schema: JsonObject, value: JsonValue, { applyTo }: Evaluation): Seen | null {
  if (!isJsonObject(value)) return NOTHING_SEEN;
  const inner = schema['propertyNames'] ?? null;
  return Object.keys(value).every((name) => applyTo(inner, { value: name, container: NAMES, key: name }) !== null)
    ? NOTHING_SEEN
    : null;
}

function unevaluatedProperties(
  schema: JsonObject,
  value: JsonValue,
  { applyTo }: Evaluation,
  { names: seen }: Seen,
): Seen | null {
  if (!isJsonObject(value) || seen === 'all') return NOTHING_SEEN;
  const inner = schema['unevaluatedProperties'] ?? null;
  const names = Object.keys(value).filter((name) => !seen.has(name));
  return names.every((name) => applyTo(inner, held(value, name)) !== null) ? seenNames('all') : null;
}
