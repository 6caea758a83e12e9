/**
 * The schemas of a validation by their URLs: what `$id`, anchors and references mean. Nothing is ever fetched.
 *
 * @see JSON Schema core 2020-12, 8 and 9
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { schemaError } from '../keyword.ts';
import { DEFAULT_DIALECT, dialectOf, identifierOf, schemasIn, type Dialect } from './dialect.ts';

/** A schema with the URL that it resolves references against, and its dialect. */
export interface Located {
  readonly schema: JsonValue;
  readonly base: string;
  readonly dialect: Dialect;
}

/** Finds schemas. Its methods throw {@link InputError} `ERR_JSON_SCHEMA` if a reference leads nowhere. */
export interface Documents {
  readonly root: Located;
  /** The schema inside another one. */
  within(outer: Located, schema: JsonValue): Located;
  resolve(from: Located, reference: string): Located;
  /** The schema with a dynamic anchor in the resource at a URL. */
  dynamic(base: string, anchor: string): Located | undefined;
}

/** Base of a schema that has no URL; nothing else has this scheme. */
const NOWHERE = 'touchstone-schema:///root.json';
/** Most schemas in all documents together. */
const MAX_SCHEMAS = 20_000;

/**
 * Index a schema.
 *
 * @param others - More documents by URL, for references that leave the schema.
 */
export function indexDocuments(schema: JsonValue, others: JsonObject): Documents {
  const index = createIndex(others);
  const root = index.add(schema, NOWHERE, DEFAULT_DIALECT);
  const resource = (url: string): Located | undefined => {
    const known = index.resources.get(url);
    const held = known === undefined ? index.documents.get(url) : undefined;
    return held === undefined ? known : index.add(held, url, DEFAULT_DIALECT);
  };
  const within = (outer: Located, inner: JsonValue): Located => {
    const known = isJsonObject(inner) ? index.located.get(inner) : undefined;
    return known ?? { ...outer, schema: inner };
  };
  return {
    root,
    within,
    dynamic: (base, anchor) => index.dynamicAnchors.get(`${base}#${anchor}`),
    resolve(from, reference) {
      const url = absolute(reference, from.base);
      const at = url.indexOf('#');
      const target = resource(at === -1 ? url : url.slice(0, at));
      const fragment = at === -1 ? '' : decoded(url.slice(at + 1));
      const found = target === undefined ? undefined : follow(target, fragment);
      if (found === undefined) throw schemaError('a "$ref" leads nowhere');
      return found;
    },
  };

  function follow(target: Located, fragment: string): Located | undefined {
    if (fragment === '') return target;
    return fragment.startsWith('/') ? pointTo(target, fragment) : index.anchors.get(`${target.base}#${fragment}`);
  }

  function pointTo(target: Located, pointer: string): Located | undefined {
    let place: Located = target;
    for (const step of pointer.split('/').slice(1)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const { schema: outer } = place;
      const inner: JsonValue | undefined = memberOf(outer, key);
      if (inner === undefined) return undefined;
      place = within(place, inner);
    }
    return place;
  }
}

function memberOf(value: JsonValue, key: string): JsonValue | undefined {
  if (Array.isArray(value))
    return /^(?:0|[1-9]\d*)$/.test(key) ? (value as readonly JsonValue[])[Number(key)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function createIndex(others: JsonObject) {
  const documents = new Map(Object.entries(others).map(([url, held]) => [absolute(url, NOWHERE), held]));
  const resources = new Map<string, Located>();
  const anchors = new Map<string, Located>();
  const dynamicAnchors = new Map<string, Located>();
  const located = new Map<JsonObject, Located>();
  const add = (schema: JsonValue, url: string, dialect: Dialect): Located => {
    const top = locate(schema, { schema, base: withoutFragment(url), dialect }, true);
    resources.set(withoutFragment(url), top);
    return top;
  };
  return { documents, resources, anchors, dynamicAnchors, located, add };

  function locate(schema: JsonValue, outer: Located, isTop: boolean): Located {
    if (!isJsonObject(schema)) return { ...outer, schema };
    if (located.size >= MAX_SCHEMAS) throw schemaError(`want at most ${MAX_SCHEMAS} schemas in it`);
    const place = placeOf(schema, outer, isTop);
    located.set(schema, place);
    setAnchors(schema, place);
    for (const inner of schemasIn(schema))
      if (!(isJsonObject(inner) && located.has(inner))) locate(inner, place, false);
    return place;
  }

  function placeOf(schema: JsonObject, outer: Located, isTop: boolean): Located {
    const dialect = isTop || Object.hasOwn(schema, '$schema') ? dialectIn(schema, outer.dialect) : outer.dialect;
    const id = identifierOf(schema, dialect.draft);
    if (id === undefined) return { schema, base: outer.base, dialect };
    const url = absolute(id, outer.base);
    const base = withoutFragment(url);
    const place = { schema, base, dialect };
    // Up to draft 7 an identifier that is a fragment is an anchor.
    if (id.startsWith('#')) anchors.set(url, place);
    else resources.set(base, place);
    return place;
  }

  function dialectIn(schema: JsonObject, outer: Dialect): Dialect {
    if (!Object.hasOwn(schema, '$schema')) return outer;
    const dialect = dialectOf(schema['$schema'], (url) => documents.get(url));
    if (dialect === null) throw schemaError('want a draft of JSON Schema from 4 to 2020-12 for "$schema"');
    return dialect;
  }

  function setAnchors(schema: JsonObject, place: Located): void {
    const { $anchor, $dynamicAnchor } = schema;
    if (typeof $anchor === 'string') anchors.set(`${place.base}#${$anchor}`, place);
    if (typeof $dynamicAnchor !== 'string') return;
    anchors.set(`${place.base}#${$dynamicAnchor}`, place);
    dynamicAnchors.set(`${place.base}#${$dynamicAnchor}`, place);
  }
}

function absolute(reference: string, base: string): string {
  try {
    return new URL(reference, base).href;
  } catch {
    throw schemaError('want URLs for "$id" and "$ref"');
  }
}

function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? '';
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    throw schemaError('a "$ref" is not a JSON pointer');
  }
}
