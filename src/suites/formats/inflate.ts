/** Compressed bytes of strangers, inflated within bounds: a small file must not fill the memory. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { InputError } from '../../core/errors.ts';

/** Most bytes that one compressed file may become. */
export const MAX_INFLATED_BYTES: number = 256 * 1024 * 1024;
/** Most bytes that one compressed byte may become on average, once a file is larger than {@link FREE_BYTES}. */
const MAX_RATIO = 200;
/** What a file may always become, however small it is. */
export const FREE_BYTES: number = 1024 * 1024;

/** Most bytes that a number of compressed bytes may become. */
export function inflatedBound(compressedBytes: number): number {
  return Math.min(MAX_INFLATED_BYTES, Math.max(FREE_BYTES, MAX_RATIO * compressedBytes));
}

/**
 * The bytes in a gzip file.
 *
 * @param path - For messages only.
 * @throws {@link InputError} `ERR_ARCHIVE_FORM` if it is damaged, `ERR_ARCHIVE_LIMIT` if it becomes too large
 * @see RFC 1952
 */
export async function inflateGzip(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  const maxOutputLength = inflatedBound(bytes.length);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(path, maxOutputLength, cause);
    throw new InputError('ERR_ARCHIVE_FORM', `cannot unpack "${path}": it is damaged or not gzip`, { path, cause });
  }
}

/** The error of a file that becomes too large. */
export function tooLarge(path: string, bound: number, cause?: unknown): InputError {
  const wanted = `want at most ${bound} bytes of it (${MAX_RATIO} times its size)`;
  return new InputError('ERR_ARCHIVE_LIMIT', `cannot unpack "${path}": it becomes too large, ${wanted}`, {
    path,
    cause,
  });
}
