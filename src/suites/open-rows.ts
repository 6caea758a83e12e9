/**
 * Item files as rows that can be read twice: once from end to end, once by index.
 *
 * JSONL is read as a stream and only the place of each line is kept, so a large set costs a few bytes per item. JSON and
 * CSV are parsed whole and bounded in size.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { digest } from '../core/digest.ts';
import { parseCsv, parseJsonList } from './parse-rows.ts';
import { openJsonl } from './jsonl.ts';
import { checkPin, type RawRow, type RowSource } from './rows.ts';
import type { ItemsSection } from './suite-file.ts';

/** Most bytes in a JSON or CSV file. */
export const MAX_WHOLE_FILE_BYTES: number = 64 * 1024 * 1024;

/**
 * Open an item file.
 *
 * @throws {@link InputError} `ERR_ITEMS_MISSING` if it cannot be read or its format is unknown, `ERR_ITEMS_DIGEST` if it
 *   is not the pinned file, `ERR_ITEMS_SYNTAX`, `ERR_ITEMS_LIMIT`, `ERR_UTF8`
 */
export async function openRows(path: string, items: ItemsSection): Promise<RowSource> {
  const format = items.format ?? formatOf(path);
  await checkReadable(path);
  if (format === 'jsonl') return openJsonl(path, items.sha256);
  const text = await readWhole(path, items.sha256);
  const rows = format === 'json' ? parseJsonList(text, path) : await parseCsv(text, path);
  return rowsInMemory(rows);
}

function formatOf(path: string): 'jsonl' | 'json' | 'csv' {
  const extension = extname(path).toLowerCase();
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  if (extension === '.json' || extension === '.csv') return extension.slice(1) as 'json' | 'csv';
  const message = `cannot tell the format of item file "${path}": want .jsonl, .json or .csv, or the key "format"`;
  throw new InputError('ERR_ITEMS_MISSING', message, { path });
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

async function readWhole(path: string, pinned: string | undefined): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_WHOLE_FILE_BYTES) {
    const message = `cannot read "${path}": it has ${size} bytes, want at most ${MAX_WHOLE_FILE_BYTES} or JSONL`;
    throw new InputError('ERR_ITEMS_LIMIT', message, { path });
  }
  const bytes = await readFile(path);
  if (pinned !== undefined) checkPin(digest(bytes), pinned, path);
  const text = tryDecodeUtf8(bytes);
  if (text === null) throw new InputError('ERR_UTF8', `cannot read "${path}": it is not valid UTF-8`, { path });
  return text.replace(/^\uFEFF/, '');
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
