/**
 * Everything a page shows beside the items: made from verified runs by the same code, here and in the browser of a reader.
 */
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import type { ComparedRun } from '../comparison/compared-run.ts';
import type { SuiteComparison } from '../comparison/model.ts';
import type { ReportModel } from '../model.ts';
import { summarize, type SummaryOptions } from '../summary.ts';
import { suiteComparisons } from './suite-comparisons.ts';
import { tagTables, type TagTable } from './tag-tables.ts';

/** The figures of a page. */
export interface PageView {
  readonly model: ReportModel;
  /** One per set of two or more comparable runs. */
  readonly comparisons: readonly SuiteComparison[];
  readonly tags: readonly TagTable[];
}

/**
 * The figures over verified runs.
 *
 * @param compared - The same runs as a comparison takes them; the transcripts need no samples then.
 * @throws {@link UsageError} `ERR_USAGE` if there is no run, or one is given twice
 */
export function pageView(
  runs: readonly VerifiedTranscript[],
  compared: readonly ComparedRun[],
  options: SummaryOptions = {},
): PageView {
  const model = summarize(runs, options);
  return { model, comparisons: suiteComparisons(compared, model), tags: tagTables(compared, model) };
}
