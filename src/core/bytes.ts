/**
 * Bytes and their text forms: strict hex, strict base64, fatal UTF-8, big-endian integers.
 *
 * "Strict" means that every byte string has exactly one accepted text, so a text can be compared instead of its bytes.
 * `decode*` throws, `tryDecode*` returns null: the second is for parsers that have a better message.
 */
import { InputError } from './errors.ts';

const HEX = '0123456789abcdef';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_A_DIGIT = 255;
const PAD = 61;

const hexPairs: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => HEX.charAt(byte >> 4) + HEX.charAt(byte & 15),
);
const hexValues = digitValues(HEX);
const base64Values = digitValues(BASE64);

const utf8Encoder = new TextEncoder();
// ignoreBOM keeps a byte order mark in the text, so decode and encode are inverse on every valid input.
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const asciiDecoder = new TextDecoder('latin1');

function digitValues(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(NOT_A_DIGIT);
  for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;
  return values;
}

/** Bytes as lowercase hex. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hexPairs[byte];
  return text;
}

/** The bytes of a lowercase hex text, or null if it is anything else. */
export function tryDecodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = hexValues[text.charCodeAt(2 * i)] ?? NOT_A_DIGIT;
    const low = hexValues[text.charCodeAt(2 * i + 1)] ?? NOT_A_DIGIT;
    if (high === NOT_A_DIGIT || low === NOT_A_DIGIT) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/**
 * The bytes of a lowercase hex text.
 *
 * @throws {@link InputError} `ERR_HEX` on uppercase, an odd length or any other character.
 */
export function decodeHex(text: string): Uint8Array {
  const bytes = tryDecodeHex(text);
  if (bytes === null) throw new InputError('ERR_HEX', 'cannot decode hex: want an even number of digits 0-9a-f');
  return bytes;
}

/** Bytes as standard base64 with padding. @see RFC 4648 §4 */
export function encodeBase64(bytes: Uint8Array): string {
  const missing = (3 - (bytes.length % 3)) % 3;
  const padded = new Uint8Array(bytes.length + missing);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const text = new Uint8Array((padded.length / 3) * 4);
  for (let from = 0, to = 0; from < padded.length; from += 3) {
    const group = (view.getUint16(from) << 8) | view.getUint8(from + 2);
    for (let shift = 18; shift >= 0; shift -= 6) text[to++] = BASE64.charCodeAt((group >> shift) & 63);
  }
  return asciiDecoder.decode(text.fill(PAD, text.length - missing));
}

/** The bytes of a canonical standard base64 text (padded, no whitespace, zero pad bits), or null. */
export function tryDecodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = paddingLength(text);
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let to = 0;
  for (let i = 0; i < digits; i++) {
    const value = base64Values[text.charCodeAt(i)] ?? NOT_A_DIGIT;
    if (value === NOT_A_DIGIT) return null;
    bits = (bits << 6) | value;
    if (i % 4 === 0) continue;
    // Six bits came in, eight go out; what is left over shrinks by two for each digit of a group.
    const left = 6 - 2 * (i % 4);
    bytes[to++] = bits >> left;
    bits &= (1 << left) - 1;
  }
  // RFC 4648 §3.5: pad bits that are not zero would give one byte string several texts.
  return bits === 0 ? bytes : null;
}

function paddingLength(text: string): 0 | 1 | 2 {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

/**
 * The bytes of a canonical standard base64 text.
 *
 * @throws {@link InputError} `ERR_BASE64` on missing padding, whitespace, the URL-safe alphabet or non-zero pad bits.
 */
export function decodeBase64(text: string): Uint8Array {
  const bytes = tryDecodeBase64(text);
  if (bytes === null) throw new InputError('ERR_BASE64', 'cannot decode base64: want the padded canonical form');
  return bytes;
}

/** The bytes of a URL-safe base64 text, padded or not, or null. @see RFC 4648 §5 */
export function tryDecodeBase64Url(text: string): Uint8Array | null {
  if (/[+/]/.test(text)) return null;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  const missing = standard.includes('=') ? 0 : (4 - (standard.length % 4)) % 4;
  return tryDecodeBase64(standard + '='.repeat(missing));
}

/**
 * The bytes of a URL-safe base64 text, padded or not.
 *
 * @throws {@link InputError} `ERR_BASE64`
 */
export function decodeBase64Url(text: string): Uint8Array {
  const bytes = tryDecodeBase64Url(text);
  if (bytes === null) throw new InputError('ERR_BASE64', 'cannot decode URL-safe base64: want canonical digits');
  return bytes;
}

/** Whether a text is well formed, that is, has no lone surrogate and so a UTF-8 form of its own. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * The text itself, if it is well formed.
 *
 * @throws {@link InputError} `ERR_UTF8` on a lone surrogate, which platforms would silently replace.
 */
export function wellFormed(text: string): string {
  if (!isWellFormed(text)) throw new InputError('ERR_UTF8', 'cannot encode text as UTF-8: it has a lone surrogate');
  return text;
}

/** A text with U+FFFD in the place of lone surrogates, as a decoder would have it: JSON can spell what UTF-8 cannot. */
export function toWellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

/**
 * The UTF-8 bytes of a text.
 *
 * @throws {@link InputError} `ERR_UTF8` on a lone surrogate.
 */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(wellFormed(text));
}

/** The text of UTF-8 bytes, byte order mark included, or null if they are not valid UTF-8. */
export function tryDecodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * The text of UTF-8 bytes, byte order mark included.
 *
 * @throws {@link InputError} `ERR_UTF8`
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = tryDecodeUtf8(bytes);
  if (text === null) throw new InputError('ERR_UTF8', 'cannot decode text: the bytes are not valid UTF-8');
  return text;
}

/** The given byte strings, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Whether two byte strings are equal. Not constant time: use it on public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** An unsigned 32-bit integer as four bytes, most significant first. Requires 0 <= value < 2^32. */
export function u32be(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError(`${value} is not a u32`);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** An unsigned 64-bit integer as eight bytes, most significant first. Requires 0 <= value < 2^64. */
export function u64be(value: number | bigint): Uint8Array {
  const wide = BigInt(value);
  if (wide < 0n || wide >= 1n << 64n) throw new RangeError(`${wide} is not a u64`);
  return concatBytes(u32be(Number(wide >> 32n)), u32be(Number(wide & 0xffff_ffffn)));
}
