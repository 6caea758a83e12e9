/** Lines as bytes, one after the other in memory that stays: encoded when they come, so that no text outlives its turn. */

const FIRST_BYTES = 256 * 1024;
/** A queue that had to grow further gives the memory back when it is cleared. */
const KEPT_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;

/** A queue of lines. */
export interface ByteQueue {
  readonly length: number;
  /** Add the UTF-8 form of a line, and a newline. */
  addLine(line: string): void;
  /** All bytes; they change with the next `addLine` or `clear`. */
  bytes(): Uint8Array;
  clear(): void;
}

/** A queue without lines. */
export function createByteQueue(): ByteQueue {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;

  const reserve = (extra: number): void => {
    if (length + extra <= buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, length + extra));
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  };
  return {
    get length() {
      return length;
    },
    addLine(line) {
      // A UTF-16 unit takes at most three bytes of UTF-8.
      reserve(3 * line.length + 1);
      length += buffer.write(line, length, 'utf8');
      buffer[length++] = NEWLINE;
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0;
      if (buffer.length > KEPT_BYTES) buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
  };
}
