/**
 * A report in the making: takes verified runs one after the other and lets go of their samples, so that a report over many runs
 * needs the memory of one.
 */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { comparedRun, type ComparedRun } from './comparison/compared-run.ts';
import { sampleRows } from './csv.ts';
import { disclosedSamples, type DisclosureChoice, type ReportSample } from './disclosure.ts';

/** A run of a draft. */
export interface DraftedRun {
  /** Without its samples. */
  readonly run: VerifiedTranscript;
  readonly compared: ComparedRun;
  /** The first of its samples, as far as they are disclosed, and how many there are. */
  readonly samples: readonly ReportSample[];
  readonly sampleCount: number;
  /** Its rows of samples.csv. */
  readonly rows: () => Promise<Uint8Array>;
}

/** A report in the making. */
export interface ReportDraft {
  /** Take a run that was verified with its samples. */
  take(run: VerifiedTranscript): Promise<void>;
  readonly runs: readonly DraftedRun[];
  /** Remove what the draft has on the disk. */
  discard(): Promise<void>;
}

/** How a draft takes its runs. */
export interface DraftOptions {
  readonly disclosure: DisclosureChoice;
  /** Samples of each run to keep for the page. */
  readonly samplesPerRun: number;
}

/** A draft without runs. Call `discard` in the end. */
export async function openDraft({ disclosure, samplesPerRun }: DraftOptions): Promise<ReportDraft> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-report-'));
  const runs: DraftedRun[] = [];
  return {
    runs,
    async take(run) {
      const path = join(folder, `${runs.length}.csv`);
      const compared = comparedRun(run, disclosure);
      const samples = disclosedSamples(run, disclosure);
      const file = await open(path, 'wx', 0o600);
      try {
        for (const piece of sampleRows(compared.summary, samples)) await file.appendFile(piece);
      } finally {
        await file.close();
      }
      runs.push({
        run: { ...run, samples: null },
        compared,
        samples: samples.slice(0, samplesPerRun),
        sampleCount: samples.length,
        rows: async () => await readFile(path),
      });
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}
