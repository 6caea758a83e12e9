/** Pulls a benchmark: fetch, check, convert, and only then a folder. */
import { join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { SuiteOrigin } from '../definition.ts';
import type { Benchmark } from './benchmark.ts';
import { convertBenchmark, ORIGIN_NOTE, type ConvertedSuite } from './convert.ts';
import { fetchFile, type FetchedFile, type OriginSource } from './fetch-origin.ts';
import { makeFolder } from './new-folder.ts';
import { openOriginFiles } from './origin-files.ts';

/** Where a benchmark is pulled from and to. */
export interface PullOptions {
  /** The folder to make. */
  readonly folder: string;
  /** Replace a folder that was pulled before. */
  readonly force?: boolean;
  readonly source: OriginSource;
  /** Told of every file that has arrived. */
  readonly onFile?: (file: FetchedFile) => void;
}

/** A benchmark that was pulled. */
export interface PulledBenchmark {
  readonly files: readonly FetchedFile[];
  readonly suites: readonly ConvertedSuite[];
  readonly origin: SuiteOrigin;
}

/**
 * Pull a benchmark into a new folder.
 *
 * @throws {@link InputError} `ERR_ORIGIN_UNPINNED` if nobody vouches for a digest, `ERR_ORIGIN_MISSING`,
 *   `ERR_ORIGIN_DIGEST`, `ERR_ORIGIN_LIMIT`, `ERR_ORIGIN_FORM`, `ERR_SUITE_EXISTS` and what the converter throws;
 *   {@link EndpointError} `ERR_DOWNLOAD`; the reason of the signal. Then nothing is left behind.
 */
export async function pullBenchmark(benchmark: Benchmark, options: PullOptions): Promise<PulledBenchmark> {
  const { folder, force = false, source } = options;
  checkReachable(benchmark, source);
  const place = { folder, replaces: force ? { marker: ORIGIN_NOTE } : null };
  return await makeFolder(place, async (content, scratch) => {
    const files = await fetchAll(benchmark, scratch, options);
    checkPins(benchmark, files);
    const origin = originOf(files);
    const suites = await convertBenchmark(benchmark, openOriginFiles(scratch), {
      folder: content,
      origin,
      signal: source.signal,
    });
    source.signal?.throwIfAborted();
    return { files, suites, origin };
  });
}

async function fetchAll(
  { name: owner, files }: Benchmark,
  folder: string,
  { source, onFile }: PullOptions,
): Promise<readonly FetchedFile[]> {
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    const found = await fetchFile({ file, owner, path: join(folder, file.name) }, source);
    onFile?.(found);
    fetched.push(found);
  }
  return fetched;
}

function checkReachable({ name, files, gated }: Benchmark, { from, mirrors = [] }: OriginSource): void {
  if (from !== undefined || mirrors.length > 0 || files.every(({ urls }) => urls.length > 0)) return;
  const names = files.map((file) => file.name).join(', ');
  const how = gated ?? 'there is no address to get it from';
  throw new InputError('ERR_ORIGIN_MISSING', `cannot pull "${name}" without a copy of yours of ${names}: ${how}`);
}

function checkPins({ name }: Benchmark, files: readonly FetchedFile[]): void {
  const open = files.filter(({ pin }) => pin === null);
  if (open.length === 0) return;
  const digests = open.map((file) => `"${file.name}" has SHA-256 ${file.sha256}`).join(', ');
  throw new InputError('ERR_ORIGIN_UNPINNED', `cannot pull "${name}": nobody vouches for its files yet: ${digests}`);
}

function originOf(files: readonly FetchedFile[]): SuiteOrigin {
  const listed = files.map(({ name, sha256 }) => ({ name, sha256 }));
  return {
    files: listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    pin: files.some(({ pin }) => pin === 'accepted') ? 'accepted' : 'published',
  };
}
