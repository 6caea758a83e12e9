/** Where a run on the command line is read from: a run folder or a bundle file. */
import { stat } from 'node:fs/promises';
import { openFolder } from '../archive/folder-source.ts';
import type { RunSource } from '../transcript/source.ts';

/**
 * Open a run folder or a bundle.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`; system errors
 */
export async function openSource(path: string): Promise<RunSource> {
  await stat(path);
  return await openFolder(path);
}
