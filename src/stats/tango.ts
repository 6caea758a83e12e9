/**
 * The difference of two paired proportions by Tango's score method.
 *
 * It needs no estimate of the spread, so it gives an honest interval for few flips and even for none, where the t interval
 * would have width 0.
 */
import { bisect } from './bisect.ts';
import { normalQuantile, normalTail } from './normal.ts';
import type { Interval } from './wilson.ts';

/** How the items of two runs compare. */
export interface Flips {
  /** Items that became right. */
  readonly gained: number;
  /** Items that became wrong. */
  readonly lost: number;
  /** All pairs, flipped or not. */
  readonly n: number;
}

/**
 * The score interval of (gained - lost) / n.
 *
 * @param level - Confidence, 0.95 by default.
 * @see T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
 * Statistics in Medicine 17 (1998), 891–908
 */
export function tangoInterval(flips: Flips, level: number = 0.95): Interval {
  checkFlips(flips);
  const z = normalQuantile((1 - level) / 2);
  const { gained, lost, n } = flips;
  return {
    low: lost === n ? -1 : bisect((difference) => tangoScore(flips, difference) > z, -1, 1),
    high: gained === n ? 1 : bisect((difference) => tangoScore(flips, difference) > -z, -1, 1),
  };
}

/**
 * The one-sided p-value against "the true difference is at most this".
 *
 * With minus a margin as the difference it is the test of non-inferiority.
 *
 * @param difference - Above -1 and below 1.
 */
export function tangoTest(flips: Flips, difference: number): number {
  checkFlips(flips);
  if (!(difference > -1 && difference < 1)) throw new RangeError(`no difference ${difference} of proportions`);
  return normalTail(tangoScore(flips, difference));
}

// Standard normal where the true difference is the given one; the variance is that of the best fitting proportions.
function tangoScore({ gained, lost, n }: Flips, difference: number): number {
  const excess = gained - lost - n * difference;
  if (excess === 0) return 0;
  const b = (2 * n - gained + lost) * difference - gained - lost;
  const c = -lost * difference * (1 - difference);
  const fitted = Math.max(0, (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n));
  return excess / Math.sqrt(Math.max(0, n * (2 * fitted + difference * (1 - difference))));
}

function checkFlips({ gained, lost, n }: Flips): void {
  if (gained >= 0 && lost >= 0 && n >= 1 && gained + lost <= n) return;
  throw new RangeError(`no flips ${gained} and ${lost} of ${n}`);
}
