/** JSONL item files: a stream of rows on the first pass, rows by index on the second. */
import { open, type FileHandle } from 'node:fs/promises';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { digestFromBytes } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import { createSha256 } from '../core/sha256.ts';
import { checkPin, isFields, type RawRow, type RowSource } from './rows.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Most bytes in one line. */
export const MAX_LINE_BYTES: number = 4 * 1024 * 1024;
const NEWLINE = 10;

/** One line of the file and where it stands. */
interface Line {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** One-based. */
  readonly number: number;
}

/** Where the row of each index stands. */
interface Places {
  readonly offsets: number[];
  readonly lines: number[];
}

/** The rows of a JSONL file. @param pinned - The SHA-256 that the file must have, if any. */
export function openJsonl(path: string, pinned: string | undefined): RowSource {
  const places: Places = { offsets: [], lines: [] };
  return {
    scan: () => scanRows(path, pinned, places),
    at: (indices) => rowsAt(path, indices, places),
  };
}

async function* scanRows(path: string, pinned: string | undefined, places: Places): AsyncGenerator<RawRow> {
  for await (const line of readLines(path, pinned)) {
    if (isBlank(line.bytes)) continue;
    places.offsets.push(line.offset);
    places.lines.push(line.number);
    yield parseRow(line.bytes, line.number, path);
  }
}

async function* readLines(path: string, pinned: string | undefined): AsyncGenerator<Line> {
  const file = await open(path);
  const hasher = pinned === undefined ? undefined : createSha256();
  try {
    let rest = new Uint8Array(0);
    let number = 0;
    let offset = 0;
    for (;;) {
      const chunk = await readAt(file, offset + rest.length, CHUNK_BYTES);
      hasher?.update(chunk);
      const held = joined(rest, chunk);
      let start = 0;
      for (let end = held.indexOf(NEWLINE); end !== -1; end = held.indexOf(NEWLINE, start)) {
        yield { bytes: held.subarray(start, end), offset: offset + start, number: ++number };
        start = end + 1;
      }
      offset += start;
      rest = held.slice(start);
      if (rest.length > MAX_LINE_BYTES) throw lineLimit(path, number + 1);
      if (chunk.length === 0) break;
    }
    if (rest.length > 0) yield { bytes: rest, offset, number: number + 1 };
    if (hasher !== undefined && pinned !== undefined) checkPin(digestFromBytes(hasher.digest()), pinned, path);
  } finally {
    await file.close();
  }
}

// Ascending indices are served from a window of the file, so most rows cost no system call.
async function* rowsAt(path: string, indices: Iterable<number>, places: Places): AsyncGenerator<RawRow> {
  const file = await open(path);
  try {
    let window = new Uint8Array(0);
    let windowStart = 0;
    for (const index of indices) {
      const [offset, number] = placeOf(places, index);
      let line = lineAt(window, offset - windowStart);
      for (let size = CHUNK_BYTES / 4; line === null; size *= 4) {
        window = await readAt(file, offset, size);
        windowStart = offset;
        // The last line of a file may have no newline.
        line = lineAt(window, 0) ?? (window.length < size ? window : null);
        if (line === null && size > MAX_LINE_BYTES) throw lineLimit(path, number);
      }
      yield parseRow(line, number, path);
    }
  } finally {
    await file.close();
  }
}

function placeOf(places: Places, index: number): readonly [number, number] {
  const offset = places.offsets[index];
  const line = places.lines[index];
  if (offset === undefined || line === undefined)
    throw new RangeError(`no row ${index} among ${places.offsets.length}`);
  return [offset, line];
}

function lineAt(window: Uint8Array, start: number): Uint8Array | null {
  if (start < 0 || start >= window.length) return null;
  const end = window.indexOf(NEWLINE, start);
  return end === -1 ? null : window.subarray(start, end);
}

async function readAt(file: FileHandle, position: number, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(size);
  const { bytesRead } = await file.read(buffer, 0, size, position);
  return buffer.subarray(0, bytesRead);
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.length < 64 && bytes.every((byte) => byte === 32 || byte === 9 || byte === 13);
}

function parseRow(bytes: Uint8Array, line: number, path: string): RawRow {
  if (bytes.length > MAX_LINE_BYTES) throw lineLimit(path, line);
  const text = tryDecodeUtf8(bytes);
  if (text === null)
    throw new InputError('ERR_UTF8', `cannot read "${path}" line ${line}: it is not valid UTF-8`, { path, line });
  const fields = parseObject(line === 1 ? text.replace(/^\uFEFF/, '') : text);
  if (fields !== null) return { fields, line };
  throw new InputError('ERR_ITEMS_SYNTAX', `cannot read "${path}" line ${line}: want one JSON object per line`, {
    path,
    line,
  });
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function lineLimit(path: string, line: number): InputError {
  return new InputError('ERR_ITEMS_LIMIT', `cannot read "${path}" line ${line}: want at most ${MAX_LINE_BYTES} bytes`, {
    path,
    line,
  });
}
