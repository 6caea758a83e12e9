/**
 * A strict reader of the CBOR that Nitro documents are made of.
 *
 * Integers, byte strings, texts, arrays, maps, null and booleans; no tags, no floats. Integers and lengths are in their
 * shortest form and map keys are unique; maps may have an indefinite length, because the security module writes such.
 *
 * @see RFC 8949 §3
 */
import { tryDecodeUtf8 } from '../../core/bytes.ts';

const MAX_DEPTH = 8;
const MAX_ENTRIES = 1024;
const INDEFINITE = 31;
const BREAK = 0xff;

/** A value; a map has entries by integer or text. */
export type CborValue = number | Uint8Array | string | boolean | null | readonly CborValue[] | CborMap;

/** A map. */
export type CborMap = ReadonlyMap<number | string, CborValue>;

/** Makes the error to throw for a fault. */
type FaultMaker = (fault: string) => Error;

interface Cursor {
  /** The next `length` bytes. */
  take(length: number): Uint8Array;
  /** The next byte, which stays. */
  peek(): number | undefined;
  readonly fail: FaultMaker;
}

/**
 * The one value in some CBOR.
 *
 * Byte strings are views of the input.
 *
 * @param fail - Makes the error to throw for a fault.
 */
export function parseCbor(bytes: Uint8Array, fail: FaultMaker): CborValue {
  let offset = 0;
  const cursor: Cursor = {
    take(length) {
      if (length > bytes.length - offset) throw fail('it ends too early');
      offset += length;
      return bytes.subarray(offset - length, offset);
    },
    peek: () => bytes[offset],
    fail,
  };
  const value = readValue(cursor, 0);
  if (offset !== bytes.length) throw fail('there are bytes after its end');
  return value;
}

function readValue(cursor: Cursor, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw cursor.fail(`it is nested deeper than ${MAX_DEPTH}`);
  const [initial = 0] = cursor.take(1);
  const info = initial & 31;
  switch (initial >> 5) {
    case 0:
      return readArgument(cursor, info);
    case 1:
      return -1 - readArgument(cursor, info);
    case 2:
      return cursor.take(readArgument(cursor, info));
    case 3:
      return readText(cursor, info);
    case 4:
      return Array.from({ length: readCount(cursor, info) }, () => readValue(cursor, depth + 1));
    case 5:
      return readMap(cursor, info, depth);
    default:
      return readSimple(cursor, initial);
  }
}

// RFC 8949 §3, and §4.2.1 for the shortest form.
function readArgument(cursor: Cursor, info: number): number {
  if (info < 24) return info;
  if (info > 27) throw cursor.fail('a length is indefinite or reserved');
  const size = 1 << (info - 24);
  const value = cursor.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!Number.isSafeInteger(value)) throw cursor.fail('an integer is beyond 53 bits');
  const least = size === 1 ? 24 : 2 ** (4 * size);
  if (value < least) throw cursor.fail('an integer is not in its shortest form');
  return value;
}

function readCount(cursor: Cursor, info: number): number {
  const count = readArgument(cursor, info);
  if (count > MAX_ENTRIES) throw cursor.fail(`it has more than ${MAX_ENTRIES} entries in one place`);
  return count;
}

function readText(cursor: Cursor, info: number): string {
  const text = tryDecodeUtf8(cursor.take(readArgument(cursor, info)));
  if (text === null) throw cursor.fail('a text is not UTF-8');
  return text;
}

function readMap(cursor: Cursor, info: number, depth: number): CborMap {
  const count = info === INDEFINITE ? null : readCount(cursor, info);
  const map = new Map<number | string, CborValue>();
  const isAtEnd = (): boolean => (count === null ? cursor.peek() === BREAK : map.size === count);
  while (!isAtEnd()) {
    const key = readValue(cursor, depth + 1);
    if (typeof key !== 'number' && typeof key !== 'string') throw cursor.fail('a key is neither integer nor text');
    if (map.has(key)) throw cursor.fail('a key is there twice');
    map.set(key, readValue(cursor, depth + 1));
  }
  if (count === null) cursor.take(1);
  return map;
}

function readSimple(cursor: Cursor, initial: number): CborValue {
  if (initial === 0xf4) return false;
  if (initial === 0xf5) return true;
  if (initial === 0xf6) return null;
  throw cursor.fail('it holds a tag, a float or a break');
}
