/** From an interval to a decision about a margin. */
import type { Interval } from './wilson.ts';

/**
 * What is shown about "worse by the margin or more": that it is false (`pass`), that it is true (`regressed`), or neither.
 * Neither is not "no difference": more items would decide.
 */
export type MarginDecision = 'pass' | 'regressed' | 'undecided';

/**
 * The decision that an interval of a difference allows.
 *
 * Each wrong decision has the probability that the interval leaves on one side: for an error of 5 % each, take a 90 % interval.
 * That holds for one look at a number of items fixed before; to look more often, use `createSequentialTest()`.
 *
 * @param interval - Of candidate minus baseline; null decides nothing.
 * @param margin - The largest loss that does not matter, at least 0.
 */
export function decideByInterval(interval: Interval | null, margin: number): MarginDecision {
  if (!(margin >= 0)) throw new RangeError(`no margin ${margin}`);
  if (interval === null) return 'undecided';
  if (interval.high < -margin) return 'regressed';
  return interval.low > -margin ? 'pass' : 'undecided';
}
