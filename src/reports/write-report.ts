/** Writes the files of a report; each appears whole or not at all. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomicFrom } from '../archive/write-atomic.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { resultsCsv, sampleHead } from './csv.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';
import type { ReportModel } from './model.ts';
import { pageTranscripts } from './page-bundles.ts';
import { reportHtml, type PageAssets } from './page/html.ts';
import { itemsData, PAGE_LIMITS, type PageLimits, type RunSamples } from './page/items-data.ts';
import { pageView, type PageView } from './page/view.ts';
import { openDraft, type DraftedRun, type ReportDraft } from './report-draft.ts';
import type { SummaryOptions } from './summary.ts';

/** The files of a report. */
export const REPORT_FILES = ['report.html', 'report.md', 'report.json', 'results.csv', 'samples.csv'] as const;

/** The name of a file of a report. */
type ReportFile = (typeof REPORT_FILES)[number];

/** What a report says, and how much its page may carry. */
export interface ReportOptions extends SummaryOptions {
  readonly limits?: PageLimits;
  /**
   * Path of the folder or bundle of each run, by run id. The page then carries the transcripts, as far as they may be shown
   * and fit, and verifies them in the browser of whoever reads it; without paths it carries the samples only.
   */
  readonly paths?: ReadonlyMap<string, string>;
}

/** A report that was written. */
export interface WrittenReport {
  readonly model: ReportModel;
  /** Paths of the files, in the order of {@link REPORT_FILES}. */
  readonly paths: readonly string[];
}

/**
 * Write the report of verified runs to a folder, which is made if it does not exist.
 *
 * Everything is made before the first file is written, and each file appears whole or not at all.
 *
 * @throws {@link UsageError} `ERR_USAGE` if there is no run, or one is given twice; errors of the file system as they are.
 */
export async function writeReport(
  runs: readonly VerifiedTranscript[],
  folder: string,
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const draft = await startReport(options);
  try {
    for (const run of runs) await draft.take(run);
    return await writeDraft(draft, folder, options);
  } finally {
    await draft.discard();
  }
}

/** A report that takes its runs one after the other, and in whose end {@link writeDraft} writes it. */
export async function startReport({ disclosure = {}, limits = PAGE_LIMITS }: ReportOptions = {}): Promise<ReportDraft> {
  return await openDraft({ disclosure, samplesPerRun: limits.samplesPerRun });
}

/** Write the report of a draft; see {@link writeReport}. */
export async function writeDraft(
  { runs }: Pick<ReportDraft, 'runs'>,
  folder: string,
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const verified = runs.map(({ run }) => run);
  const compared = runs.map((drafted) => drafted.compared);
  const view = pageView(verified, compared, options);
  const files = await renderReport(view, runs, options);
  await mkdir(folder, { recursive: true });
  for (const name of REPORT_FILES) await writePieces(join(folder, name), files[name]);
  return { model: view.model, paths: REPORT_FILES.map((name) => join(folder, name)) };
}

type Pieces = Iterable<string> | AsyncIterable<string | Uint8Array>;

async function renderReport(
  view: PageView,
  runs: readonly DraftedRun[],
  options: ReportOptions,
): Promise<Readonly<Record<ReportFile, Pieces>>> {
  const { model } = view;
  const byId = new Map(runs.map((drafted) => [drafted.run.runId, drafted]));
  return {
    'report.html': await pageText(view, (runId) => byId.get(runId) ?? NO_SAMPLES, options),
    'report.md': [reportMarkdown(model)],
    'report.json': [reportJson(model)],
    'results.csv': [resultsCsv(model)],
    'samples.csv': samplesCsv(model, byId),
  };
}

const NO_SAMPLES: RunSamples = { samples: [], sampleCount: 0 };

async function pageText(
  view: PageView,
  samplesOf: (runId: string) => RunSamples,
  { limits = PAGE_LIMITS, paths = new Map(), disclosure = {} }: ReportOptions,
): Promise<Iterable<string>> {
  const sources = { paths, disclosure, maxBytes: limits.bundleBytes };
  const { bundles, carried } = await pageTranscripts(view.model, sources);
  const items = carried === null ? itemsData(view.model, samplesOf, limits) : null;
  return reportHtml({ view, bundles, carried, items }, await loadAssets());
}

async function* samplesCsv(
  { runs }: ReportModel,
  byId: ReadonlyMap<string, DraftedRun>,
): AsyncGenerator<string | Uint8Array> {
  yield sampleHead();
  for (const { run_id: id } of runs) {
    const drafted = byId.get(id);
    if (drafted !== undefined) yield await drafted.rows();
  }
}

/** The style sheet and the script of the page, as they were built. */
export async function loadAssets(): Promise<PageAssets> {
  return { css: await loadAsset('page.css'), script: await loadAsset('page.js') };
}

// The script exists only where it was built. Sources and build are side by side, so this finds it from both.
function loadAsset(name: string): Promise<string> {
  return readFile(new URL(`../../dist/reports/page/${name}`, import.meta.url), 'utf8');
}

async function writePieces(path: string, pieces: Pieces): Promise<void> {
  await writeAtomicFrom(path, async (file) => {
    for await (const piece of pieces) await file.appendFile(piece);
  });
}
