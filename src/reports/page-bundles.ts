/** The transcripts that a page carries: each published with no more than the report may show of it. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BundleOptions } from '../archive/bundle-writer.ts';
import { publicationPieces } from '../archive/republish.ts';
import { CONTENT_FILE, RECORDS_FILE } from '../archive/run-folder.ts';
import { encodeBase64 } from '../core/bytes.ts';
import { BUNDLE_SUFFIX } from '../transcript/publication.ts';
import type { DisclosureChoice } from './disclosure.ts';
import type { ReportModel, ReportRun } from './model.ts';
import type { PageBundle } from './page/embedded.ts';

/** Where the runs of a report are, and how much of them a page may carry. */
export interface PageSources {
  /** Path of the folder or bundle of each run, by run id; a run without one cannot be carried. */
  readonly paths: ReadonlyMap<string, string>;
  readonly disclosure: DisclosureChoice;
  /** Most bytes of all transcripts together; beyond, a reader brings them along. */
  readonly maxBytes: number;
}

/** The transcripts of a report: their names, and their bytes in base64 if the page carries all of them. */
export interface PageTranscripts {
  readonly bundles: readonly PageBundle[];
  readonly carried: readonly string[] | null;
}

/**
 * The transcripts of a report, all of them or none.
 *
 * @throws errors of the archive, if a source has changed since it was verified
 */
export async function pageTranscripts({ runs }: ReportModel, sources: PageSources): Promise<PageTranscripts> {
  const bundles = runs.map((run) => ({ name: fileName(run, sources), run_id: run.run_id }));
  if (!(await mayFit(runs, sources))) return { bundles, carried: null };
  const carried: string[] = [];
  let left = sources.maxBytes;
  for (const run of runs) {
    const path = sources.paths.get(run.run_id);
    const bytes = path === undefined ? null : await bytesWithin(path, optionsFor(run, sources), left);
    if (bytes === null) return { bundles, carried: null };
    left -= bytes.length;
    carried.push(encodeBase64(bytes));
  }
  return { bundles, carried };
}

/** A run folder has never been seen to become smaller than by this factor when it is published. */
const SMALLEST_FACTOR = 20;

// So that long runs are not compressed only to find that there is no room for them.
async function mayFit(runs: readonly ReportRun[], { paths, maxBytes }: PageSources): Promise<boolean> {
  let bytes = 0;
  for (const { run_id: id, disclosure } of runs) {
    const path = paths.get(id);
    if (path === undefined) return false;
    if (disclosure.level !== 'D3') continue;
    const found = await stat(path);
    bytes += found.isFile() ? found.size : (await contentBytes(path)) / SMALLEST_FACTOR;
  }
  return bytes <= maxBytes;
}

async function contentBytes(folder: string): Promise<number> {
  const files = await Promise.all([RECORDS_FILE, CONTENT_FILE].map(async (name) => await stat(join(folder, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

function fileName({ run_id: id, source }: ReportRun, { paths }: PageSources): string {
  const name = basename(paths.get(id) ?? source);
  return name.endsWith('.gz') ? name : `${name}${BUNDLE_SUFFIX}`;
}

function optionsFor({ disclosure: { level } }: ReportRun, { disclosure }: PageSources): BundleOptions {
  if (level !== 'D2') return { level };
  // At D2 by its own choice, a transcript stays as it is.
  return disclosure.level === 'D2' ? { level, items: disclosure.items ?? new Set() } : { level };
}

async function bytesWithin(path: string, options: BundleOptions, maxBytes: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of publicationPieces(path, options)) {
    size += piece.length;
    if (size > maxBytes) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}
