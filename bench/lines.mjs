/** The lines of a file as views of bytes, in memory that does not grow with it. A view is valid until the next one. */
import { closeSync, openSync, readSync } from 'node:fs';

const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;

export function* lines(path) {
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(2 * PIECE_BYTES);
  let held = 0;
  for (let got = read(); got > 0; got = read()) {
    const end = held + got;
    let start = 0;
    for (let at = buffer.indexOf(NEWLINE); at >= 0 && at < end; at = buffer.indexOf(NEWLINE, start)) {
      yield buffer.subarray(start, at);
      start = at + 1;
    }
    buffer.copy(buffer, 0, start, end);
    held = end - start;
  }
  closeSync(file);

  function read() {
    return readSync(file, buffer, held, PIECE_BYTES, null);
  }
}
