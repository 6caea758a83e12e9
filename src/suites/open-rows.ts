/**
 * Item files as rows that can be read twice: once from end to end, once by index.
 *
 * JSONL is read as a stream and only the place of each line is kept, so a large set costs a few bytes per item. All other
 * formats, and JSONL that is compressed, are parsed whole and bounded in size.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { digest } from '../core/digest.ts';
import { formatOfName, isGzipName, type RowFormat } from './formats/file-format.ts';
import { inflateGzip } from './formats/inflate.ts';
import { parseParquet } from './formats/parquet.ts';
import { parseCsv, parseJsonList, parseJsonLines, parseTsv } from './parse-rows.ts';
import { openJsonl } from './jsonl.ts';
import { checkPin, type RawRow, type RowSource } from './rows.ts';
import type { ItemsSection } from './suite-file.ts';

/** Most bytes in a file that is parsed whole, as it lies on the disk. */
export const MAX_WHOLE_FILE_BYTES: number = 64 * 1024 * 1024;

/**
 * Open an item file.
 *
 * @param items - `format` holds against the ending of the name; a name that ends with `.gz` is unpacked in any case.
 * @throws {@link InputError} `ERR_ITEMS_MISSING` if it cannot be read or its format is unknown, `ERR_ITEMS_DIGEST` if it
 *   is not the pinned file, `ERR_ITEMS_SYNTAX`, `ERR_ITEMS_LIMIT`, `ERR_UTF8`, `ERR_ARCHIVE_FORM`, `ERR_ARCHIVE_LIMIT`
 */
export async function openRows(path: string, items: Pick<ItemsSection, 'format' | 'sha256'> = {}): Promise<RowSource> {
  const format = items.format ?? formatOfName(path);
  await checkReadable(path);
  const isPacked = isGzipName(path);
  if (format === 'jsonl' && !isPacked) return openJsonl(path, items.sha256);
  const bytes = await readWhole(path, items.sha256);
  return rowsInMemory(await parseRows(isPacked ? await inflateGzip(bytes, path) : bytes, format, path));
}

/**
 * The rows in the bytes of a file.
 *
 * @param path - For messages only.
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX`, `ERR_ITEMS_LIMIT`, `ERR_UTF8`
 */
async function parseRows(bytes: Uint8Array, format: RowFormat, path: string): Promise<readonly RawRow[]> {
  if (format === 'parquet') return await parseParquet(bytes, path);
  const text = tryDecodeUtf8(bytes)?.replace(/^\uFEFF/, '');
  if (text === undefined) throw new InputError('ERR_UTF8', `cannot read "${path}": it is not valid UTF-8`, { path });
  if (format === 'json') return parseJsonList(text, path);
  if (format === 'jsonl') return parseJsonLines(text, path);
  return format === 'csv' ? await parseCsv(text, path) : await parseTsv(text, path);
}

async function checkReadable(path: string): Promise<void> {
  try {
    const file = await open(path);
    const isFile = (await file.stat()).isFile();
    await file.close();
    if (isFile) return;
  } catch (cause) {
    throw new InputError('ERR_ITEMS_MISSING', `cannot open item file "${path}"`, { path, cause });
  }
  throw new InputError('ERR_ITEMS_MISSING', `cannot read item file "${path}": want a regular file`, { path });
}

async function readWhole(path: string, pinned: string | undefined): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > MAX_WHOLE_FILE_BYTES) {
    const message = `cannot read "${path}": it has ${size} bytes, want at most ${MAX_WHOLE_FILE_BYTES} or JSONL`;
    throw new InputError('ERR_ITEMS_LIMIT', message, { path });
  }
  const bytes = await readFile(path);
  if (pinned !== undefined) checkPin(digest(bytes), pinned, path);
  return bytes;
}

function rowsInMemory(rows: readonly RawRow[]): RowSource {
  return {
    async *scan() {
      yield* rows;
    },
    async *at(indices) {
      for (const index of indices) {
        const row = rows[index];
        if (row === undefined) throw new RangeError(`no row ${index} among ${rows.length}`);
        yield row;
      }
    },
  };
}
