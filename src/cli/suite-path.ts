/** Which file a suite on the command line means: a path, or the name of a suite that comes along. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/errors.ts';
import { isNear } from '../schema/spelling.ts';
import { exists } from './path-exists.ts';
import { withHint } from './say.ts';
import { PACKAGE_ROOT } from './version.ts';

const SUITE_FILE = 'suite.yaml';
const SHIPPED = fileURLToPath(new URL('suites/', PACKAGE_ROOT));

/** The names of the suites that come along, sorted. */
export async function shippedSuites(): Promise<readonly string[]> {
  const entries = await readdir(SHIPPED, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = await Promise.all(folders.map((name) => exists(join(SHIPPED, name, SUITE_FILE))));
  return folders.filter((_, index) => found[index]).toSorted();
}

/**
 * The path of a suite file.
 *
 * A word without a slash names a suite that comes along, if there is one of that name; everything else is a path of a
 * suite file or of a folder with a `suite.yaml`.
 *
 * @param folder - Where paths begin.
 * @throws {@link InputError} `ERR_SUITE_MISSING`
 */
export async function findSuite(text: string, folder: string = process.cwd()): Promise<string> {
  const shipped = /^[a-z0-9-]+$/.test(text) ? await shippedSuites() : [];
  if (shipped.includes(text)) return join(SHIPPED, text, SUITE_FILE);
  const path = resolve(folder, text);
  const candidates = /\.ya?ml$/i.test(text) ? [path] : [join(path, SUITE_FILE), join(path, 'suite.yml')];
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  throw missing(text, candidates[0] ?? path, shipped);
}

function missing(text: string, path: string, shipped: readonly string[]): InputError {
  const error = new InputError('ERR_SUITE_MISSING', `cannot find suite "${text}": ${path} does not exist`, { path });
  const near = shipped.find((name) => isNear(name, text));
  return withHint(
    error,
    near === undefined ? 'touchstone suites list shows the suites that come along' : `did you mean ${near}?`,
  );
}
