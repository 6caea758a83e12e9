/**
 * Fields of Intel's JSON, each of which has one form.
 *
 * Fields that nobody asks for are left alone: Intel adds some now and then, and the whole is signed.
 */
import { tryDecodeHex } from '../../core/bytes.ts';
import { isJsonObject } from '../../core/canonical-json.ts';
import type { JsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';

const MAX_ENTRIES = 256;

/** Reads one object. Every method throws `ERR_COLLATERAL_FORM` with the place unless the field has the form. */
export interface JsonFields {
  text(key: string, pattern: RegExp): string;
  /** An unsigned integer of at most 32 bits. */
  integer(key: string): number;
  /** So many bytes in hex of either case. */
  bytes(key: string, length: number): Uint8Array;
  /** A time to the second in UTC, in milliseconds since 1970. */
  timeMs(key: string): number;
  object(key: string): JsonFields;
  /** A list of objects; an empty one if `optional` and absent. */
  list(key: string, optional?: 'optional'): readonly JsonFields[];
  /** A list of texts; an empty one if absent. */
  texts(key: string, pattern: RegExp): readonly string[];
}

function malformed(place: string, wanted: string): VerificationError {
  return new VerificationError('ERR_COLLATERAL_FORM', `cannot read collateral at ${place}: want ${wanted}`);
}

/** Reads a value that has to be an object; `place` names it in errors. */
export function jsonFields(value: unknown, place: string): JsonFields {
  if (!isJsonObject(value)) throw malformed(place, 'an object');
  const at = (key: string): string => `${place}.${key}`;
  const get = (key: string): unknown => ownValue(value, key);
  const array = (key: string, optional: boolean): readonly unknown[] => {
    const held = get(key) ?? (optional ? [] : undefined);
    if (!Array.isArray(held) || held.length > MAX_ENTRIES) throw malformed(at(key), `a list of at most ${MAX_ENTRIES}`);
    return held;
  };
  const matched = (held: unknown, pattern: RegExp, where: string): string => {
    if (typeof held !== 'string' || !pattern.test(held)) throw malformed(where, `a text like ${pattern.source}`);
    return held;
  };
  const fields: JsonFields = {
    text: (key, pattern) => matched(get(key), pattern, at(key)),
    integer(key) {
      const held = get(key);
      const fits = typeof held === 'number' && Number.isInteger(held) && held >= 0 && held <= 0xffff_ffff;
      if (!fits) throw malformed(at(key), 'an integer of 32 bits');
      return held;
    },
    bytes(key, length) {
      const held = get(key);
      const decoded = typeof held === 'string' ? tryDecodeHex(held.toLowerCase()) : null;
      if (decoded?.length !== length) throw malformed(at(key), `${length} bytes in hex`);
      return decoded;
    },
    timeMs(key) {
      const held = fields.text(key, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const ms = Date.parse(held);
      if (Number.isNaN(ms) || new Date(ms).toISOString() !== held.replace('Z', '.000Z'))
        throw malformed(at(key), 'a time');
      return ms;
    },
    object: (key) => jsonFields(get(key), at(key)),
    list: (key, optional) => array(key, optional !== undefined).map((held, i) => jsonFields(held, `${at(key)}[${i}]`)),
    texts: (key, pattern) => array(key, true).map((held, i) => matched(held, pattern, `${at(key)}[${i}]`)),
  };
  return fields;
}

function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
