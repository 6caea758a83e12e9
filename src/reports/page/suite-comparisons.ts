/** The comparisons of a page: every set of two or more runs over the same items under the same rules. */
import { compareRuns } from '../comparison/compare-runs.ts';
import type { ComparedRun } from '../comparison/compared-run.ts';
import type { SuiteComparison } from '../comparison/model.ts';
import type { ReportModel } from '../model.ts';

/** One comparison per comparable set; the first run of a set is its baseline. Flips are counted: the item view lists them. */
export function suiteComparisons(runs: readonly ComparedRun[], { suites }: ReportModel): readonly SuiteComparison[] {
  return suites
    .flatMap(({ comparable }) => comparable)
    .flatMap((set) => {
      const own = runs.filter(({ runId, items }) => items !== null && set.runs.includes(runId));
      if (own.length < 2) return [];
      const comparison = compareRuns(own);
      return comparison.comparable ? comparison.suites.map(withoutFlips) : [];
    });
}

function withoutFlips(suite: SuiteComparison): SuiteComparison {
  return { ...suite, pairs: suite.pairs.map((pair) => ({ ...pair, flips: { ...pair.flips, items: [] } })) };
}
