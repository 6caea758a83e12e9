/**
 * The metrics `pass-at-K/1`: the share of items to which at least one of K answers is right, estimated without bias from the
 * repeats of a run.
 */
import type { LineObject } from '../core/line-form.ts';
import { passAtK } from '../stats/pass-at-k.ts';
import { meanInterval } from '../stats/t-interval.ts';
import { wilsonInterval, type Interval } from '../stats/wilson.ts';

/** The result of `pass-at-K/1`. */
export type PassResult = LineObject & {
  readonly k: number;
  /** Items in the mean: those with at least K answers that count. */
  readonly items: number;
  /** The mean over items, with six places. */
  readonly value: string;
  readonly interval?: {
    readonly level: '0.95';
    readonly method: 'wilson' | 't';
    readonly low: string;
    readonly high: string;
  };
};

/** Counted answers of one item, and how many of them are right. */
export interface ItemAnswers {
  readonly count: number;
  readonly right: number;
}

const NAME = /^pass-at-([1-9]\d{0,3})\/1$/;
const USUAL: readonly number[] = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1000];

/** The metrics that a run with so many repeats states: the usual K, and all answers; none if nothing is repeated. */
export function passMetrics(repeats: number): readonly string[] {
  if (repeats === 1) return [];
  return [...new Set([...USUAL.filter((k) => k <= repeats), repeats])].map((k) => `pass-at-${k}/1`);
}

/** The K in the name of a metric, or null if it is another metric. */
export function passNumber(name: string): number | null {
  const [, digits] = NAME.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The result over some items, in any order; null if none of them has so many answers. */
export function passResult(items: Iterable<ItemAnswers>, k: number): PassResult | null {
  const shares = sharesOf(items, k);
  const n = shares.reduce((sum, { times }) => sum + times, 0);
  if (n === 0) return null;
  const mean = shares.reduce((sum, { share, times }) => sum + times * share, 0) / n;
  const interval = intervalOf(shares, mean, n);
  return {
    k,
    items: n,
    value: mean.toFixed(6),
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

interface Share {
  readonly share: number;
  readonly times: number;
}

// Items with the same counts together, in a fixed order, because floating point addition depends on its order.
function sharesOf(items: Iterable<ItemAnswers>, k: number): readonly Share[] {
  const groups = new Map<number, { readonly n: number; readonly right: number; times: number }>();
  for (const { count: n, right } of items) {
    if (n < k) continue;
    const key = n * 100_000 + right;
    const group = groups.get(key) ?? { n, right, times: 0 };
    group.times++;
    groups.set(key, group);
  }
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([, { n, right, times }]) => ({ share: passAtK({ n, right }, k) ?? 0, times }));
}

function intervalOf(
  shares: readonly Share[],
  mean: number,
  n: number,
): (Interval & { readonly method: 'wilson' | 't' }) | null {
  if (n < 2) return null;
  const squares = shares.reduce((sum, { share, times }) => sum + times * (share - mean) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  // Equal shares do not show that there is no spread.
  if (error < 1e-12) return { method: 'wilson', ...wilsonInterval(mean * n, n) };
  return { method: 't', ...meanInterval(mean, error, n - 1) };
}
