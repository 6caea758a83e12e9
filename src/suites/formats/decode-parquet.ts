/**
 * What is in the bytes of a Parquet file, as plain JSON.
 *
 * The library that decodes them was written for files that are right. A damaged one may keep it busy for ever, or make it
 * reject a promise that nobody holds, so this runs in a thread that can be ended.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';
import { encodeBase64, tryDecodeUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/errors.ts';
import { MAX_SUITE_SIZE } from '../../transcript/plan.ts';
import type { RawRow } from '../rows.ts';
import { MAX_INFLATED_BYTES } from './inflate.ts';

/**
 * Decode a Parquet file.
 *
 * @param path - For messages only.
 * @throws {@link InputError} `ERR_ITEMS_LIMIT` if it holds too much, `ERR_UTF8`; of the library whatever it throws
 */
export async function decodeParquet(bytes: Uint8Array, path: string): Promise<readonly RawRow[]> {
  const { parquetMetadata, parquetReadObjects, snappyUncompress } = await import('hyparquet');
  const metadata = parquetMetadata(bytes, { geoparquet: false });
  checkClaims(metadata, path);
  const rows = await parquetReadObjects({
    file: {
      byteLength: bytes.length,
      slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
    },
    metadata,
    compressors: await boundedCompressors(snappyUncompress, path),
    parsers: {
      ...DATE_PARSERS,
      stringFromBytes: (held: Uint8Array | undefined) => (held === undefined ? undefined : textOf(held, path)),
    },
  });
  return rows.map((row) => ({
    fields: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])),
    line: undefined,
  }));
}

function checkClaims({ num_rows, row_groups }: FileMetaData, path: string): void {
  const columns = row_groups.flatMap((group) => group.columns);
  const inflated = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  const values = columns.reduce((most, { meta_data }) => Math.max(most, Number(meta_data?.num_values ?? 0)), 0);
  if (num_rows > MAX_SUITE_SIZE) throw limit(path, `${num_rows} rows, want at most ${MAX_SUITE_SIZE}`);
  if (values > 64 * MAX_SUITE_SIZE) throw limit(path, `${values} values in a column`);
  if (inflated > MAX_INFLATED_BYTES)
    throw limit(path, `${inflated} bytes unpacked, want at most ${MAX_INFLATED_BYTES}`);
}

// A page says itself how large it becomes, so the sum is counted against one bound for the whole file.
async function boundedCompressors(
  unsnap: (input: Uint8Array, output: Uint8Array) => void,
  path: string,
): Promise<Compressors> {
  const { decompress: unzstd } = await import('fzstd');
  let left = MAX_INFLATED_BYTES;
  const bounded =
    (inflate: (input: Uint8Array, size: number) => Uint8Array) =>
    (input: Uint8Array, size: number): Uint8Array => {
      left -= size;
      if (!(size >= 0 && left >= 0)) throw limit(path, `more than ${MAX_INFLATED_BYTES} bytes unpacked`);
      return inflate(input, size);
    };
  return {
    SNAPPY: bounded((input, size) => {
      const output = new Uint8Array(size);
      unsnap(input, output);
      return output;
    }),
    GZIP: bounded((input, size) => gunzipSync(input, { maxOutputLength: Math.max(1, size) })),
    BROTLI: bounded((input, size) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, size) })),
    ZSTD: bounded((input, size) => unzstd(input, new Uint8Array(size))),
  };
}

const DATE_PARSERS = {
  timestampFromMilliseconds: (value: bigint) => isoText(Number(value)),
  timestampFromMicroseconds: (value: bigint) => isoText(Number(value / 1000n)),
  timestampFromNanoseconds: (value: bigint) => isoText(Number(value / 1_000_000n)),
  dateFromDays: (days: number) => isoText(days * 86_400_000)?.slice(0, 10),
};

function isoText(ms: number): string | undefined {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

function textOf(bytes: Uint8Array, path: string): string {
  const text = tryDecodeUtf8(bytes);
  if (text !== null) return text;
  throw new InputError('ERR_UTF8', `cannot read "${path}": a text in it is not valid UTF-8`, { path });
}

function plainValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plainValue);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, plainValue(held)]));
}

function limit(path: string, fault: string): InputError {
  return new InputError('ERR_ITEMS_LIMIT', `cannot read "${path}": it has ${fault}`, { path });
}
