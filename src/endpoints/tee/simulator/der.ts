/** Writes DER: just the types that certificates, revocation lists and signatures need. @see X.690 */
import { concatBytes, encodeUtf8 } from '../../../core/bytes.ts';

const UTC_TIME_END_MS = Date.UTC(2050, 0, 1);

/** Any tag around any content. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag), length(content.length), content);
}

function length(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  if (value < 0x100) return Uint8Array.of(0x81, value);
  return Uint8Array.of(0x82, value >> 8, value);
}

/** SEQUENCE. */
export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts);
}

/** SET of one element, the only kind needed here. */
export function setOf(part: Uint8Array): Uint8Array {
  return tagged(0x31, part);
}

/** A constructed context tag around whole elements. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0xa0 + number, ...parts);
}

/** INTEGER from big-endian magnitude bytes. */
export function integer(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  // A set top bit would make the number negative.
  return tagged(0x02, ...((digits[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), digits);
}

/** INTEGER from a number below 2^16. */
export function smallInteger(value: number): Uint8Array {
  return integer(Uint8Array.of(value >> 8, value));
}

/** BOOLEAN. */
export function boolean(value: boolean): Uint8Array {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

/** ENUMERATED below 128. */
export function enumerated(value: number): Uint8Array {
  return tagged(0x0a, Uint8Array.of(value));
}

/** BIT STRING; `unused` low bits of the last byte do not belong to it. */
export function bitString(bytes: Uint8Array, unused: number = 0): Uint8Array {
  return tagged(0x03, Uint8Array.of(unused), bytes);
}

/** OCTET STRING. */
export function octetString(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x04, ...parts);
}

/** UTF8String. */
export function utf8String(text: string): Uint8Array {
  return tagged(0x0c, encodeUtf8(text));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(128 + (rest % 128));
  return digits;
}

/** UTCTime until 2049, GeneralizedTime after. @see RFC 5280 §4.1.2.5 */
export function time(atMs: number): Uint8Array {
  const digits = new Date(atMs).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return atMs < UTC_TIME_END_MS
    ? tagged(0x17, encodeUtf8(`${digits.slice(2)}Z`))
    : tagged(0x18, encodeUtf8(`${digits}Z`));
}
