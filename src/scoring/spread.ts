/**
 * How far the scores of a run lie apart, and the interval that follows.
 *
 * Repeats of one item are not independent, so the item is the unit: the error of the mean is clustered by item. With one
 * repeat this is the usual standard error.
 *
 * @see E. Miller, "Adding Error Bars to Evals", arXiv:2411.00640 (2024), clustered standard errors
 */
import { meanInterval } from '../stats/t-interval.ts';
import { wilsonInterval, type Interval } from '../stats/wilson.ts';
import type { Verdict } from './scorer.ts';

/** Sums over items that an interval needs. */
interface ItemSums {
  /** Items with at least one counted sample. */
  readonly items: number;
  /** Σ over items of (sum of scores - samples × mean)². */
  readonly squares: number;
}

/** Collects scores by item. */
export interface Spread {
  add(index: number, repeat: number, score: Verdict): void;
  sums(mean: number): ItemSums;
  /** Items with at least one counted sample, in ascending order; null where every item was asked once. */
  items(): Iterable<ItemTotal> | null;
}

/** What the counted samples of an item add up to. */
interface ItemTotal {
  readonly sum: number;
  readonly count: number;
}

// A score fits into 20 bits; 0 stands for a sample that does not count.
const SHIFT = 1024;

/** How many scores a page holds. */
const PAGE_SCORES = 1024;

/** A collector without scores, for a number of repeats per item. */
export function createSpread(repeats: number): Spread {
  return repeats === 1 ? singleSpread() : repeatedSpread(repeats);
}

// With one repeat only how often each score occurs matters.
function singleSpread(): Spread {
  const counts = new Map<number, number>();
  return {
    add(_index, _repeat, { num, den }) {
      const packed = num * SHIFT + den;
      counts.set(packed, (counts.get(packed) ?? 0) + 1);
    },
    sums(mean) {
      let items = 0;
      let squares = 0;
      // Floating point addition depends on its order, so the order is fixed.
      for (const [packed, times] of [...counts].toSorted(([a], [b]) => a - b)) {
        items += times;
        const deviation = unpacked(packed) - mean;
        squares += times * deviation * deviation;
      }
      return { items, squares };
    },
    items: () => null,
  };
}

// Scores by place, in pages of neighbouring samples, so that no sample takes more memory than a page.
function repeatedSpread(repeats: number): Spread {
  const pages = new Map<number, Uint32Array>();
  return {
    add(index, repeat, { num, den }) {
      const place = index * repeats + repeat;
      const number = Math.floor(place / PAGE_SCORES);
      const page = pages.get(number) ?? new Uint32Array(PAGE_SCORES);
      pages.set(number, page);
      page[place % PAGE_SCORES] = num * SHIFT + den;
    },
    sums(mean) {
      let items = 0;
      let squares = 0;
      for (const { sum, count } of itemTotals(pages, repeats)) {
        items++;
        const deviation = sum - count * mean;
        squares += deviation * deviation;
      }
      return { items, squares };
    },
    items: () => itemTotals(pages, repeats),
  };
}

// The items in ascending order; an item may reach over the end of a page.
function* itemTotals(pages: ReadonlyMap<number, Uint32Array>, repeats: number): Generator<ItemTotal, void, undefined> {
  let open = { item: -1, sum: 0, count: 0 };
  for (const [number, page] of [...pages].toSorted(([a], [b]) => a - b)) {
    for (let offset = 0; offset < page.length; offset++) {
      const packed = page[offset] ?? 0;
      if (packed === 0) continue;
      const item = Math.floor((number * PAGE_SCORES + offset) / repeats);
      if (item !== open.item) {
        if (open.count > 0) yield open;
        open = { item, sum: 0, count: 0 };
      }
      open.sum += unpacked(packed);
      open.count++;
    }
  }
  if (open.count > 0) yield open;
}

function unpacked(packed: number): number {
  const den = packed % SHIFT;
  return (packed - den) / SHIFT / den;
}

/** What an interval is for. */
export interface Estimate {
  readonly mean: number;
  /** Samples in the mean, at least 1. */
  readonly n: number;
  /** Whether every score is 0 or 1 and every item was asked once. */
  readonly isBinary: boolean;
}

/** The 95 % interval of a mean, or null where one item says nothing about the spread. */
export function intervalOf(
  spread: Spread,
  { mean, n, isBinary }: Estimate,
): (Interval & { readonly method: 'wilson' | 't' }) | null {
  if (isBinary) return { method: 'wilson', ...wilsonInterval(Math.round(mean * n), n) };
  const { items, squares } = spread.sums(mean);
  if (items < 2) return null;
  const error = Math.sqrt((squares * items) / (items - 1)) / n;
  // Equal scores do not show that there is no spread: then an interval of width 0 would be false certainty.
  if (error < 1e-12) return { method: 'wilson', ...wilsonInterval(mean * items, items) };
  return { method: 't', ...meanInterval(mean, error, items - 1) };
}
