/** Lines of a file as a stream, in memory that does not grow with the file. */
import { open, type FileHandle } from 'node:fs/promises';
import { createLineSplitter } from './line-splitter.ts';

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 10;

/** What to read of a file. */
export interface ReadLinesOptions {
  /** Longer lines are refused. */
  readonly maxLineBytes: number;
  /** Where to stop, in bytes; the end of the file if not given. Must follow a newline. */
  readonly endOffset?: number;
}

/**
 * The lines of a file, in batches and without newlines.
 *
 * @throws {@link VerificationError} `ERR_LINE_FORM` on invalid UTF-8, a line that is too long, or a last line without newline
 */
export async function* readLines(path: string, options: ReadLinesOptions): AsyncGenerator<readonly string[], void> {
  const { maxLineBytes, endOffset = Number.MAX_SAFE_INTEGER } = options;
  const splitter = createLineSplitter(path, maxLineBytes);
  const file = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < endOffset;) {
      const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, endOffset - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const lines = splitter.push(piece.subarray(0, bytesRead));
      if (lines.length > 0) yield lines;
    }
    splitter.end();
  } finally {
    await file.close();
  }
}

/** The offset after the last newline of a file; 0 if it has none. */
export async function endOfLastLine(path: string): Promise<number> {
  return await withFile(path, async (file) => {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let end = (await file.stat()).size; end > 0;) {
      const start = Math.max(0, end - PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, end - start, start);
      const found = piece.subarray(0, bytesRead).lastIndexOf(NEWLINE);
      if (found >= 0) return start + found + 1;
      end = start;
    }
    return 0;
  });
}

/** The offset after the first `count` lines of a file. Requires that it has as many. */
export async function offsetOfLine(path: string, count: number): Promise<number> {
  if (count === 0) return 0;
  return await withFile(path, async (file) => {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let left = count;
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at);
      if (bytesRead === 0) throw new RangeError(`the file has fewer than ${count} lines`);
      const seen = piece.subarray(0, bytesRead);
      for (let found = seen.indexOf(NEWLINE); found >= 0; found = seen.indexOf(NEWLINE, found + 1)) {
        if (--left === 0) return at + found + 1;
      }
      at += bytesRead;
    }
  });
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
