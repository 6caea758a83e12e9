/** Files that appear whole or not at all, also after a power cut. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** How a file is created. */
export interface WriteOptions {
  /** Permission bits, where the platform has them; the default leaves it to the umask. */
  readonly mode?: number;
}

/** Write a whole file: to a name of its own, to the disk, then under its name in one step. */
export async function writeAtomic(path: string, data: Uint8Array | string, options: WriteOptions = {}): Promise<void> {
  await writeAtomicFrom(path, async (file) => await file.writeFile(data), options);
}

/**
 * Write a file piece by piece; it appears under its name when `fill` has resolved, and never if it rejects.
 *
 * @param fill - Writes the content; it must not close the file.
 */
export async function writeAtomicFrom(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  { mode = 0o666 }: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', mode);
  try {
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(dirname(path));
}

/** Make the names in a folder durable, where the platform can. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; there a rename is durable by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
