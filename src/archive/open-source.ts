/** Opens a run wherever it is: a run folder or a publication file. */
import { stat } from 'node:fs/promises';
import { InputError } from '../core/errors.ts';
import type { RunSource } from '../transcript/source.ts';
import type { BundleLimits } from './bundle-lines.ts';
import { openBundle } from './bundle-source.ts';
import { openFolder } from './folder-source.ts';

/**
 * The run at a path, a folder or a bundle, ready to be read once.
 *
 * @param limits - How much a bundle may unpack to; a folder is read as it is.
 * @returns Unverified bytes, for `verifyRun`.
 * @throws {@link InputError} `ERR_RUN_MISSING` if there is neither a run folder nor a file
 * @throws {@link VerificationError} of a bundle, see {@link openBundle}
 */
export async function openSource(path: string, limits?: BundleLimits): Promise<RunSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError('ERR_RUN_MISSING', `cannot read ${path}: want a run folder or a bundle`, { path, cause });
  });
  // Whoever opens a pipe waits for somebody to write into it.
  if (!found.isDirectory() && !found.isFile()) {
    throw new InputError('ERR_RUN_MISSING', `cannot read ${path}: want a run folder or a bundle, got neither`, {
      path,
    });
  }
  return found.isDirectory() ? await openFolder(path) : await openBundle(path, limits);
}
