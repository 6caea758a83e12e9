/** Ranks with ties: what cannot be told apart shares a range of ranks. */

/** The best and the worst rank that the comparisons allow, from 1. */
export interface RankRange {
  readonly best: number;
  readonly worst: number;
}

/**
 * The rank range of each of several runs.
 *
 * The best rank is one more than the runs that are shown to be better; the worst leaves room below for those shown to be
 * worse. Nothing is assumed where a comparison is missing.
 *
 * @param count - Runs.
 * @param isBetter - Whether run a is shown to be better than run b.
 * @returns One range per run.
 */
export function rankRanges(count: number, isBetter: (a: number, b: number) => boolean): RankRange[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return all.map((run) => ({
    best: 1 + all.filter((other) => other !== run && isBetter(other, run)).length,
    worst: count - all.filter((other) => other !== run && isBetter(run, other)).length,
  }));
}
