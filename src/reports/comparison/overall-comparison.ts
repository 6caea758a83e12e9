/** Means over suites, in the form of comparison.json. */
import { decodeHex } from '../../core/bytes.ts';
import type { Digest } from '../../core/digest.ts';
import { verdictOf } from './difference-figures.ts';
import { decimal, pValue } from './figures.ts';
import { leaderboardOf } from './leaderboard.ts';
import type { OverallComparison, OverallPair } from './model.ts';
import { overallDifference, overallOf, overallScore, type OverallDifference } from './overall.ts';
import { LEVEL } from './score-pair.ts';
import type { Adjusted } from './suite-comparison.ts';
import type { SuiteEstimates } from './suite-estimates.ts';

/** Means over suites, before any p-value is adjusted. */
export interface OverallEstimates {
  readonly suites: readonly SuiteEstimates[];
  readonly names: readonly string[];
  /** The baseline against each other name. */
  readonly pairs: readonly { readonly name: string; readonly estimate: OverallDifference }[];
  readonly difference: (first: string, second: string) => OverallDifference | null;
}

/** The means over two suites or more, or why there are none. */
export function estimateOverall(
  suites: readonly SuiteEstimates[],
  seed: Digest,
): OverallEstimates | { readonly missing: string } {
  const found = overallOf(suites);
  if ('missing' in found) return found;
  const [baseline = '', ...others] = found.names;
  const difference = (first: string, second: string): OverallDifference | null =>
    overallDifference(suites, first, second, decodeHex(seed));
  const pairs = others.flatMap((name) => {
    const estimate = difference(name, baseline);
    return estimate === null ? [] : [{ name, estimate }];
  });
  return { suites, names: found.names, pairs, difference };
}

/** The comparison of means. */
export function overallFigures(
  { suites, names, pairs, difference }: OverallEstimates,
  adjusted: Adjusted,
): OverallComparison {
  const scores = names.flatMap((name) => {
    const mean = overallScore(suites, name);
    if (mean === null) return [];
    const { value, interval } = mean;
    const figures = { value: decimal(value), low: decimal(interval.low), high: decimal(interval.high) };
    return [{ name, ...figures, method: 'mover' as const, exact: value }];
  });
  const known = new Map(pairs.map(({ name, estimate }) => [`${name}\n${names[0]}`, estimate]));
  return {
    suites: suites.map(({ group }) => group.id),
    scores: scores.map(({ exact: _exact, ...score }) => score),
    pairs: pairs.map(({ name, estimate }) => overallPair(name, estimate, adjusted())),
    leaderboard: leaderboardOf(
      scores.map(({ name, exact }) => ({ run: name, name, value: exact })),
      (row, column) => known.get(`${row.name}\n${column.name}`) ?? difference(row.name, column.name),
    ),
  };
}

function overallPair(name: string, estimate: OverallDifference, adjusted: number): OverallPair {
  const { n, difference, interval, p, detectable } = estimate;
  return {
    name,
    n,
    difference: {
      value: decimal(difference),
      interval: {
        low: decimal(interval.low),
        high: decimal(interval.high),
        level: String(LEVEL),
        method: 'mover',
        reason: 'suites',
      },
      p: { value: pValue(p.value), method: p.method, adjusted: pValue(adjusted) },
      verdict: verdictOf(difference, adjusted),
    },
    detectable: detectable === null ? null : decimal(detectable),
  };
}
