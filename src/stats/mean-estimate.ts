/**
 * A mean score with the interval that suits its data.
 *
 * The t interval rests on sums being nearly normal. Where too few answers are right or wrong for that, the method changes, and
 * the result says so.
 */
import { clopperPearsonInterval } from './clopper-pearson.ts';
import { meanError, type Clusters, type MeanError } from './clustered.ts';
import { studentQuantile } from './student.ts';
import { normalQuantile } from './normal.ts';
import { wilsonInterval, type Interval } from './wilson.ts';

/** From this many expected right and wrong answers on, and this many independent units, sums count as nearly normal. */
export const ENOUGH = 10;

/** How the interval of a mean was made. */
export type MeanMethod = 'wilson' | 't' | 'korn-graubard';

/** Why: plain right-or-wrong scores, enough data for t, or too little. */
export type MeanReason = 'right-or-wrong' | 'enough' | 'few-units' | 'few-right-or-wrong' | 'no-spread';

/** A mean score with its interval. */
export interface MeanEstimate extends MeanError {
  /** Null with a single unit of graded or clustered scores. */
  readonly interval: (Interval & { readonly method: MeanMethod; readonly reason: MeanReason }) | null;
}

/** How scores depend on each other, and how sure to be. */
export interface EstimateOptions {
  readonly clusters?: Clusters;
  /** Confidence, 0.95 by default. */
  readonly level?: number;
}

/**
 * The mean of scores between 0 and 1, with its interval.
 *
 * - Independent right-or-wrong scores: Wilson.
 * - Graded or clustered scores: Student's t over units, if at least 10 right, 10 wrong (both in effective numbers) and 10 units.
 * - Else Korn and Graubard: Clopper–Pearson with the effective sample size, which is wide and safe.
 *
 * @returns Null for no scores.
 * @see E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected number of positive counts
 * estimated from survey data", Survey Methodology 24 (1998), 193–201
 */
export function estimateMean(scores: readonly number[], options: EstimateOptions = {}): MeanEstimate | null {
  const { clusters, level = 0.95 } = options;
  if (!scores.every((score) => score >= 0 && score <= 1)) throw new RangeError('a score is not between 0 and 1');
  const error = meanError(scores, clusters);
  if (error === null) return null;
  if (clusters === undefined && scores.every((score) => score === 0 || score === 1)) {
    const interval = wilsonInterval(Math.round(error.mean * error.n), error.n, normalQuantile((1 - level) / 2));
    return { ...error, interval: { ...interval, method: 'wilson', reason: 'right-or-wrong' } };
  }
  return { ...error, interval: unitInterval(error, level) };
}

function unitInterval({ mean, n, units, standardError }: MeanError, level: number): MeanEstimate['interval'] {
  if (standardError === null) return null;
  const binomial = mean * (1 - mean);
  // Independent right-or-wrong answers that would leave the same error; without spread, each unit is one.
  const effective = standardError === 0 ? units : binomial / (standardError * standardError);
  const reason = reasonFor({ effective: Math.min(n, effective), mean, units, standardError });
  const quantile = studentQuantile((1 - level) / 2, units - 1);
  if (reason === 'enough') {
    const half = quantile * standardError;
    return { low: Math.max(0, mean - half), high: Math.min(1, mean + half), method: 't', reason };
  }
  const ratio = standardError === 0 ? 1 : studentQuantile((1 - level) / 2, n - 1) / quantile;
  const size = Math.min(n, effective * ratio * ratio);
  return { ...clopperPearsonInterval(Math.min(size, mean * size), size, level), method: 'korn-graubard', reason };
}

interface Data {
  readonly effective: number;
  readonly mean: number;
  readonly units: number;
  readonly standardError: number;
}

function reasonFor({ effective, mean, units, standardError }: Data): MeanReason {
  if (standardError === 0) return 'no-spread';
  if (units < ENOUGH) return 'few-units';
  return effective * Math.min(mean, 1 - mean) < ENOUGH ? 'few-right-or-wrong' : 'enough';
}
