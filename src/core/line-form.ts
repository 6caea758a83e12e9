/**
 * The line form: the one text in which a record may be written.
 *
 * A line is valid only if it is the canonical JSON of an object with keys `[a-z][a-z0-9_]*`, without floats and null.
 * This single test refuses duplicate keys, whitespace, odd escapes, number variants, byte order marks and lone
 * surrogates, so the stored bytes can be hashed as they are.
 */
import { encodeUtf8, isWellFormed } from './bytes.ts';
import { canonicalize, MAX_JSON_DEPTH } from './canonical-json.ts';
import { VerificationError } from './errors.ts';

/** Most bytes in one line, without its newline: an entry of a tiled log has a 16-bit length. @see c2sp.org/tlog-tiles */
export const MAX_LINE_BYTES = 65_535;

/** A value that a line may hold. Numbers are integers within ±(2^53-1). */
export type LineValue = boolean | number | string | readonly LineValue[] | LineObject;

/** An object that a line may hold. */
export interface LineObject {
  readonly [key: string]: LineValue;
}

const PLAIN_TEXT = /^[ !#-[\]-~]*$/;
const KEY = /^[a-z][a-z0-9_]*$/;
// In text written by JSON.stringify, an odd run of backslashes before "ud" is an escaped lone surrogate.
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\ud/;

/**
 * The value of a line.
 *
 * @param line - One line of a record file, without its newline.
 * @throws {@link VerificationError} `ERR_LINE_FORM`; the message never quotes the line.
 */
export function parseLine(line: string): LineObject {
  checkSize(line);
  const value = parseJson(line);
  if (!isObject(value)) throw lineError('the value is not an object');
  checkObject(value, 0);
  // Keys are now known to be sorted and values to be plain, so a line is canonical exactly if the engine writes it back
  // unchanged. Only an escaped lone surrogate survives that, because the engine escapes it too.
  if (JSON.stringify(value) !== line) throw lineError('the text is not the canonical JSON of its value');
  if (line.includes('\\ud') && ESCAPED_SURROGATE.test(line)) throw lineError('a text has a lone surrogate');
  return value;
}

/**
 * Check that a text is a valid line.
 *
 * @throws {@link VerificationError} `ERR_LINE_FORM`
 */
export function checkLineForm(line: string): void {
  parseLine(line);
}

/**
 * The line of a value of our own; {@link parseLine} gives it back.
 *
 * @throws {@link InputError} `ERR_CANONICAL_JSON` if the value is not plain JSON
 * @throws {@link VerificationError} `ERR_LINE_FORM` if it is, but has a float, a null or a key that no line may hold
 */
export function formatLine(value: object): string {
  const flat = tryFormatFlat(value);
  if (flat !== null) return flat;
  const line = canonicalize(value);
  checkLineForm(line);
  return line;
}

// Most records are short and flat and hold nothing that JSON would escape; they are written without being read again.
function tryFormatFlat(value: object): string | null {
  let line = '';
  for (const key of Object.keys(value).toSorted()) {
    const member: unknown = Reflect.get(value, key);
    if (!KEY.test(key) || !(isPlainText(member) || Number.isSafeInteger(member))) return null;
    line += `${line === '' ? '{' : ','}"${key}":${typeof member === 'string' ? `"${member}"` : String(member)}`;
  }
  return line === '' || line.length >= MAX_LINE_BYTES ? null : `${line}}`;
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && PLAIN_TEXT.test(value);
}

function checkSize(line: string): void {
  // A UTF-16 unit takes at most three bytes of UTF-8, so short lines need no counting.
  if (line.length * 3 <= MAX_LINE_BYTES) return;
  const tooLong = line.length > MAX_LINE_BYTES || (isWellFormed(line) && encodeUtf8(line).length > MAX_LINE_BYTES);
  if (tooLong) throw lineError(`the line is longer than ${MAX_LINE_BYTES} bytes`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The engine's message quotes the text, which may be private.
    throw lineError('the text is not JSON');
  }
}

function isObject(value: unknown): value is LineObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkObject(object: LineObject, depth: number): void {
  if (depth >= MAX_JSON_DEPTH) throw lineError(`nesting deeper than ${MAX_JSON_DEPTH}`);
  let previous = '';
  // for-in takes a tenth of the time of Object.entries, and every key of a parsed object is its own.
  for (const key in object) {
    if (!KEY.test(key)) throw lineError('a key is not of the form [a-z][a-z0-9_]*');
    if (key <= previous) throw lineError('keys are not in order');
    previous = key;
    checkValue(object[key], depth);
  }
}

function checkValue(value: unknown, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw lineError('a number is not an integer within ±(2^53-1)');
  } else if (Array.isArray(value)) {
    checkArray(value, depth + 1);
  } else if (isObject(value)) {
    checkObject(value, depth + 1);
  } else {
    throw lineError('null is not allowed: leave the key out');
  }
}

function checkArray(items: readonly unknown[], depth: number): void {
  if (depth >= MAX_JSON_DEPTH) throw lineError(`nesting deeper than ${MAX_JSON_DEPTH}`);
  for (const item of items) checkValue(item, depth);
}

function lineError(fault: string): VerificationError {
  return new VerificationError('ERR_LINE_FORM', `cannot read record line: ${fault}`);
}
