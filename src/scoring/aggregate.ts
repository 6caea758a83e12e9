/**
 * The metric of a run: the mean of its scores, exact, with an interval, the counts of what has no score, and the bounds
 * that these leave open.
 *
 * Runner and verifier add the same records and must get the same result to the last digit, in whatever order the records
 * come. So sums are exact, and what is not is computed from sorted values with arithmetic that rounds alike everywhere.
 */
import type { LineObject } from '../core/line-form.ts';
import { MAX_SUITE_SIZE, treatmentOf, type Treatment } from '../transcript/plan.ts';
import { UNSCORED_REASONS, type ScoreRecord, type SuiteReason, type UnscoredReason } from '../transcript/record.ts';
import { createFractionSum, reduced, sixPlaces, type Fraction, type FractionSum } from './fraction.ts';
import { createSpread, intervalOf, type Spread } from './spread.ts';
import { MAX_DENOMINATOR } from '../transcript/record.ts';
import { passMetrics, passNumber, passResult, type PassResult } from './pass-at-k.ts';

/** The mean of all scores. */
export const MEAN_METRIC = 'mean/1';

/** The metrics over verdicts that a run with so many repeats states. */
export function verdictMetrics(repeats: number): readonly string[] {
  return [MEAN_METRIC, ...passMetrics(repeats)];
}

/** An estimated range. */
interface MetricInterval extends LineObject {
  readonly level: '0.95';
  /** `wilson` for right-or-wrong scores of single answers, `t` for means over items. */
  readonly method: 'wilson' | 't';
  readonly low: string;
  readonly high: string;
}

/** The result of `mean/1`. What is undefined is absent: a mean over nothing is not 0. */
export type MeanResult = LineObject & {
  /** `accuracy` if every score is 0 or 1. */
  readonly metric: 'accuracy' | 'mean_score';
  /** Samples (item × repeat) in the mean: scored ones, and unscored ones that count as wrong. */
  readonly n: number;
  readonly scored: number;
  /** Samples without a score by reason; reasons that did not occur are absent. */
  readonly unscored: Readonly<Partial<Record<UnscoredReason, number>>>;
  /** The mean as an exact fraction: right / n for an accuracy, else in lowest terms; absent beyond 2^53. */
  readonly num?: number;
  readonly den?: number;
  /** The mean with six places. */
  readonly value?: string;
  /** The mean if every unscored sample were wrong, or right. */
  readonly bounds?: { readonly low: string; readonly high: string };
  readonly interval?: MetricInterval;
};

/** The part of a score record that counts. */
export type ScoreFacts = Pick<ScoreRecord, 'index' | 'repeat' | 'num' | 'den' | 'unscored'>;

/** Adds up verdicts, each item and repeat once, in any order. */
export interface Aggregator {
  add(score: ScoreFacts): void;
  /** The result of a metric over everything added so far, or null for a metric that this version does not have. */
  result(name: string): MeanResult | PassResult | null;
}

/**
 * An aggregator without verdicts.
 *
 * It keeps a few counts, and with several repeats four bytes per sample.
 *
 * @param repeats - Repeats per item in the plan.
 * @param policy - What each reason counts as.
 */
export function createAggregator(repeats: number, policy: Readonly<Record<SuiteReason, Treatment>>): Aggregator {
  const tally: Tally = {
    sum: createFractionSum(),
    spread: createSpread(repeats),
    n: 0,
    scored: 0,
    binary: true,
    unscored: new Map(),
  };
  return {
    add(score) {
      checkFacts(score, repeats);
      const { num, den, unscored } = score;
      if (unscored !== undefined) {
        tally.unscored.set(unscored, (tally.unscored.get(unscored) ?? 0) + 1);
        if (treatmentOf(policy, unscored) === 'wrong') count(tally, score, 0, 1);
      } else if (num !== undefined && den !== undefined) {
        tally.scored++;
        tally.binary &&= den === 1;
        count(tally, score, num, den);
      }
    },
    result: (name) => (name === MEAN_METRIC ? meanResult(tally, repeats) : passOf(tally, name)),
  };
}

// Only right and wrong answers can be drawn from.
function passOf({ binary, spread }: Tally, name: string): PassResult | null {
  const k = passNumber(name);
  const items = spread.items();
  if (k === null || !binary || items === null) return null;
  return passResult(
    Array.from(items, ({ sum, count: n }) => ({ count: n, right: Math.round(sum) })),
    k,
  );
}

interface Tally {
  readonly sum: FractionSum;
  readonly spread: Spread;
  n: number;
  scored: number;
  /** Whether every score is 0 or 1. */
  binary: boolean;
  readonly unscored: Map<UnscoredReason, number>;
}

function checkFacts({ index, repeat, num = 0, den = 1 }: ScoreFacts, repeats: number): void {
  const isPlace = index >= 0 && index < MAX_SUITE_SIZE && repeat >= 0 && repeat < repeats;
  const isScore = num >= 0 && num <= den && den >= 1 && den <= MAX_DENOMINATOR;
  if (isPlace && isScore) return;
  throw new RangeError(`no score ${num}/${den} of item ${index}, repeat ${repeat}`);
}

function count(tally: Tally, { index, repeat }: ScoreFacts, num: number, den: number): void {
  tally.n++;
  tally.sum.add(num, den);
  tally.spread.add(index, repeat, { num, den });
}

function meanResult(tally: Tally, repeats: number): MeanResult {
  const { n, scored, binary } = tally;
  const total = tally.sum.total();
  const base = {
    metric: binary ? ('accuracy' as const) : ('mean_score' as const),
    n,
    scored,
    unscored: countsOf(tally),
  };
  const all = scored + [...tally.unscored.values()].reduce((sum, next) => sum + next, 0);
  const bounds = all === 0 ? {} : { bounds: boundsOf(total, all, all - scored) };
  if (n === 0) return { ...base, ...bounds };
  const mean: Fraction = { num: total.num, den: total.den * BigInt(n) };
  const interval = intervalOf(tally.spread, {
    mean: Number(mean.num) / Number(mean.den),
    n,
    isBinary: binary && repeats === 1,
  });
  return {
    ...base,
    ...bounds,
    ...safeFraction(binary ? mean : reduced(mean)),
    value: sixPlaces(mean),
    ...(interval === null
      ? {}
      : {
          interval: {
            level: '0.95',
            method: interval.method,
            low: interval.low.toFixed(6),
            high: interval.high.toFixed(6),
          },
        }),
  };
}

function countsOf({ unscored }: Tally): Readonly<Partial<Record<UnscoredReason, number>>> {
  return Object.fromEntries(
    UNSCORED_REASONS.flatMap((reason) => {
      const times = unscored.get(reason);
      return times === undefined ? [] : [[reason, times]];
    }),
  );
}

function boundsOf(
  { num, den }: Fraction,
  all: number,
  unscored: number,
): { readonly low: string; readonly high: string } {
  const whole = den * BigInt(all);
  return { low: sixPlaces({ num, den: whole }), high: sixPlaces({ num: num + den * BigInt(unscored), den: whole }) };
}

function safeFraction({ num, den }: Fraction): { readonly num?: number; readonly den?: number } {
  return den > BigInt(Number.MAX_SAFE_INTEGER) ? {} : { num: Number(num), den: Number(den) };
}
