/**
 * How many items decide a question, and what difference a given number can show.
 *
 * The formulas are those of the normal approximation. `effect` is the distance between the true difference and the value that
 * is tested: the difference itself against "no difference", the difference plus the margin for non-inferiority.
 */
import { normalQuantile, normalTail } from './normal.ts';

/** What a study is to show. */
export interface Design {
  /** Variance of one item's paired difference. */
  readonly variance: number;
  /** The same if the tested value were true; `variance` by default. */
  readonly nullVariance?: number;
  /** Accepted chance of a false alarm, 0.05 by default. */
  readonly alpha?: number;
  /** 2 (default) for a difference in either direction, 1 for non-inferiority. */
  readonly sides?: 1 | 2;
}

/**
 * The variance of one item's paired difference between right-or-wrong scores.
 *
 * @param discordance - Share of items that flip, in either direction.
 * @param difference - Mean difference, at most the discordance.
 */
export function discordanceVariance(discordance: number, difference: number): number {
  if (!(discordance <= 1 && Math.abs(difference) <= discordance)) {
    throw new RangeError(`no difference ${difference} with discordance ${discordance}`);
  }
  return discordance - difference * difference;
}

/** The spread of two runs with repeats. */
export interface RepeatedDesign {
  /** Variance of the items' true differences. */
  readonly between: number;
  /** Variance of one item's answers in each run. */
  readonly within: readonly [number, number];
  /** Answers per item in each run. */
  readonly repeats: readonly [number, number];
}

/**
 * The variance of one item's difference between means over repeats.
 *
 * @see E. Miller, "Adding Error Bars to Evals", arXiv:2411.00640 (2024), section 5
 */
export function repeatedVariance({ between, within, repeats }: RepeatedDesign): number {
  return between + within[0] / repeats[0] + within[1] / repeats[1];
}

/**
 * The number of items that shows an effect with the wanted power.
 *
 * @param effect - Not 0; its sign does not matter.
 * @param power - 0.8 by default.
 * @returns A whole number, or null where the effect is 0 or the number beyond 2^53.
 * @see E. Miller, arXiv:2411.00640 (2024), section 5; R. J. Connor, "Sample size for testing differences in proportions for the
 * paired-sample design", Biometrics 43 (1987), 207–211 (with the discordance as null variance)
 */
export function requiredItems(effect: number, design: Design, power: number = 0.8): number | null {
  const n = Math.ceil((reach(design, power) / effect) * (reach(design, power) / effect));
  return Number.isSafeInteger(n) ? Math.max(1, n) : null;
}

/**
 * The smallest effect that n items show with the wanted power.
 *
 * @param n - Items, at least 1.
 * @param power - 0.8 by default.
 * @returns Null for a variance of 0: a sample without spread does not say what it could have shown.
 */
export function minimumDetectable(n: number, design: Design, power: number = 0.8): number | null {
  if (!(n >= 1)) throw new RangeError(`no study of ${n} items`);
  return design.variance > 0 ? reach(design, power) / Math.sqrt(n) : null;
}

/**
 * The probability that n items show an effect; the far side of a two-sided test is neglected.
 *
 * @param effect - Distance in the direction of the alternative.
 * @returns Null for a variance of 0.
 */
export function powerOf(effect: number, n: number, design: Design): number | null {
  const { variance, nullVariance = variance } = design;
  if (!(variance > 0)) return null;
  return normalTail((critical(design) * Math.sqrt(nullVariance) - effect * Math.sqrt(n)) / Math.sqrt(variance));
}

function reach(design: Design, power: number): number {
  const { variance, nullVariance = variance } = design;
  if (!(variance >= 0 && nullVariance >= 0)) throw new RangeError(`no variance ${variance}`);
  return critical(design) * Math.sqrt(nullVariance) + normalQuantile(1 - power) * Math.sqrt(variance);
}

function critical({ alpha = 0.05, sides = 2 }: Design): number {
  return normalQuantile(alpha / sides);
}
