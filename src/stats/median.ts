/** The median with an interval that needs no distribution: only how often values lie on either side of it. */
import { binomialTails } from './binomial.ts';
import type { Interval } from './wilson.ts';

/** A median. */
export interface MedianEstimate {
  readonly n: number;
  readonly median: number;
  /** Null with too few values: at 95 %, fewer than 6. */
  readonly interval: Interval | null;
}

/**
 * The median of independent values, with the interval of the sign test.
 *
 * Its bounds are values themselves, the r-th from either end, with the largest r for which fewer than r of n coin tosses have
 * a probability of at most half the error. Ties make it safer.
 *
 * @param level - Confidence, 0.95 by default.
 * @returns Null for no values.
 * @see W. J. Conover, Practical Nonparametric Statistics, 3rd edition (1999), section 3.2
 */
export function estimateMedian(values: readonly number[], level: number = 0.95): MedianEstimate | null {
  if (!values.every(Number.isFinite)) throw new RangeError('a value is not a finite number');
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).toSorted();
  const n = sorted.length;
  const at = (rank: number): number => sorted[rank - 1] ?? NaN;
  const median = (at(Math.ceil(n / 2)) + at(Math.floor(n / 2) + 1)) / 2;
  const rank = rankOf(n, (1 - level) / 2);
  return { n, median, interval: rank === 0 ? null : { low: at(rank), high: at(n + 1 - rank) } };
}

/** The largest r with P(fewer than r of n) <= tail; 0 if there is none. */
function rankOf(n: number, tail: number): number {
  let [low, high] = [0, Math.ceil(n / 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (binomialTails(middle - 1, n, 0.5).lower <= tail) low = middle;
    else high = middle - 1;
  }
  return low;
}
