/** Reads a file that a user named. */
import { readFile } from 'node:fs/promises';
import { isSystemError } from './exit.ts';

/**
 * The bytes at a path.
 *
 * @throws System errors, always with the path: Node leaves it out where the path is a folder.
 */
export async function readNamedFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isSystemError(cause) && cause.path === undefined) Object.assign(cause, { path });
    throw cause;
  }
}
