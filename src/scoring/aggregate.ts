/**
 * Metrics: pure functions of the score records, in constant memory.
 *
 * `mean/1` is the mean score of all samples that count, exact as a fraction and rounded as a decimal, with a 95 %
 * interval and the bounds that unscored samples leave open. What is undefined is absent, never zero.
 */
import type { LineObject } from '../core/line-form.ts';
import { meanInterval } from '../stats/t-interval.ts';
import { wilsonInterval, type Interval } from '../stats/wilson.ts';
import type { PlanRules } from '../transcript/plan.ts';
import { UNSCORED_REASONS, type ScoreRecord, type UnscoredReason } from '../transcript/record.ts';

const DIGITS = 6;

/** Adds up the scores of a run. */
export interface Aggregator {
  add(record: Pick<ScoreRecord, 'index' | 'num' | 'den' | 'unscored'>): void;
  /** The result of a metric over all scores so far; null if the function is not known. */
  result(name: string): LineObject | null;
}

/** An aggregator of no scores. */
export function createAggregator(repeats: number, policy: PlanRules['unscored']): Aggregator {
  const sum = createFractionSum();
  const items = createItemMeans(repeats);
  const unscored = new Map<UnscoredReason, number>();
  let scored = 0;
  let wrong = 0;
  let isBinary = true;
  return {
    add({ index, num = 0, den = 1, unscored: reason }) {
      if (reason === undefined) {
        scored++;
        sum.add(num, den);
        isBinary &&= den === 1;
        items.add(index, num / den);
        return;
      }
      unscored.set(reason, (unscored.get(reason) ?? 0) + 1);
      const counts = policy[reason] === 'wrong';
      if (counts) wrong++;
      items.add(index, counts ? 0 : null);
    },
    result(name) {
      if (name !== 'mean/1') return null;
      const n = scored + wrong;
      const excluded = [...unscored.values()].reduce((total, count) => total + count, 0) - wrong;
      const interval = intervalOf({ n, repeats, isBinary, sum: sum.value(), items });
      const { num, den } = sum.over(n);
      return {
        n,
        scored,
        unscored: Object.fromEntries(UNSCORED_REASONS.flatMap((reason) => countOf(unscored, reason))),
        ...(n === 0 ? {} : { num, den, value: decimal(sum.value() / n) }),
        ...(interval === null
          ? {}
          : { low: decimal(interval.low), high: decimal(interval.high), interval: interval.method }),
        ...(n + excluded === 0
          ? {}
          : {
              all_wrong: decimal(sum.value() / (n + excluded)),
              all_right: decimal((sum.value() + wrong + excluded) / (n + excluded)),
            }),
      };
    },
  };
}

function countOf(counts: ReadonlyMap<UnscoredReason, number>, reason: UnscoredReason): [string, number][] {
  const count = counts.get(reason);
  return count === undefined ? [] : [[reason, count]];
}

interface IntervalInput {
  readonly n: number;
  readonly repeats: number;
  readonly isBinary: boolean;
  readonly sum: number;
  readonly items: ReturnType<typeof createItemMeans>;
}

// Single right-or-wrong answers are a proportion; otherwise items are independent but repeats of one item are not.
function intervalOf(input: IntervalInput): (Interval & { readonly method: string }) | null {
  const { n, repeats, isBinary, sum, items } = input;
  if (n === 0) return null;
  if (repeats === 1 && isBinary) return { ...wilsonInterval(sum, n), method: 'wilson-95' };
  const { count, standardError } = items.spread();
  if (count < 2) return null;
  return { ...meanInterval(sum / n, standardError, count - 1), method: 't-95-items' };
}

// Sums of fractions with denominators up to 1,000, kept per denominator: exact, whatever the order.
function createFractionSum() {
  const numerators = new Map<number, number>();
  const value = (): number => {
    const { num, den } = total(numerators);
    return Number(num) / Number(den);
  };
  return {
    add(num: number, den: number): void {
      numerators.set(den, (numerators.get(den) ?? 0) + num);
    },
    value,
    /** The mean over n as a fraction in lowest terms; over n itself where the sum is whole. */
    over(n: number): { readonly num: number; readonly den: number } {
      const { num, den } = total(numerators);
      return { num: Number(num), den: Number(den * BigInt(Math.max(n, 1))) };
    },
  };
}

function total(numerators: ReadonlyMap<number, number>): { readonly num: bigint; readonly den: bigint } {
  let [num, den] = [0n, 1n];
  for (const [denominator, numerator] of numerators) {
    const other = BigInt(denominator);
    [num, den] = [num * other + BigInt(numerator) * den, den * other];
    const divisor = gcd(num, den);
    [num, den] = [num / divisor, den / divisor];
  }
  return { num, den };
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

// Welford's recurrence over the means of items. Repeats of an item lie close together in a transcript, so few are open.
function createItemMeans(repeats: number) {
  const open = new Map<number, { sum: number; counted: number; seen: number }>();
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(index: number, score: number | null): void {
      const item = open.get(index) ?? { sum: 0, counted: 0, seen: 0 };
      item.seen++;
      if (score !== null) {
        item.sum += score;
        item.counted++;
      }
      open.set(index, item);
      if (item.seen < repeats) return;
      open.delete(index);
      if (item.counted === 0) return;
      const value = item.sum / item.counted;
      count++;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    },
    /** Number of items with a mean, and the standard error of the mean over items. */
    spread: () => ({ count, standardError: count < 2 ? 0 : Math.sqrt(squares / (count - 1) / count) }),
  };
}

function decimal(value: number): string {
  return value.toFixed(DIGITS);
}
