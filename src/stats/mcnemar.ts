/** McNemar's test: did more items flip one way than the other? */
import { binomialProbability, binomialTails } from './binomial.ts';

/** Two-sided p-values of McNemar's test. */
export interface McNemar {
  /** Exact: false alarms never exceed the level. */
  readonly p: number;
  /** Mid-p: less cautious, closer to the level; may exceed it slightly. */
  readonly midP: number;
}

/**
 * McNemar's test on pairs of right-or-wrong scores; pairs that agree say nothing and do not enter.
 *
 * Without any flip both p-values are 1: nothing speaks against equality.
 *
 * @param gained - Items that became right.
 * @param lost - Items that became wrong.
 * @see Q. McNemar, Psychometrika 12 (1947), 153–157; M. W. Fagerland, S. Lydersen and P. Laake, "The McNemar test for binary
 * matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC Medical Research Methodology 13:91 (2013)
 */
export function mcNemarTest(gained: number, lost: number): McNemar {
  if (![gained, lost].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`no flips ${gained} and ${lost}`);
  }
  const flips = gained + lost;
  if (flips === 0) return { p: 1, midP: 1 };
  const fewer = Math.min(gained, lost);
  const tail = binomialTails(fewer, flips, 0.5).lower;
  const term = binomialProbability(fewer, flips, 0.5);
  return { p: Math.min(1, 2 * tail), midP: gained === lost ? 1 - term / 2 : 2 * tail - term };
}
