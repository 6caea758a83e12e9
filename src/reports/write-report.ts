/** Writes the files of a report; each appears whole or not at all. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomicFrom } from '../archive/write-atomic.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { resultsCsv, samplesCsv } from './csv.ts';
import { disclosedSamples, type ReportSample } from './disclosure.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';
import type { ReportModel } from './model.ts';
import { reportHtml, type PageAssets } from './page/html.ts';
import { itemsData, PAGE_LIMITS, type PageLimits } from './page/items-data.ts';
import { summarize, type SummaryOptions } from './summary.ts';

/** The files of a report. */
export const REPORT_FILES = ['report.html', 'report.md', 'report.json', 'results.csv', 'samples.csv'] as const;

/** The name of a file of a report. */
type ReportFile = (typeof REPORT_FILES)[number];

/** What a report says, and how much its page may carry. */
export interface ReportOptions extends SummaryOptions {
  readonly limits?: PageLimits;
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
 * Everything but samples.csv is made before the first file is written, and each file appears whole or not at all.
 *
 * @throws {@link UsageError} `ERR_USAGE` if there is no run, or one is given twice; errors of the file system as they are.
 */
export async function writeReport(
  runs: readonly VerifiedTranscript[],
  folder: string,
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const model = summarize(runs, options);
  const files = await renderReport(model, samplesReader(runs, options), options.limits ?? PAGE_LIMITS);
  await mkdir(folder, { recursive: true });
  for (const name of REPORT_FILES) await writePieces(join(folder, name), files[name]);
  return { model, paths: REPORT_FILES.map((name) => join(folder, name)) };
}

type Samples = (runId: string) => readonly ReportSample[];
type Texts = Readonly<Record<ReportFile, Iterable<string>>>;

// The samples of one run at a time are copied and sorted; no writer needs more.
function samplesReader(runs: readonly VerifiedTranscript[], { disclosure }: ReportOptions): Samples {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  return (runId) => {
    const run = byId.get(runId);
    return run === undefined ? [] : disclosedSamples(run, disclosure);
  };
}

async function renderReport(model: ReportModel, samplesOf: Samples, limits: PageLimits): Promise<Texts> {
  return {
    'report.html': [reportHtml(model, itemsData(model, samplesOf, limits), await loadAssets())],
    'report.md': [reportMarkdown(model)],
    'report.json': [reportJson(model)],
    'results.csv': [resultsCsv(model)],
    'samples.csv': samplesCsv(model, samplesOf),
  };
}

/** The style sheet and the script of the page, from beside this module. */
export async function loadAssets(): Promise<PageAssets> {
  return { css: await loadAsset('page.css'), script: await loadAsset('explorer.js') };
}

function loadAsset(name: string): Promise<string> {
  return readFile(new URL(`./page/${name}`, import.meta.url), 'utf8');
}

async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  await writeAtomicFrom(path, async (file) => {
    for (const piece of pieces) await file.appendFile(piece);
  });
}
