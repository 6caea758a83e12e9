/**
 * Fields of providers' reports, which differ in small ways: a text where another has an object, hex with or without a
 * prefix, a field left out or null.
 *
 * Every reader gives null for a field that is absent, null or an empty text, and throws on one of another kind.
 */
import { tryDecodeBase64, tryDecodeUtf8, isWellFormed } from '../../core/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { tryParseObject } from '../../core/foreign-json.ts';
import { tryDecodeProviderHex } from '../provider-hex.ts';

/** Most machines in a report. */
export const MAX_MACHINES = 16;

const MAX_REPORT_BYTES = 4_194_304;
const MAX_NAME_UNITS = 512;

/** A report's text and the object that it stands for. */
export interface ReportText {
  readonly text: string;
  readonly root: JsonObject;
}

/**
 * Read the JSON of a report.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM` if it is too large, not UTF-8 or not an object.
 */
export function parseReportText(bytes: Uint8Array): ReportText {
  if (bytes.length > MAX_REPORT_BYTES) throw malformed(`it has more than ${MAX_REPORT_BYTES} bytes`);
  const text = tryDecodeUtf8(bytes);
  const root = text === null ? null : tryParseObject(text);
  if (text === null || root === null) throw malformed('it is not a JSON object in UTF-8');
  return { text, root };
}

/** A text as it stands, of any length. */
export function textField(object: JsonObject, name: string): string | null {
  const value = object[name];
  if (isAbsent(value)) return null;
  if (typeof value !== 'string' || !isWellFormed(value)) throw malformed(`${name} is not a text`);
  return value;
}

/** A name that may be compared, but is shown only through {@link boundedName}. */
export function nameField(object: JsonObject, name: string): string | null {
  const value = textField(object, name);
  if (value !== null && value.length > MAX_NAME_UNITS) throw malformed(`${name} is longer than ${MAX_NAME_UNITS}`);
  return value;
}

/** The bytes of a field in hex, of any case, with or without `0x`. */
export function hexField(object: JsonObject, name: string, maxBytes: number): Uint8Array | null {
  const text = textField(object, name);
  if (text === null) return null;
  const bytes = text.length <= 2 * maxBytes + 2 ? tryDecodeProviderHex(text) : null;
  if (bytes === null) throw malformed(`${name} is not hex of at most ${maxBytes} bytes`);
  return bytes;
}

/** A field of exactly 32 bytes in hex. */
export function digestField(object: JsonObject, name: string): Uint8Array | null {
  const bytes = hexField(object, name, 32);
  if (bytes !== null && bytes.length !== 32) throw malformed(`${name} has ${bytes.length} bytes, want 32`);
  return bytes;
}

/** The bytes of a field in padded base64. */
export function base64Field(object: JsonObject, name: string, maxBytes: number): Uint8Array | null {
  const text = textField(object, name);
  if (text === null) return null;
  const bytes = text.length <= Math.ceil(maxBytes / 3) * 4 ? tryDecodeBase64(text) : null;
  if (bytes === null) throw malformed(`${name} is not base64 of at most ${maxBytes} bytes`);
  return bytes;
}

/** An object, or the JSON text of one. */
export function objectField(object: JsonObject, name: string): JsonObject | null {
  const value = object[name];
  if (isAbsent(value)) return null;
  const held = typeof value === 'string' ? tryParseObject(value) : value;
  if (!isJsonObject(held)) throw malformed(`${name} is neither an object nor the text of one`);
  return held;
}

/** A list of at most `max` objects. */
export function listField(object: JsonObject, name: string, max: number): readonly JsonObject[] | null {
  const value = object[name];
  if (isAbsent(value)) return null;
  if (!Array.isArray(value) || value.length > max || !value.every(isJsonObject)) {
    throw malformed(`${name} is not a list of at most ${max} objects`);
  }
  return value;
}

/** A provider's name as it may stand in a reason: itself if it is short and plain, else its length. */
export function boundedName(name: string): string {
  return /^[A-Za-z0-9@/._~][A-Za-z0-9 ._:/@+,()=#~-]{0,99}$/.test(name)
    ? `"${name}"`
    : `a name of ${name.length} units`;
}

/** The error of a report that cannot be read. */
export function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_ATTESTATION_FORM', `cannot read attestation report: ${fault}`);
}

function isAbsent(value: JsonValue | undefined): value is null | undefined | '' {
  return value === undefined || value === null || value === '';
}
