/**
 * Zip archives of strangers, read in memory and within bounds.
 *
 * Nothing is ever unpacked to the disk, and an archive whose names would leave a folder is refused all the same: nobody
 * packs such a one by accident.
 */
import type { Entry, ZipFile } from 'yauzl';
import { InputError, isTouchstoneError } from '../../core/errors.ts';
import { FREE_BYTES, inflatedBound, MAX_INFLATED_BYTES, tooLarge } from './inflate.ts';

/** Most files and folders in an archive. */
export const MAX_ZIP_ENTRIES = 20_000;
/** Most bytes in the files that are read from one archive. */
const MAX_ZIP_BYTES: number = 2 * MAX_INFLATED_BYTES;

const SYMBOLIC_LINK = 0o120_000;
const FILE_KIND = 0o170_000;

/** A file in an archive. */
export interface ZipMember {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files in a zip archive whose path matches, in order of path.
 *
 * The whole list of contents is checked before the first of them is read.
 *
 * @param wanted - Tested against the whole path within the archive.
 * @param path - Of the archive, for messages only.
 * @throws {@link InputError} `ERR_ARCHIVE_FORM` if it is damaged or encrypted, `ERR_ARCHIVE_LIMIT` if it holds too much,
 *   `ERR_ARCHIVE_PATH` on a symbolic link, a name twice, and a name that is absolute or has `..`, a backslash or a control
 *   character
 */
export async function* readZip(bytes: Uint8Array, wanted: RegExp, path: string): AsyncGenerator<ZipMember> {
  const archive = await withForm(path, async () => {
    const { fromBufferPromise } = await import('yauzl');
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return await fromBufferPromise(buffer, { strictFileNames: true });
  });
  const entries = await withForm(path, async () => await listEntries(archive, path));
  let total = 0;
  for (const entry of entries.filter(({ fileName }) => wanted.test(fileName))) {
    total += entry.uncompressedSize;
    if (total > MAX_ZIP_BYTES) throw tooLarge(path, MAX_ZIP_BYTES);
    yield { path: entry.fileName, bytes: await withForm(path, async () => await readEntry(archive, entry, path)) };
  }
}

async function listEntries(archive: ZipFile, path: string): Promise<readonly Entry[]> {
  if (archive.entryCount > MAX_ZIP_ENTRIES) {
    const message = `cannot unpack "${path}": it has ${archive.entryCount} entries, want at most ${MAX_ZIP_ENTRIES}`;
    throw new InputError('ERR_ARCHIVE_LIMIT', message, { path });
  }
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) {
    const fault = entryFault(entry) ?? (entries.has(entry.fileName) ? 'is there twice' : null);
    if (fault !== null) throw pathError(path, entry.fileName, fault);
    entries.set(entry.fileName, entry);
  }
  return [...entries.values()]
    .filter(({ fileName }) => !fileName.endsWith('/'))
    .toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1));
}

function entryFault({ fileName, externalFileAttributes }: Entry): string | null {
  if (((externalFileAttributes >>> 16) & FILE_KIND) === SYMBOLIC_LINK) return 'is a symbolic link';
  if (/\p{Cc}/u.test(fileName)) return 'has a control character in its name';
  if (fileName === '' || fileName.split('/').some((part) => part === '.' || part === '..')) return 'is no plain path';
  return null;
}

async function readEntry(archive: ZipFile, entry: Entry, path: string): Promise<Uint8Array> {
  const bound = Math.max(FREE_BYTES, inflatedBound(entry.compressedSize));
  if (entry.uncompressedSize > bound) throw tooLarge(`${path}/${entry.fileName}`, bound);
  // The reader refuses an entry that is longer or shorter than its own header says, so the check above holds.
  const stream = await archive.openReadStreamPromise(entry);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function pathError(path: string, name: string, fault: string): InputError {
  return new InputError('ERR_ARCHIVE_PATH', `cannot unpack "${path}": entry "${name.slice(0, 200)}" ${fault}`, {
    path,
  });
}

/** What the reader of archives throws has no type; its words on names are the only ones that tell them apart. */
async function withForm<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (isTouchstoneError(cause)) throw cause;
    const words = cause instanceof Error ? cause.message : '';
    const name = /^(?:invalid characters in fileName|absolute path|invalid relative path): (.*)$/s.exec(words)?.[1];
    if (name !== undefined) throw pathError(path, name, 'leaves its folder or has a backslash');
    throw new InputError('ERR_ARCHIVE_FORM', `cannot unpack "${path}": it is damaged, encrypted or not a zip archive`, {
      path,
      cause,
    });
  }
}
