/** Differences in the form of comparison.json. */
import type { AlignedItems, AlignedRun } from './align.ts';
import { decimal, pValue } from './figures.ts';
import type { ComparedDifference, ComparedPair, Flip, PairVerdict } from './model.ts';
import { ALPHA, type PairEstimate, type ScorePairs } from './score-pair.ts';

/** What a difference shows, once its p-value is adjusted. */
export function verdictOf(difference: number, adjusted: number): PairVerdict {
  if (adjusted >= ALPHA || difference === 0) return 'undecided';
  return difference > 0 ? 'better' : 'worse';
}

/** A difference with its adjusted p-value. */
export function differenceFigures({ difference, interval, p }: PairEstimate, adjusted: number): ComparedDifference {
  const { low, high, level, method, reason } = interval;
  return {
    value: decimal(difference),
    interval: { low: decimal(low), high: decimal(high), level: String(level), method, reason },
    p: { value: pValue(p.value), method: p.method, adjusted: pValue(adjusted) },
    verdict: verdictOf(difference, adjusted),
  };
}

/** The items whose score differs, in the order of the suite. */
export function flipsOf({ baseline, candidate, places }: ScorePairs, items: AlignedItems): ComparedPair['flips'] {
  const flips: Flip[] = [];
  for (const [row, place] of places.entries()) {
    const [held = 0, reached = 0] = [baseline[row], candidate[row]];
    if (held === reached) continue;
    flips.push({
      index: items.index[place] ?? 0,
      id: items.ids[place] ?? null,
      direction: reached > held ? 'gained' : 'lost',
      baseline: decimal(held),
      candidate: decimal(reached),
    });
  }
  const gained = flips.filter(({ direction }) => direction === 'gained').length;
  return { gained, lost: flips.length - gained, items: flips };
}

/** The difference over all items that both runs asked, whatever those without a score are taken for; null without any. */
export function differenceBounds(
  baseline: AlignedRun,
  candidate: AlignedRun,
  items: AlignedItems,
): ComparedPair['bounds'] {
  let n = 0;
  const sums = { heldWrong: 0, heldRight: 0, reachedWrong: 0, reachedRight: 0 };
  for (let place = 0; place < items.size; place++) {
    const [held, reached] = [baseline.rows[place] ?? -1, candidate.rows[place] ?? -1];
    const [before, after] = [baseline.run.items, candidate.run.items];
    if (Number.isNaN(before.allWrong[held]) || Number.isNaN(after.allWrong[reached])) continue;
    n++;
    sums.heldWrong += before.allWrong[held] ?? 0;
    sums.heldRight += before.allRight[held] ?? 0;
    sums.reachedWrong += after.allWrong[reached] ?? 0;
    sums.reachedRight += after.allRight[reached] ?? 0;
  }
  if (n === 0) return null;
  return {
    n,
    all_wrong: decimal((sums.reachedWrong - sums.heldWrong) / n),
    all_right: decimal((sums.reachedRight - sums.heldRight) / n),
    least: decimal((sums.reachedWrong - sums.heldRight) / n),
    most: decimal((sums.reachedRight - sums.heldWrong) / n),
  };
}
