/**
 * The difference between two runs over the same items, with the interval and the test that suit the data.
 *
 * Both runs answered the same items, so what counts is each item's own difference; comparing the two means as if they came
 * from different items would throw most of the precision away.
 */
import { bettingInterval, bettingTest } from './betting.ts';
import { meanError, unitsOf, type MeanError } from './clustered.ts';
import { mcNemarTest } from './mcnemar.ts';
import { ENOUGH, type EstimateOptions } from './mean-estimate.ts';
import { studentQuantile, studentTail } from './student.ts';
import { tangoInterval } from './tango.ts';
import type { Interval } from './wilson.ts';

/** The scores of two runs, item by item, each between 0 and 1. */
export interface PairedScores {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** How the interval of a difference was made. */
export type DifferenceMethod = 'paired-t' | 'tango' | 'betting';

/** Why: enough data for t, or what there is too little of. */
export type DifferenceReason = 'enough' | 'few-units' | 'few-right-or-wrong' | 'few-flips' | 'no-spread';

/** How a p-value was made. */
export type TestMethod = 'mcnemar-exact' | 'paired-t' | 'betting';

/** Candidate minus baseline. */
export interface DifferenceEstimate extends Omit<MeanError, 'mean'> {
  readonly baseline: number;
  readonly candidate: number;
  /** Positive if the candidate is better. */
  readonly difference: number;
  /** Items that became better and worse. */
  readonly gained: number;
  readonly lost: number;
  readonly interval: Interval & { readonly method: DifferenceMethod; readonly reason: DifferenceReason };
  /** Two-sided, against "no difference". */
  readonly p: { readonly value: number; readonly method: TestMethod };
}

/**
 * The paired difference of two runs.
 *
 * - The t interval over units, if each run has at least 10 right and 10 wrong answers (or points), at least 10 units differ, and
 *   they do not all differ alike.
 * - Else, for independent right-or-wrong scores, Tango's score interval.
 * - Else the betting interval, which holds for any bounded scores and any number of units.
 *
 * The p-value is McNemar's exact one for independent right-or-wrong scores, whatever the interval.
 *
 * @returns Null without items: no interval, no difference.
 */
export function estimateDifference(scores: PairedScores, options: EstimateOptions = {}): DifferenceEstimate | null {
  const { baseline, candidate } = scores;
  checkScores(scores);
  const differences = candidate.map((score, index) => score - (baseline[index] ?? 0));
  const error = meanError(differences, options.clusters);
  if (error === null) return null;
  const { mean: difference, ...rest } = error;
  const facts: Facts = {
    differences,
    error,
    options,
    isBinary:
      options.clusters === undefined && [...baseline, ...candidate].every((score) => score === 0 || score === 1),
    gained: differences.filter((value) => value > 0).length,
    lost: differences.filter((value) => value < 0).length,
    moved: unitsOf(differences, options.clusters).filter(({ sum }) => sum !== 0).length,
    points: Math.min(pointsOf(baseline), pointsOf(candidate)),
  };
  return {
    ...rest,
    baseline: meanOf(baseline),
    candidate: meanOf(candidate),
    difference,
    gained: facts.gained,
    lost: facts.lost,
    interval: intervalFor(facts, reasonFor(facts)),
    p: testFor(facts, reasonFor(facts)),
  };
}

interface Facts {
  readonly differences: readonly number[];
  readonly error: MeanError;
  readonly options: EstimateOptions;
  /** Whether all scores are 0 or 1 and independent. */
  readonly isBinary: boolean;
  readonly gained: number;
  readonly lost: number;
  /** Units that differ. */
  readonly moved: number;
  /** Right or wrong points, whichever are fewer, in the run that has fewer of them. */
  readonly points: number;
}

function checkScores({ baseline, candidate }: PairedScores): void {
  if (baseline.length !== candidate.length) {
    throw new RangeError(`${baseline.length} baseline and ${candidate.length} candidate scores are no pairs`);
  }
  for (const score of [...baseline, ...candidate]) {
    if (!(score >= 0 && score <= 1)) throw new RangeError(`no score ${score}`);
  }
}

function reasonFor({ error, moved, points }: Facts): DifferenceReason {
  if (error.units < ENOUGH) return 'few-units';
  if (moved < ENOUGH) return 'few-flips';
  if (error.standardError === null || error.standardError === 0) return 'no-spread';
  return points < ENOUGH ? 'few-right-or-wrong' : 'enough';
}

function intervalFor(facts: Facts, reason: DifferenceReason): DifferenceEstimate['interval'] {
  const { error, options, differences, gained, lost } = facts;
  const { level = 0.95 } = options;
  if (reason === 'enough') {
    const half = studentQuantile((1 - level) / 2, error.units - 1) * (error.standardError ?? 0);
    const [low, high] = [Math.max(-1, error.mean - half), Math.min(1, error.mean + half)];
    return { low, high, method: 'paired-t', reason };
  }
  if (facts.isBinary) return { ...tangoInterval({ gained, lost, n: error.n }, level), method: 'tango', reason };
  const interval = bettingInterval(differences, options) ?? { low: -1, high: 1 };
  return { ...interval, method: 'betting', reason };
}

function testFor(facts: Facts, reason: DifferenceReason): DifferenceEstimate['p'] {
  const { error, options, differences, gained, lost } = facts;
  if (facts.isBinary) return { value: mcNemarTest(gained, lost).p, method: 'mcnemar-exact' };
  if (reason === 'enough') {
    const t = Math.abs(error.mean) / (error.standardError ?? 1);
    return { value: 2 * studentTail(t, error.units - 1), method: 'paired-t' };
  }
  return { value: bettingTest(differences, 0, options) ?? 1, method: 'betting' };
}

function meanOf(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function pointsOf(scores: readonly number[]): number {
  const right = scores.reduce((sum, score) => sum + score, 0);
  return Math.min(right, scores.length - right);
}
