/**
 * Means over suites, each of which counts the same, whatever its size.
 *
 * Intervals combine those of the suites (see `macroMean()`), and the p-value is that of a sign-flip test over the units of all
 * suites, whose differences are weighted as they are in the mean.
 */
import { macroMean, type PartEstimate } from '../../stats/macro-mean.ts';
import { pairedPermutation } from '../../stats/permutation.ts';
import { minimumDetectable } from '../../stats/power.ts';
import type { BoardDifference } from './leaderboard.ts';
import { ALPHA, POWER, scorePairs, type PairEstimate, type ScorePairs } from './score-pair.ts';
import type { ScoreEstimate, SuiteEstimates } from './suite-estimates.ts';

/** A mean over suites that could be made, or why not. */
export type Overall = { readonly names: readonly string[] } | { readonly missing: string };

/** The names that ran every suite, which is all of them or none. */
export function overallOf(suites: readonly SuiteEstimates[]): Overall {
  const names = suites.map(({ group }) => group.contestants.map(({ name }) => name));
  const all = names[0] ?? [];
  const runsAll = names.every((list) => list.length === all.length && all.every((name) => list.includes(name)));
  if (!runsAll) return { missing: 'not every run has a counterpart in every suite' };
  const scores = suites.flatMap(({ scores: list }) => list);
  if (scores.some(({ contestant }) => contestant.run.plan.stop !== undefined)) {
    return { missing: 'a run could stop before all its items were asked' };
  }
  if (scores.some(({ mean }) => (mean?.interval ?? null) === null)) {
    return { missing: 'a score has no interval, because too few items of its suite count' };
  }
  return { names: all };
}

/** The mean score of a name; null if there is none. */
export function overallScore(suites: readonly SuiteEstimates[], name: string): PartEstimate | null {
  const parts = suites.flatMap(({ scores }) => scoreOf(scores, name));
  return parts.length < suites.length ? null : macroMean(parts);
}

function scoreOf(scores: readonly ScoreEstimate[], name: string): readonly PartEstimate[] {
  const { mean = null } = scores.find(({ contestant }) => contestant.name === name) ?? {};
  return mean === null || mean.interval === null ? [] : [{ value: mean.mean, interval: mean.interval }];
}

/** The mean difference of two names. */
export interface OverallDifference extends BoardDifference {
  readonly p: { readonly value: number; readonly method: 'sign-flip' };
  readonly detectable: number | null;
}

/**
 * The mean difference of two names, first minus second.
 *
 * @param seed - 32 bytes.
 * @returns Null if a suite has no pair of scores.
 */
export function overallDifference(
  suites: readonly SuiteEstimates[],
  first: string,
  second: string,
  seed: Uint8Array,
): OverallDifference | null {
  const parts = suites.flatMap((suite) => suitePart(suite, first, second));
  if (parts.length < suites.length) return null;
  const mean = macroMean(parts.map(({ estimate }) => ({ value: estimate.difference, interval: estimate.interval })));
  const p = signFlip(parts, seed);
  if (mean === null || p === null) return null;
  return {
    n: parts.reduce((sum, { estimate }) => sum + estimate.n, 0),
    difference: mean.value,
    interval: mean.interval,
    p: { value: p, method: 'sign-flip' },
    detectable: detectableMean(parts),
  };
}

interface SuitePart {
  readonly estimate: PairEstimate;
  readonly pairs: ScorePairs;
}

function suitePart({ scores, aligned, estimate }: SuiteEstimates, first: string, second: string): readonly SuitePart[] {
  const of = (name: string): ScoreEstimate | undefined => scores.find(({ contestant }) => contestant.name === name);
  const [candidate, baseline] = [of(first), of(second)];
  if (candidate === undefined || baseline === undefined) return [];
  const found = estimate(candidate.contestant.run.runId, baseline.contestant.run.runId);
  const pairs = scorePairs(baseline.aligned, candidate.aligned, aligned.items);
  return found === null ? [] : [{ estimate: found, pairs }];
}

function signFlip(parts: readonly SuitePart[], seed: Uint8Array): number | null {
  const values: number[] = [];
  const clusters: string[] = [];
  for (const [suite, { pairs }] of parts.entries()) {
    for (const [row, score] of pairs.candidate.entries()) {
      values.push((score - (pairs.baseline[row] ?? 0)) / (parts.length * pairs.candidate.length));
      clusters.push(`${suite} ${pairs.clusters?.[row] ?? row}`);
    }
  }
  const hasClusters = parts.some(({ pairs }) => pairs.clusters !== null);
  return pairedPermutation(values, { seed, ...(hasClusters ? { clusters } : {}) })?.p ?? null;
}

// A suite without spread does not say what it could have shown, and so the mean does not either.
function detectableMean(parts: readonly SuitePart[]): number | null {
  const variances = parts.map(({ estimate: { standardError } }) => (standardError ?? 0) * (standardError ?? 0));
  if (variances.includes(0)) return null;
  const variance = variances.reduce((sum, each) => sum + each, 0) / (parts.length * parts.length);
  return minimumDetectable(1, { variance, alpha: ALPHA }, POWER);
}
