/**
 * Evidence by betting: what a gambler would own who doubts a claim about a mean.
 *
 * He starts with 1 and stakes a share of it on every value, at odds that are fair or worse for him if the claim is true. Then
 * he multiplies his capital by 20 with probability 1/20 at most, however long he plays and whenever he stops. That needs
 * bounded values and nothing else: no normal distribution, no variance, no number of values fixed beforehand.
 *
 * He splits the capital evenly over twelve gamblers with fixed stakes from 1/64 to 3/4 of the largest that cannot ruin them,
 * so one of them is near the best stake, and the sum does not depend on the order of the values.
 *
 * @see I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal
 * Statistical Society B 86 (2024), 1–27, section 4 (capital processes) and appendix B (diversified Kelly betting)
 */
import { bisect } from './bisect.ts';
import { unitsOf, type Clusters } from './clustered.ts';
import { exp, ln } from './elementary.ts';
import type { Interval } from './wilson.ts';

/** Stakes as shares of the largest that cannot lose everything; all are exact binary fractions. */
export const STAKES: readonly number[] = [
  1 / 64,
  3 / 128,
  1 / 32,
  3 / 64,
  1 / 16,
  3 / 32,
  1 / 8,
  3 / 16,
  1 / 4,
  3 / 8,
  1 / 2,
  3 / 4,
];

/** What is known about the values, and what is wanted. */
export interface BettingOptions {
  /** Limits that no value can pass; those of a difference of scores, -1 and 1, by default. */
  readonly bounds?: Interval;
  /** Units of independent values; a cluster is bet on as a whole. */
  readonly clusters?: Clusters;
  /** Confidence, 0.95 by default. */
  readonly level?: number;
}

/**
 * An interval for a mean of bounded values that holds for every number of values and at every time of stopping.
 *
 * It is wider than the t interval, and right where that one is not: few values, rare differences, optional stopping. Half of
 * the error is spent on each side.
 *
 * @param values - Within the bounds.
 * @returns Null for no values.
 */
export function bettingInterval(values: readonly number[], options: BettingOptions = {}): Interval | null {
  const { bounds = { low: -1, high: 1 }, level = 0.95 } = options;
  const bets = betsOn(values, bounds, options.clusters);
  if (bets.length === 0) return null;
  const needed = ln(2 / (1 - level));
  const { low, high } = bounds;
  return {
    low: bisect((mean) => evidenceAbove(bets, mean, low) >= needed, low, high),
    high: bisect((mean) => evidenceBelow(bets, mean, high) < needed, low, high),
  };
}

/**
 * The two-sided p-value of a claimed mean, by the same bets; it holds at every time of stopping.
 *
 * @param mean - The claim, strictly between the bounds; 0 for "no difference".
 * @returns Null for no values.
 */
export function bettingTest(values: readonly number[], mean: number, options: BettingOptions = {}): number | null {
  const { bounds = { low: -1, high: 1 } } = options;
  const bets = betsOn(values, bounds, options.clusters);
  if (bets.length === 0) return null;
  const evidence = Math.max(evidenceAbove(bets, mean, bounds.low), evidenceBelow(bets, mean, bounds.high));
  return Math.min(1, 2 * exp(-evidence));
}

/** Equal units, counted: a fraction of a bet does not depend on which of them it is. */
interface Bet {
  readonly sum: number;
  readonly count: number;
  /** Count of the largest unit, which limits the stakes. */
  readonly most: number;
  times: number;
}

function betsOn(values: readonly number[], { low, high }: Interval, clusters?: Clusters): readonly Bet[] {
  if (!values.every((value) => value >= low && value <= high)) throw new RangeError('a value lies outside its bounds');
  const units = unitsOf(values, clusters);
  const most = units.reduce((largest, { count }) => Math.max(largest, count), 0);
  const bets = new Map<string, Bet>();
  for (const { sum, count } of units) {
    const key = `${count} ${sum}`;
    const bet = bets.get(key) ?? { sum, count, most, times: 0 };
    bet.times++;
    bets.set(key, bet);
  }
  return [...bets.values()].toSorted((a, b) => a.count - b.count || a.sum - b.sum);
}

/** Logarithm of the capital of those who doubt that the mean is at most `mean`. */
function evidenceAbove(bets: readonly Bet[], mean: number, low: number): number {
  return mixture(bets, ({ sum, count, most }) => (sum - mean * count) / (most * (mean - low)));
}

/** Logarithm of the capital of those who doubt that the mean is at least `mean`. */
function evidenceBelow(bets: readonly Bet[], mean: number, high: number): number {
  return mixture(bets, ({ sum, count, most }) => (mean * count - sum) / (most * (high - mean)));
}

function mixture(bets: readonly Bet[], gainOf: (bet: Bet) => number): number {
  const gains = bets.map((bet) => ({ gain: gainOf(bet), times: bet.times }));
  const capitals = STAKES.map((stake) =>
    gains.reduce((total, { gain, times }) => total + times * ln(1 + stake * gain), 0),
  );
  const largest = Math.max(...capitals);
  const sum = capitals.reduce((total, capital) => total + exp(capital - largest), 0);
  return largest + ln(sum / STAKES.length);
}
