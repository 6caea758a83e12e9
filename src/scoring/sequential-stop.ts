/**
 * The stop rule of a gated run: pairs of scores in the order in which the items are asked, a look after each.
 *
 * Verdicts come in any order, but the test sees them in the planned one, so where it stops depends on scores and plan and on
 * nothing that a runner could choose. Runner and verifier add the same records and must stop at the same one.
 */
import { createSequentialTest, type Look } from '../stats/sequential.ts';
import { baselineScore, type Baseline } from '../transcript/baseline.ts';
import { treatmentOf, type Plan } from '../transcript/plan.ts';
import type { EndReason, ScoreRecord } from '../transcript/record.ts';

/** Follows the verdicts of a run until the difference is certain. */
export interface SequentialStop {
  /** Add the verdict of an item. Requires one repeat, and each item once. */
  add(score: Pick<ScoreRecord, 'index' | 'num' | 'den' | 'unscored'>): Look;
  look(): Look;
  /** Why the run ended, once every item has its verdict: items are skipped for the difference only when it is certain. */
  endReason(): EndReason;
}

const END_REASONS = { never: 'complete', certain: 'stop', before: 'budget' } as const;

type Score = { readonly num: number; readonly den: number } | null;

/**
 * The rule of a plan, before the first verdict.
 *
 * @param order - Selected items in the order in which they are asked.
 */
export function createSequentialStop(plan: Plan, baseline: Baseline, order: readonly number[]): SequentialStop {
  const { stop, rules } = plan;
  if (stop === undefined) throw new RangeError('the plan has no stop rule');
  const test = createSequentialTest({ margin: Number(stop.margin), alpha: Number(stop.alpha) });
  const ranks = new Map(order.toSorted((a, b) => a - b).map((index, rank) => [index, rank]));
  const waiting = new Map<number, Score>();
  let next = 0;
  let skipped: 'never' | 'certain' | 'before' = 'never';
  const addNext = (index: number, candidate: Score): void => {
    const held = baselineScore(baseline.scores[ranks.get(index) ?? -1]);
    // A pair of which one half does not count says nothing about the difference.
    if (candidate !== null && held !== null) test.add(candidate, held);
  };
  return {
    add({ index, num, den, unscored }) {
      if (unscored === 'skipped') {
        if (skipped !== 'before') skipped = test.decide() === 'undecided' ? 'before' : 'certain';
        return test.look();
      }
      const isScored = num !== undefined && den !== undefined;
      const wrong =
        unscored !== undefined && treatmentOf(rules.unscored, unscored) === 'wrong' ? { num: 0, den: 1 } : null;
      waiting.set(index, isScored ? { num, den } : wrong);
      for (let item = order[next]; item !== undefined && waiting.has(item); item = order[next]) {
        addNext(item, waiting.get(item) ?? null);
        waiting.delete(item);
        next++;
      }
      return test.look();
    },
    look: () => test.look(),
    endReason: () => END_REASONS[skipped],
  };
}
