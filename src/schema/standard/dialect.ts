/** Which draft of JSON Schema a schema is written in, and what that draft knows. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';

/** The drafts that differ. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** A draft, and whether its validation keywords count: a metaschema may leave them out. */
export interface Dialect {
  readonly draft: Draft;
  readonly validates: boolean;
}

/** What a schema without `$schema` is written in. */
export const DEFAULT_DIALECT: Dialect = { draft: 2020, validates: true };

const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ['http://json-schema.org/draft-04/schema', 4],
  ['http://json-schema.org/draft-06/schema', 6],
  ['http://json-schema.org/draft-07/schema', 7],
  ['https://json-schema.org/draft/2019-09/schema', 2019],
  ['https://json-schema.org/draft/2020-12/schema', 2020],
]);

const VALIDATION = 'https://json-schema.org/draft/2020-12/vocab/validation';

/** From which draft on, and up to which one, a keyword is known; the others always are. */
const KNOWN: ReadonlyMap<string, readonly [from: Draft, to: Draft]> = new Map([
  ['const', [6, 2020]],
  ['contains', [6, 2020]],
  ['propertyNames', [6, 2020]],
  ['if', [7, 2020]],
  ['minContains', [2019, 2020]],
  ['maxContains', [2019, 2020]],
  ['dependentRequired', [2019, 2020]],
  ['dependentSchemas', [2019, 2020]],
  ['unevaluatedItems', [2019, 2020]],
  ['unevaluatedProperties', [2019, 2020]],
  ['prefixItems', [2020, 2020]],
  ['$dynamicRef', [2020, 2020]],
  ['dependencies', [4, 7]],
  ['additionalItems', [4, 2019]],
]);

/** Whether a draft knows a keyword. */
export function isKnown(keyword: string, draft: Draft): boolean {
  const [from, to] = KNOWN.get(keyword) ?? [4, 2020];
  return draft >= from && draft <= to;
}

/**
 * The dialect that `$schema` names, or null if it is none that is known.
 *
 * @param find - Finds a metaschema of the suite's own, whose vocabularies say what counts.
 */
export function dialectOf(name: JsonValue | undefined, find: (url: string) => JsonValue | undefined): Dialect | null {
  if (typeof name !== 'string') return DEFAULT_DIALECT;
  const url = name.replace(/#$/, '');
  const draft = DRAFTS.get(url);
  if (draft !== undefined) return { draft, validates: true };
  const own = find(url);
  if (!isJsonObject(own)) return null;
  const vocabulary: JsonValue = own['$vocabulary'] ?? {};
  return { draft: 2020, validates: isJsonObject(vocabulary) && Object.hasOwn(vocabulary, VALIDATION) };
}

/** Where schemas stand inside a schema. */
type Place = 'one' | 'list' | 'map' | 'one-or-list' | 'map-of-either';

// A list of pairs, because an object with a member `then` would pass for a promise.
const PLACES: ReadonlyMap<string, Place> = new Map([
  ['$defs', 'map'],
  ['definitions', 'map'],
  ['properties', 'map'],
  ['patternProperties', 'map'],
  ['dependentSchemas', 'map'],
  ['dependencies', 'map-of-either'],
  ['additionalProperties', 'one'],
  ['propertyNames', 'one'],
  ['unevaluatedProperties', 'one'],
  ['items', 'one-or-list'],
  ['prefixItems', 'list'],
  ['additionalItems', 'one'],
  ['unevaluatedItems', 'one'],
  ['contains', 'one'],
  ['allOf', 'list'],
  ['anyOf', 'list'],
  ['oneOf', 'list'],
  ['not', 'one'],
  ['if', 'one'],
  ['then', 'one'],
  ['else', 'one'],
]);

/** The schemas that stand directly inside a schema. */
export function* schemasIn(schema: JsonObject): Generator<JsonValue> {
  for (const [keyword, value] of Object.entries(schema)) {
    const place = PLACES.get(keyword);
    if (place === undefined) continue;
    if (Array.isArray(value) && (place === 'list' || place === 'one-or-list')) yield* value as readonly JsonValue[];
    else if (isJsonObject(value) && place.startsWith('map')) yield* Object.values<JsonValue>(value);
    else if (place === 'one' || place === 'one-or-list') yield value;
  }
}

/** The identifier that a schema gives itself, or undefined. */
export function identifierOf(schema: JsonObject, draft: Draft): string | undefined {
  // Up to draft 7 nothing stands beside a reference.
  if (draft <= 7 && Object.hasOwn(schema, '$ref')) return undefined;
  const id = draft === 4 ? schema['id'] : schema['$id'];
  return typeof id === 'string' ? id : undefined;
}
