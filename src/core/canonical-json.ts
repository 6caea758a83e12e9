/**
 * RFC 8785 canonical JSON over plain values.
 *
 * Anything that has no JSON form of its own is refused instead of converted: NaN, undefined, functions, dates, maps,
 * lone surrogates, holes in arrays. So two values with one text are equal, whoever wrote them.
 */
import { isWellFormed } from './bytes.ts';
import { InputError } from './errors.ts';
import { formatPointer } from './json-pointer.ts';

/** Deeper values are refused, so that no input can exhaust the stack. */
export const MAX_JSON_DEPTH = 256;

/** A value with a canonical JSON text. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * The canonical JSON text of a value.
 *
 * @param value - Plain JSON: null, booleans, finite numbers, well-formed strings, dense arrays and plain objects.
 * @throws {@link InputError} `ERR_CANONICAL_JSON` with the JSON pointer of the first value that is something else, of a
 *   cycle, or of nesting beyond {@link MAX_JSON_DEPTH}.
 * @see RFC 8785 §3.2
 */
export function canonicalize(value: unknown): string {
  return serialize(value, []);
}

/**
 * The object that a canonical JSON text stands for, or null for any other text.
 *
 * @see {@link canonicalize} for what is canonical
 */
export function tryParseCanonical(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && canonicalize(value) === text ? value : null;
  } catch {
    // Not JSON, or nested too deeply: not canonical in either case.
    return null;
  }
}

/** Whether a value that came out of JSON.parse is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// `path` is the chain of keys to `value`; it only grows and shrinks, so an error can name its place at no cost.
function serialize(value: unknown, path: string[]): string {
  if (typeof value === 'string') return serializeString(value, path);
  if (typeof value === 'object' && value !== null) {
    if (path.length >= MAX_JSON_DEPTH) throw notJson(`nesting deeper than ${MAX_JSON_DEPTH}`, path);
    return Array.isArray(value) ? serializeArray(value, path) : serializeObject(value, path);
  }
  // RFC 8785 §3.2.2.3: the ECMAScript form of a number, in which negative zero is "0".
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  throw notJson(typeof value === 'number' ? `${value}` : typeof value, path);
}

function serializeString(text: string, path: readonly string[]): string {
  if (!isWellFormed(text)) throw notJson('a lone surrogate', path);
  // RFC 8785 §3.2.2.2 escapes exactly what JSON.stringify escapes in well-formed text.
  return JSON.stringify(text);
}

function serializeArray(items: readonly unknown[], path: string[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    path.push(`${i}`);
    // A hole reads as undefined, which is refused one level down.
    text += (i === 0 ? '' : ',') + serialize(items[i], path);
    path.pop();
  }
  return `${text}]`;
}

function serializeObject(object: object, path: string[]): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw notJson('an object that is not plain', path);
  if (Object.getOwnPropertySymbols(object).length > 0) throw notJson('a symbol key', path);
  let text = '{';
  // RFC 8785 §3.2.3 orders keys by UTF-16 code units, as the default sort does.
  for (const key of Object.keys(object).toSorted()) {
    path.push(key);
    const separator = text === '{' ? '' : ',';
    text += `${separator}${serializeString(key, path)}:${serialize(Reflect.get(object, key), path)}`;
    path.pop();
  }
  return `${text}}`;
}

function notJson(found: string, path: readonly string[]): InputError {
  const pointer = formatPointer(path);
  return new InputError('ERR_CANONICAL_JSON', `cannot canonicalize JSON at "${pointer}": got ${found}`, { pointer });
}
