/** A run folder: the names of its files, and how one begins. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { RunFile } from '../transcript/source.ts';
import { writeAtomic } from './write-atomic.ts';

/** The file of the records. */
export const RECORDS_FILE = 'records.jsonl';

/** The file of the openings. */
export const CONTENT_FILE = 'content.jsonl';

/** The file of the checkpoints. */
export const CHECKPOINTS_FILE = 'checkpoints.jsonl';

/** The file of the run secret, which never leaves the folder. */
export const SECRET_FILE = 'secret';

/** Bytes in a run secret. */
export const SECRET_BYTES = 32;

// Names that Windows keeps for devices, with or without an ending.
const DEVICE = /^(?:aux|con|nul|prn|com\d|lpt\d)(?:\.|$)/i;

/**
 * A name that is safe for a folder on every platform, for a text such as `org/model:tag`.
 *
 * Different texts may get one name; whoever needs them apart adds something unique, such as a run id.
 *
 * @returns 1 to 64 of `A-Za-z0-9._-`, neither a device name nor with a dot at either end.
 */
export function safeFolderName(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .slice(0, 64)
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  if (name === '') return 'unnamed';
  return DEVICE.test(name) ? `_${name}`.slice(0, 64) : name;
}

/**
 * Begin a run folder at a path where there is nothing yet.
 *
 * @param secret - {@link SECRET_BYTES} random bytes; only the owner may read their file.
 * @throws {@link InputError} `ERR_RUN_EXISTS` if there is something in the way
 */
export async function createRunFolder(path: string, secret: Uint8Array): Promise<void> {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a run secret has ${SECRET_BYTES} bytes`);
  try {
    await mkdir(path, { recursive: true });
    if ((await readdir(path)).length > 0) throw exists(path);
  } catch (cause) {
    if (isSystemError(cause, 'EEXIST', 'ENOTDIR')) throw exists(path, cause);
    throw cause;
  }
  await writeAtomic(join(path, SECRET_FILE), secret, { mode: 0o600 });
}

/**
 * The run secret of a folder.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`, `ERR_RUN_SECRET`
 */
export async function readSecret(path: string): Promise<Uint8Array> {
  const secret = await readRunFile(path, SECRET_FILE);
  if (secret.length === SECRET_BYTES) return new Uint8Array(secret);
  throw new InputError('ERR_RUN_SECRET', `cannot use ${join(path, SECRET_FILE)}: want ${SECRET_BYTES} bytes`, { path });
}

/**
 * The bytes of one small file of a run folder.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING` if it cannot be read
 */
export async function readRunFile(path: string, name: RunFile | typeof SECRET_FILE): Promise<Uint8Array> {
  try {
    return await readFile(join(path, name));
  } catch (cause) {
    throw missing(join(path, name), cause);
  }
}

/**
 * Check that a path is a folder in which a run has begun.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`
 */
export async function checkRunFolder(path: string): Promise<void> {
  for (const name of ['plan.json', RECORDS_FILE, CONTENT_FILE]) {
    const found = await stat(join(path, name)).catch((cause: unknown) => {
      throw missing(join(path, name), cause);
    });
    // Whoever opens a pipe waits for somebody to write into it.
    if (!found.isFile())
      throw new InputError('ERR_RUN_MISSING', `cannot read ${join(path, name)}: want a file`, { path });
  }
}

/** Whether a caught value is an error of the operating system with one of these codes. */
export function isSystemError(value: unknown, ...codes: readonly string[]): value is NodeJS.ErrnoException {
  return value instanceof Error && codes.includes(String(Reflect.get(value, 'code')));
}

function exists(path: string, cause?: unknown): InputError {
  const message = `cannot begin run in ${path}: want a folder that does not exist yet or is empty`;
  return new InputError('ERR_RUN_EXISTS', message, { path, cause });
}

function missing(path: string, cause: unknown): InputError {
  const code = isSystemError(cause) || !(cause instanceof Error) ? 'unknown' : String(Reflect.get(cause, 'code'));
  return new InputError('ERR_RUN_MISSING', `cannot read ${path} (${code}): want a run folder`, { path, cause });
}
