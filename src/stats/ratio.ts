/** How two totals over the same items relate: tokens, costs, anything that adds up. */
import { meanError, type Clusters } from './clustered.ts';
import { exp, ln } from './elementary.ts';
import { ENOUGH } from './mean-estimate.ts';
import { studentQuantile } from './student.ts';
import type { Interval } from './wilson.ts';

/** What two runs used, item by item; no value is negative. */
export interface PairedAmounts {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** Candidate total over baseline total. */
export interface RatioEstimate {
  readonly n: number;
  readonly units: number;
  readonly ratio: number;
  /** Null with fewer than 10 units. Where every unit has the same ratio, it is that ratio alone. */
  readonly interval: Interval | null;
}

/**
 * The ratio of two totals, with a t interval on the scale of its logarithm.
 *
 * SE(ln R) is the standard error of the mean of (candidate - R × baseline), over the mean of the candidate.
 *
 * @param options - Clusters, and the confidence, 0.95 by default.
 * @returns Null if a total is 0: then there is no ratio, or no logarithm of it.
 * @see W. G. Cochran, Sampling Techniques, 3rd edition (1977), section 6.4 (variance of a ratio)
 */
export function estimateRatio(
  { baseline, candidate }: PairedAmounts,
  { clusters, level = 0.95 }: { readonly clusters?: Clusters; readonly level?: number } = {},
): RatioEstimate | null {
  if (baseline.length !== candidate.length) throw new RangeError('amounts are no pairs');
  if (![...baseline, ...candidate].every((amount) => amount >= 0)) throw new RangeError('an amount is negative');
  const [below, above] = [total(baseline), total(candidate)];
  if (below === 0 || above === 0) return null;
  const ratio = above / below;
  const rests = candidate.map((amount, index) => amount - ratio * (baseline[index] ?? 0));
  const error = meanError(rests, clusters);
  if (error === null) return null;
  const { n, units, standardError } = error;
  if (standardError === null || units < ENOUGH) return { n, units, ratio, interval: null };
  const half = (studentQuantile((1 - level) / 2, units - 1) * standardError * n) / above;
  return { n, units, ratio, interval: { low: exp(ln(ratio) - half), high: exp(ln(ratio) + half) } };
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
