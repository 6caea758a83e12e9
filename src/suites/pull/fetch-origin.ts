/** One file of a benchmark: from a folder, a mirror or its publisher, and only if it is the right one. */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.ts';
import { InputError, isTouchstoneError, type TouchstoneError } from '../../core/errors.ts';
import type { OriginFile } from './benchmark.ts';
import { download, shownUrl } from './download.ts';
import { receive, type Received } from './receive.ts';

/** Where files are taken from, and which digests somebody vouches for. */
export interface OriginSource {
  /** Base addresses that serve `<benchmark>/<file name>`; tried before the addresses of the benchmark. */
  readonly mirrors?: readonly string[];
  /** A folder with the files by name; nothing is downloaded then. */
  readonly from?: string | undefined;
  /** Digests in hex that are accepted for files whose digest nobody published. */
  readonly accepted?: readonly string[];
  readonly timeLimitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (name: string, bytes: number, total: number | null) => void;
  /** Told of every address that did not serve the file, unless it was the last one. */
  readonly onFault?: (error: TouchstoneError) => void;
}

/** A file that was fetched. */
export interface FetchedFile extends Received {
  readonly name: string;
  /** Host or folder that it came from. */
  readonly from: string;
  /** Who vouches for its digest; null if nobody does. */
  readonly pin: 'published' | 'accepted' | null;
}

/** A file to fetch, and where it is put. */
export interface FetchRequest {
  readonly file: OriginFile;
  /** Name of the benchmark, which is the folder on a mirror. */
  readonly owner: string;
  readonly path: string;
}

/**
 * Fetch a file.
 *
 * A file whose digest nobody vouches for arrives as well, with `pin: null`, so that its digest can be shown.
 *
 * @throws {@link InputError} `ERR_ORIGIN_DIGEST` if it is not the pinned file, `ERR_ORIGIN_MISSING` if there is no place to
 *   get it from, `ERR_ORIGIN_LIMIT`, `ERR_ORIGIN_FORM`; {@link EndpointError} `ERR_DOWNLOAD`; of several addresses the fault
 *   of one that served a wrong file, else of the last
 */
export async function fetchFile(request: FetchRequest, source: OriginSource): Promise<FetchedFile> {
  if (source.from !== undefined) return await copyFile(request, source.from, source);
  const { file, owner } = request;
  const mirrored = (source.mirrors ?? []).map((base) => mirrorAddress(base, owner, file.name));
  const addresses = [...mirrored, ...file.urls];
  const faults: TouchstoneError[] = [];
  for (const url of addresses) {
    try {
      return await fetchFrom(url, request, source);
    } catch (cause) {
      await rm(request.path, { force: true });
      if (!isTouchstoneError(cause)) throw cause;
      faults.push(cause);
      if (faults.length < addresses.length) source.onFault?.(cause);
    }
  }
  throw faults.find((fault) => fault instanceof InputError) ?? faults.at(-1) ?? missing(file.name, 'it has no address');
}

function mirrorAddress(base: string, owner: string, name: string): string {
  return `${base.replace(/\/+$/, '')}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

async function fetchFrom(url: string, { file, path }: FetchRequest, source: OriginSource): Promise<FetchedFile> {
  const received = await download(url, path, {
    expected: file,
    timeLimitMs: source.timeLimitMs,
    signal: source.signal,
    onBytes: (bytes, total) => source.onBytes?.(file.name, bytes, total),
  });
  return checked(file, received, source, shownUrl(url));
}

// It is copied before it is read, so that what is converted is what was hashed.
async function copyFile({ file, path }: FetchRequest, folder: string, source: OriginSource): Promise<FetchedFile> {
  const held = join(folder, file.name);
  const isFile = await stat(held).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw missing(file.name, `it is not in ${folder}`);
  const received = await receive(createReadStream(held, { signal: source.signal }), path, file);
  return checked(file, received, source, folder);
}

function checked(file: OriginFile, received: Received, source: OriginSource, from: string): FetchedFile {
  const { name, sha256 } = file;
  const found = { ...received, name, from };
  if (sha256 === undefined) return { ...found, pin: isAccepted(received.sha256, source) ? 'accepted' : null };
  if (received.sha256 === sha256) return { ...found, pin: 'published' };
  const message = `cannot use "${name}" from ${from}: it has SHA-256 ${received.sha256}, want ${sha256}`;
  throw new InputError('ERR_ORIGIN_DIGEST', message);
}

function isAccepted(digest: Digest, { accepted = [] }: OriginSource): boolean {
  return accepted.some((each) => each.toLowerCase() === digest);
}

function missing(name: string, fault: string): InputError {
  return new InputError('ERR_ORIGIN_MISSING', `cannot get "${name}": ${fault}`);
}
