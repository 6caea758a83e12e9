/** From an interval to a decision about a margin. */
import type { DifferenceEstimate } from './difference.ts';
import { normalQuantile } from './normal.ts';
import { requiredItems } from './power.ts';
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

/** The question that is left open. */
export interface OpenQuestion {
  /** The largest loss that does not matter, at least 0. */
  readonly margin: number;
  /** Accepted chance of each wrong decision, 0.05 by default. */
  readonly alpha?: number;
  /** Wanted chance of a decision, 0.8 by default. */
  readonly power?: number;
}

/**
 * The number of items that would decide about a margin, if the difference and the spread are what they seem.
 *
 * @returns Null if no number would: the difference seems to be exactly minus the margin, or nothing is known about the spread.
 */
export function itemsToDecide(
  { n, units, difference, standardError }: Pick<DifferenceEstimate, 'n' | 'units' | 'difference' | 'standardError'>,
  { margin, alpha = 0.05, power = 0.8 }: OpenQuestion,
): number | null {
  if (standardError === null) return null;
  const perUnit = n / units;
  if (standardError > 0) {
    const design = { variance: units * standardError * standardError, alpha, sides: 1 } as const;
    const needed = requiredItems(difference + margin, design, power);
    return needed === null ? null : Math.ceil(needed * perUnit);
  }
  if (difference !== 0 || margin === 0) return null;
  // Without any flip the score interval reaches down to -z² / (n + z²), see tangoInterval().
  const z = normalQuantile(alpha);
  return Math.ceil(((z * z * (1 - margin)) / margin) * perUnit);
}
