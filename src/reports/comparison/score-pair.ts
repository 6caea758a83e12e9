/**
 * The difference between two runs over the items that both have a score for.
 *
 * A run that could stop early has another kind of estimate: its interval and its p-value hold at whatever item it stopped.
 */
import { bettingInterval, bettingTest } from '../../stats/betting.ts';
import { meanError, type Clusters } from '../../stats/clustered.ts';
import { estimateDifference, type DifferenceEstimate } from '../../stats/difference.ts';
import { minimumDetectable } from '../../stats/power.ts';
import type { AlignedItems, AlignedRun } from './align.ts';
import type { LeftOut } from './model.ts';

/** Confidence of all intervals, accepted chance of a false alarm, and wanted chance of seeing a difference. */
export const LEVEL = 0.95;
export const ALPHA = 0.05;
export const POWER = 0.8;

/** The pairs of scores of two runs. */
export interface ScorePairs {
  readonly baseline: number[];
  readonly candidate: number[];
  /** One per pair, if items depend on each other. */
  readonly clusters: (string | number)[] | null;
  /** Place of each pair among the aligned items. */
  readonly places: number[];
  readonly leftOut: LeftOut;
}

/** An estimate with the confidence of its interval. */
export interface PairEstimate extends Omit<DifferenceEstimate, 'interval'> {
  readonly interval: Omit<DifferenceEstimate['interval'], 'reason'> & {
    readonly reason: DifferenceEstimate['interval']['reason'] | 'stop-rule';
    readonly level: number;
  };
}

/** All pairs, or those of some places. */
export function scorePairs(baseline: AlignedRun, candidate: AlignedRun, items: AlignedItems): ScorePairs {
  const pairs: ScorePairs = {
    baseline: [],
    candidate: [],
    clusters: items.clusters === null ? null : [],
    places: [],
    leftOut: countLeftOut(baseline, candidate, items),
  };
  for (let place = 0; place < items.size; place++) {
    const held = scoreAt(baseline, place);
    const reached = scoreAt(candidate, place);
    if (Number.isNaN(held) || Number.isNaN(reached)) continue;
    pairs.baseline.push(held);
    pairs.candidate.push(reached);
    pairs.clusters?.push(items.clusters?.[place] ?? place);
    pairs.places.push(place);
  }
  return pairs;
}

/** The pairs at some of the places. */
export function pairsAt(pairs: ScorePairs, isWanted: (place: number) => boolean): ScorePairs {
  const at = pairs.places.flatMap((place, row) => (isWanted(place) ? [row] : []));
  const take = <T>(list: readonly T[]): T[] => at.flatMap((row) => list[row] ?? []);
  const clusters = pairs.clusters === null ? null : take(pairs.clusters);
  const { leftOut } = pairs;
  return {
    baseline: take(pairs.baseline),
    candidate: take(pairs.candidate),
    clusters,
    places: take(pairs.places),
    leftOut,
  };
}

function scoreAt({ run, rows }: AlignedRun, place: number): number {
  return run.items.score[rows[place] ?? -1] ?? NaN;
}

function countLeftOut(baseline: AlignedRun, candidate: AlignedRun, items: AlignedItems): LeftOut {
  const counts = { baseline_unscored: 0, candidate_unscored: 0, both_unscored: 0, not_asked: 0 };
  for (let place = 0; place < items.size; place++) {
    const isAsked = [baseline, candidate].every(({ run, rows }) => run.items.notAsked[rows[place] ?? -1] !== 1);
    const [held, reached] = [baseline, candidate].map((run) => !Number.isNaN(scoreAt(run, place)));
    if (!isAsked) counts.not_asked++;
    else if (!held && !reached) counts.both_unscored++;
    else if (!held) counts.baseline_unscored++;
    else if (!reached) counts.candidate_unscored++;
  }
  return counts;
}

/**
 * The difference.
 *
 * @param stopAlpha - Error probability of a stop rule in either run; null if every item was to be asked.
 * @returns Null without pairs.
 */
export function estimatePair(pairs: ScorePairs, stopAlpha: number | null): PairEstimate | null {
  const options = { level: LEVEL, ...(pairs.clusters === null ? {} : { clusters: pairs.clusters }) };
  if (stopAlpha !== null) return estimateStopped(pairs, stopAlpha);
  const found = estimateDifference(pairs, options);
  return found === null ? null : { ...found, interval: { ...found.interval, level: LEVEL } };
}

// A fixed number of items is what all other methods rest on.
function estimateStopped({ baseline, candidate, clusters }: ScorePairs, alpha: number): PairEstimate | null {
  const differences = candidate.map((score, row) => score - (baseline[row] ?? 0));
  const dependence: { readonly clusters?: Clusters } = clusters === null ? {} : { clusters };
  const level = 1 - 2 * alpha;
  const error = meanError(differences, dependence.clusters);
  const interval = bettingInterval(differences, { ...dependence, level });
  const p = bettingTest(differences, 0, dependence);
  if (error === null || interval === null || p === null) return null;
  const { mean: difference, ...rest } = error;
  return {
    ...rest,
    baseline: meanOf(baseline),
    candidate: meanOf(candidate),
    difference,
    gained: differences.filter((value) => value > 0).length,
    lost: differences.filter((value) => value < 0).length,
    interval: { ...interval, method: 'betting', reason: 'stop-rule', level },
    p: { value: p, method: 'betting' },
  };
}

/** The smallest true difference that as many items with this spread show; null if there is no spread, or a stop rule. */
export function detectableDifference({ units, standardError, interval }: PairEstimate): number | null {
  if (standardError === null || interval.reason === 'stop-rule') return null;
  return minimumDetectable(units, { variance: units * standardError * standardError, alpha: ALPHA }, POWER);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
