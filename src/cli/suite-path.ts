/** Which file a suite on the command line means: a path, or the name of a suite that comes along or was pulled. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/errors.ts';
import { isNear } from '../schema/spelling.ts';
import { benchmarkNames } from '../suites/pull/catalogue.ts';
import { exists } from './path-exists.ts';
import { withHint } from './say.ts';
import { PACKAGE_ROOT } from './version.ts';

/** The file that makes a folder a suite. */
export const SUITE_FILE = 'suite.yaml';
/** Where pulled suites are, below the current folder. */
export const PULLED_FOLDER = 'suites';
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
 * A word without a slash names a suite that comes along, if there is one of that name, else one in the folder `suites`, as
 * pulling leaves it there; everything else is a path of a suite file or of a folder with a `suite.yaml`.
 *
 * @param folder - Where paths begin.
 * @throws {@link InputError} `ERR_SUITE_MISSING`
 */
export async function findSuite(text: string, folder: string = process.cwd()): Promise<string> {
  const isName = /^[a-z0-9-]+$/.test(text);
  const shipped = isName ? await shippedSuites() : [];
  if (shipped.includes(text)) return join(SHIPPED, text, SUITE_FILE);
  const path = resolve(folder, text);
  const pulled = isName ? [join(folder, PULLED_FOLDER, text, SUITE_FILE)] : [];
  const own = /\.ya?ml$/i.test(text) ? [path] : [join(path, SUITE_FILE), join(path, 'suite.yml')];
  for (const candidate of [...pulled, ...own]) if (await exists(candidate)) return candidate;
  throw missing(text, own[0] ?? path, isName ? shipped : []);
}

function missing(text: string, path: string, shipped: readonly string[]): InputError {
  const error = new InputError('ERR_SUITE_MISSING', `cannot find suite "${text}": ${path} does not exist`, { path });
  return withHint(error, hintFor(text, shipped));
}

function hintFor(text: string, shipped: readonly string[]): string {
  const benchmarks = benchmarkNames();
  if (benchmarks.includes(text)) return `touchstone suites pull ${text} downloads it`;
  const near = [...shipped, ...benchmarks].find((name) => isNear(name, text));
  if (near !== undefined) return `did you mean ${near}?`;
  return 'touchstone suites list shows the suites that come along and the benchmarks that can be pulled';
}
