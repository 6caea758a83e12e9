/** Pulls the item file of a suite of one's own, which names its address and its digest. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { digestFromBytes } from '../../core/digest.ts';
import { InputError } from '../../core/errors.ts';
import { createSha256 } from '../../core/sha256.ts';
import { createReadStream } from 'node:fs';
import { parseSuiteFile } from '../parse-suite-file.ts';
import { fetchFile, type FetchedFile, type OriginSource } from './fetch-origin.ts';

/** Most bytes in an item file that is pulled. */
const MAX_ITEMS_BYTES: number = 1024 * 1024 * 1024;

/** What came of it. */
export interface PulledItems {
  /** Of the item file. */
  readonly path: string;
  /** Null if the right file was there already. */
  readonly file: FetchedFile | null;
}

/**
 * Pull the item file of a suite to its place.
 *
 * @param path - Of the suite file.
 * @param options - `force`: replace another file at its place.
 * @throws {@link InputError} `ERR_ORIGIN_MISSING` if the suite names no address or wants the file outside of its folder,
 *   `ERR_SUITE_EXISTS` if another file is at its place, `ERR_ORIGIN_DIGEST`, `ERR_ORIGIN_LIMIT`, `ERR_ORIGIN_FORM` and what
 *   {@link parseSuiteFile} throws; {@link EndpointError} `ERR_DOWNLOAD`. Then nothing is left behind.
 */
export async function pullItems(
  path: string,
  { source, force = false }: { readonly source: OriginSource; readonly force?: boolean },
): Promise<PulledItems> {
  const { file: suite, lineOf } = await parseSuiteFile(await readFile(path, 'utf8'), path);
  const { file: name, url, sha256 } = suite.items;
  const fail = (key: string, fault: string): InputError => {
    const place = { path, line: lineOf(`/items/${key}`), pointer: `/items/${key}` };
    return new InputError('ERR_ORIGIN_MISSING', `cannot pull items of "${path}" line ${place.line}: ${fault}`, place);
  };
  if (url === undefined || sha256 === undefined)
    throw fail(
      'file',
      'it names no address, so there is nothing to pull; want the keys "url" and "sha256" beside "file"',
    );
  // A suite file of a stranger must not write anywhere else.
  if (!/^[^/\\\p{Cc}]+$/u.test(name) || name.startsWith('.'))
    throw fail('file', 'want a plain name beside the suite file');
  const target = join(dirname(resolve(path)), name);
  const held = await digestOf(target);
  if (held === sha256) return { path: target, file: null };
  if (held !== null && !force)
    throw new InputError('ERR_SUITE_EXISTS', `cannot write ${target}: another file is there`, { path: target });
  const origin = { name, urls: [url], sha256, maxBytes: MAX_ITEMS_BYTES };
  return { path: target, file: await fetchTo(target, { file: origin, owner: suite.id }, source) };
}

async function fetchTo(
  target: string,
  request: Omit<Parameters<typeof fetchFile>[0], 'path'>,
  source: OriginSource,
): Promise<FetchedFile> {
  const temporary = join(dirname(target), `.${request.file.name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const fetched = await fetchFile({ ...request, path: temporary }, source);
    await rename(temporary, target);
    return fetched;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function digestOf(path: string): Promise<string | null> {
  const hasher = createSha256();
  try {
    for await (const chunk of createReadStream(path)) hasher.update(chunk as Uint8Array);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
  return digestFromBytes(hasher.digest());
}
