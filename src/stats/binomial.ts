/** Tails of the binomial distribution. */
import { betaTails, binomialTerm, type Tails } from './beta.ts';

/**
 * The probability of exactly k successes.
 *
 * @param k - Integer.
 * @param n - Trials, a non-negative integer.
 * @param p - Probability of a success.
 */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  return n === 0 ? 1 : binomialTerm(k, n, p, 1 - p);
}

/**
 * The probabilities of at most k successes (`lower`) and of more than k (`upper`).
 *
 * @param k - Integer.
 * @param n - Trials, a non-negative integer.
 * @param p - Probability of a success.
 * @see NIST Digital Library of Mathematical Functions, 8.17.5
 */
export function binomialTails(k: number, n: number, p: number): Tails {
  if (k < 0) return { lower: 0, upper: 1 };
  if (k >= n) return { lower: 1, upper: 0 };
  const { lower, upper } = betaTails(k + 1, n - k, p);
  return { lower: upper, upper: lower };
}
