/** Finds the models that ship with the package; the SHA-256 of a weight file is the identity of its model. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/errors.ts';

const EXTENSION = '.safetensors';
// The same place seen from src/endpoints/embedded and from dist/endpoints/embedded.
const SHIPPED = fileURLToPath(new URL('../../../models/', import.meta.url));

/** A weight file in memory. */
export interface EmbeddedModel {
  /** File name without extension, for example `tiny-1.3m`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly digestHex: string;
}

/**
 * Read models by name.
 *
 * @param names - Which models, in this order; all of the folder, sorted by name, if not given.
 * @param folder - Where the weight files are; the package's own `models/` if not given.
 * @throws {@link InputError} `ERR_MODEL_UNKNOWN` for a name that the folder does not hold, or an empty folder.
 */
export async function readEmbeddedModels(
  names?: readonly string[],
  folder: string = SHIPPED,
): Promise<EmbeddedModel[]> {
  const files = await readdir(folder).catch(() => []);
  const known = files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
  const wanted = names ?? known.toSorted();
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined || wanted.length === 0) {
    const what = unknown === undefined ? 'any embedded model' : `embedded model ${JSON.stringify(unknown)}`;
    throw new InputError('ERR_MODEL_UNKNOWN', `cannot find ${what}: the folder holds ${known.join(', ') || 'none'}`, {
      path: folder,
    });
  }
  return await Promise.all(wanted.map((name) => readModel(folder, name)));
}

async function readModel(folder: string, name: string): Promise<EmbeddedModel> {
  const bytes = await readFile(join(folder, name + EXTENSION));
  return { name, bytes, digestHex: createHash('sha256').update(bytes).digest('hex') };
}
