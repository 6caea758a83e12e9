/** Reads the regular files of a tar archive, as far as the archives of public repositories need it. */
import { InputError } from '../../core/errors.ts';

const BLOCK = 512;
/** Where a header holds what: offset and length. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const TYPE = 156;
const PREFIX = [345, 155] as const;
const REGULAR: ReadonlySet<number> = new Set([0, 0x30]);

/** A file in an archive. */
export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The regular files, in the order of the archive. Links, folders and extended headers are passed over; nothing is written.
 *
 * @param name - For messages only.
 * @throws {@link InputError} `ERR_ORIGIN_FORM` if it is no tar archive or ends early
 * @see POSIX.1-1988, ustar
 */
export function* readTar(archive: Uint8Array, name: string): Generator<TarFile> {
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    // Blocks of zeros end the archive.
    if (header.every((byte) => byte === 0)) return;
    const size = Number.parseInt(field(header, SIZE).trim(), 8);
    const end = at + BLOCK + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > archive.length) throw tarError(name);
    if (REGULAR.has(header[TYPE] ?? -1)) yield { path: pathOf(header), bytes: archive.subarray(at + BLOCK, end) };
    at = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw tarError(name);
}

function pathOf(header: Uint8Array): string {
  const prefix = field(header, PREFIX);
  return prefix === '' ? field(header, NAME) : `${prefix}/${field(header, NAME)}`;
}

function field(header: Uint8Array, [offset, length]: readonly [number, number]): string {
  const held = header.subarray(offset, offset + length);
  const end = held.indexOf(0);
  return new TextDecoder().decode(end === -1 ? held : held.subarray(0, end));
}

function tarError(name: string): InputError {
  return new InputError('ERR_ORIGIN_FORM', `cannot convert "${name}": want a whole tar archive`);
}
