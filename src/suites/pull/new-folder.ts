/** A folder that appears whole or not at all. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../core/errors.ts';

/** How a folder is made. */
export interface NewFolder {
  readonly folder: string;
  /** Whether a folder of this kind may be replaced; null if none may. */
  readonly replaces: { readonly marker: string } | null;
}

/**
 * Make a folder beside its place, and give it its name when it is finished.
 *
 * @param fill - Gets an empty folder whose content becomes that of the new one, and another one for what is only needed
 *   while it is filled.
 * @throws {@link InputError} `ERR_SUITE_EXISTS` if there is something at its place; whatever `fill` throws, and then nothing
 *   is left behind
 */
export async function makeFolder<T>(
  { folder, replaces }: NewFolder,
  fill: (content: string, scratch: string) => Promise<T>,
): Promise<T> {
  const place = resolve(folder);
  await checkPlace(place, replaces);
  const parent = dirname(place);
  const madeFrom = await mkdir(parent, { recursive: true });
  const staging = join(parent, `.${basename(place)}.${randomBytes(6).toString('hex')}.tmp`);
  const content = join(staging, 'content');
  const scratch = join(staging, 'scratch');
  let isDone = false;
  try {
    await mkdir(content, { recursive: true });
    await mkdir(scratch);
    const result = await fill(content, scratch);
    await exchange(content, place, join(staging, 'old'));
    isDone = true;
    return result;
  } finally {
    await rm(staging, { recursive: true, force: true });
    if (!isDone && madeFrom !== undefined) await removeEmpty(parent, madeFrom);
  }
}

async function checkPlace(place: string, replaces: NewFolder['replaces']): Promise<void> {
  const found = await lstat(place).catch(() => null);
  if (found === null) return;
  const names = found.isDirectory() ? await readdir(place) : null;
  if (names?.length === 0) return;
  if (replaces === null) throw exists(place, 'it exists already');
  // A wrong path must not cost anybody a folder of theirs.
  if (names?.includes(replaces.marker) !== true) throw exists(place, `there is no ${replaces.marker} in it`);
}

function exists(place: string, fault: string): InputError {
  return new InputError('ERR_SUITE_EXISTS', `cannot write folder ${place}: ${fault}`, { path: place });
}

async function exchange(content: string, place: string, old: string): Promise<void> {
  const isReplaced = await rename(place, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(content, place);
  } catch (cause) {
    if (isReplaced) await rename(old, place);
    throw cause;
  }
}

async function removeEmpty(folder: string, upTo: string): Promise<void> {
  for (let each = folder; each.length >= upTo.length; each = dirname(each)) {
    // Somebody may have put something there in the meantime.
    const isRemoved = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}
