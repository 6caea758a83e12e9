/** What kind of rows a file holds, by the ending of its name. */
import { InputError } from '../../core/errors.ts';

/** A format of item files. */
export type RowFormat = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet';

const ENDINGS: Readonly<Record<string, RowFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
};

/** Whether a name says that the file is compressed with gzip. */
export function isGzipName(name: string): boolean {
  return /\.gz$/i.test(name);
}

/**
 * The format that a name says, with or without `.gz` at its end.
 *
 * @throws {@link InputError} `ERR_ITEMS_MISSING` if it says none
 */
export function formatOfName(path: string): RowFormat {
  const ending = /\.[^./\\]*$/.exec(path.replace(/\.gz$/i, ''))?.[0].toLowerCase() ?? '';
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (format !== undefined) return format;
  const wanted = `want ${Object.keys(ENDINGS).join(', ')}, or the key "format"`;
  throw new InputError('ERR_ITEMS_MISSING', `cannot tell the format of item file "${path}": ${wanted}`, { path });
}
