/**
 * Reads a text that a program has made out of the memory of QuickJS.
 *
 * Only a primitive string is read, so nothing of the program runs: such a string has its length itself, whatever the program
 * has made of its prototype. The length is known before anything is copied. No address and no byte is believed.
 */
import type { WasmMemory } from './wasm.ts';

/** The part of the C interface that looks at values; numbers are addresses. */
export interface ValueInterface {
  readonly _QTS_NewString: (context: number, text: number) => number;
  readonly _QTS_Typeof: (context: number, value: number) => number;
  readonly _QTS_GetProp: (context: number, value: number, name: number) => number;
  readonly _QTS_GetFloat64: (context: number, value: number) => number;
  readonly _QTS_GetString: (context: number, value: number) => number;
}

/**
 * Read the value at an address.
 *
 * @returns Null if it is no string, is longer, or is not well-formed.
 */
export type TextReader = (value: number, maxLength: number) => string | null;

const TYPE_NAME: Uint8Array = new TextEncoder().encode('string\0');

/** Most bytes of UTF-8 for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/**
 * Make a reader for the values of a context.
 *
 * @param lengthName - Address of the text "length".
 */
export function createTextReader(
  { _QTS_NewString: newString, _QTS_Typeof: typeOf, _QTS_GetProp: property, ...values }: ValueInterface,
  memory: WasmMemory,
  context: number,
  lengthName: number,
): TextReader {
  const { _QTS_GetFloat64: numberOf, _QTS_GetString: encode } = values;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const name = newString(context, lengthName);

  const isString = (value: number): boolean => {
    const type = bytesAt(memory, typeOf(context, value), TYPE_NAME.length);
    return TYPE_NAME.every((byte, at) => byte === type[at]);
  };
  return (value, maxLength) => {
    if (!isString(value)) return null;
    const length = numberOf(context, property(context, value, name));
    if (!(length <= maxLength)) return null;
    const address = encode(context, value);
    const bytes = bytesAt(memory, address, length * BYTES_PER_UNIT);
    try {
      const text = decoder.decode(bytes.subarray(0, encodedLength(bytes, length)));
      return text.length === length ? text : null;
    } catch {
      // Half a surrogate pair has no UTF-8.
      return null;
    }
  };
}

// Address 0 says that there was no memory for it.
function bytesAt(memory: WasmMemory, address: number, most: number): Uint8Array {
  return address === 0 ? new Uint8Array() : new Uint8Array(memory.buffer).subarray(address, address + most);
}

// A zero byte is a character like any other, so the end is where there are as many units as the text has.
function encodedLength(bytes: Uint8Array, units: number): number {
  let at = 0;
  for (let left = units; left > 0 && at < bytes.length; left--) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) at += 1;
    else if (lead < 0xe0) at += 2;
    else if (lead < 0xf0) at += 3;
    else {
      at += 4;
      left--;
    }
  }
  return at;
}
