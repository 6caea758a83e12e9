/**
 * A strict reader of DER: definite minimal lengths, single-byte tags, nothing left over.
 *
 * One parser reads everything that a decision is taken on, so there is no second one to disagree with it.
 *
 * @see ITU-T X.690 §8 and §10
 */
import { encodeHex } from '../core/bytes.ts';

/** Tags of the universal class that certificates and revocation lists use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific constructed element, as `[n] EXPLICIT` has it. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** Makes the error for a fault; the fault is a clause such as `it ends too early`. */
export type FaultMaker = (fault: string) => Error;

/** One element: its tag, its content, and all its bytes. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** A cursor over the elements of some content. Every method throws the reader's own error on anything else. */
export interface DerReader {
  /** Tag of the next element, or null at the end. */
  peek(): number | null;
  /** The next element, which must have this tag if one is given. */
  element(tag?: number): DerElement;
  /** The content of the next element, which must have this tag. */
  content(tag: number): Uint8Array;
  /** A reader of the elements inside the next one, which must have this tag. */
  inside(tag: number): DerReader;
  /** Requires that nothing is left. */
  end(): void;
}

const LONG_FORM = 0x80;
const MAX_LENGTH_BYTES = 3;

/**
 * A reader of DER elements.
 *
 * @param fail - Makes the error to throw for a fault.
 */
export function createDerReader(bytes: Uint8Array, fail: FaultMaker): DerReader {
  let offset = 0;
  function byte(): number {
    const value = bytes[offset++];
    if (value === undefined) throw fail('it ends too early');
    return value;
  }
  function length(): number {
    const first = byte();
    if (first < LONG_FORM) return first;
    const count = first - LONG_FORM;
    if (count === 0 || count > MAX_LENGTH_BYTES) throw fail('a length has no short definite form');
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + byte();
    // X.690 §10.1: the shortest form only.
    if (value < LONG_FORM || value < 256 ** (count - 1)) throw fail('a length is not minimal');
    return value;
  }
  const reader: DerReader = {
    peek: () => bytes[offset] ?? null,
    element(wanted) {
      const start = offset;
      const tag = byte();
      if ((tag & 0x1f) === 0x1f) throw fail('a tag has several bytes');
      if (wanted !== undefined && tag !== wanted) throw fail(`there is tag ${tag} where ${wanted} was wanted`);
      const size = length();
      if (size > bytes.length - offset) throw fail('it ends too early');
      offset += size;
      return { tag, content: bytes.subarray(offset - size, offset), raw: bytes.subarray(start, offset) };
    },
    content: (tag) => reader.element(tag).content,
    inside: (tag) => createDerReader(reader.content(tag), fail),
    end() {
      if (offset !== bytes.length) throw fail('it has bytes left over');
    },
  };
  return reader;
}

/** The object identifier in the content of an element, in dotted form. @see X.690 §8.19 */
export function derOid(content: Uint8Array, fail: FaultMaker): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    if (arc === 0 && byte === 0x80) throw fail('an object identifier is not minimal');
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw fail('an object identifier is too large');
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [head, ...rest] = arcs;
  if (head === undefined || (content.at(-1) ?? LONG_FORM) >= LONG_FORM) throw fail('an object identifier is cut');
  const top = Math.min(Math.floor(head / 40), 2);
  return [top, head - 40 * top, ...rest].join('.');
}

/** The content of an INTEGER in hex, as its encoder had to write it. */
export function derIntegerHex(content: Uint8Array, fail: FaultMaker): string {
  const [first, second] = content;
  if (first === undefined) throw fail('an integer is empty');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw fail('an integer is not minimal');
  }
  return encodeHex(content);
}

/** A small INTEGER or ENUMERATED that is not negative. */
export function derSmallInteger(content: Uint8Array, fail: FaultMaker): number {
  const value = Number.parseInt(derIntegerHex(content, fail), 16);
  if ((content[0] ?? 0) >= 0x80 || value > 0xffff_ffff) throw fail('an integer is out of range');
  return value;
}

/** The bytes of a BIT STRING with whole bytes. */
export function derBitBytes(content: Uint8Array, fail: FaultMaker): Uint8Array {
  if (content[0] !== 0) throw fail('a bit string has no whole bytes');
  return content.subarray(1);
}

/** UTCTime or GeneralizedTime to the second, as milliseconds since 1970. @see RFC 5280 §4.1.2.5 */
export function derTimeMs({ tag, content }: DerElement, fail: FaultMaker): number {
  const text = String.fromCharCode(...content.subarray(0, 16));
  const digits = tag === TAG.utcTime ? century(text) + text : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (parts === null || (tag !== TAG.utcTime && tag !== TAG.generalizedTime)) throw fail('a time has another form');
  const [, year, month, day, hour, minute, second] = parts;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const ms = Date.parse(iso);
  // A day like 31 April would be moved into the next month.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) throw fail('a time does not exist');
  return ms;
}

// RFC 5280 §4.1.2.5.1: 50 to 99 are years of the 20th century.
function century(utcTime: string): string {
  return utcTime >= '5' ? '19' : '20';
}
