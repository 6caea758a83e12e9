import { describe, expect, it } from 'vitest';
import type { SampleView } from '../../../src/reports/page/items-data.ts';
import { carriedItems, createItemIndex, type ItemFilter } from '../../../src/reports/page/browser/item-index.ts';

type Verdict = SampleView['verdict'];

const RUNS = ['a', 'b'].map((name) => ({ name, labels: [], run: name }));

/** An index over items, each with the verdicts of two runs, of one or more repeats. */
function indexOf(
  items: readonly (readonly [readonly Verdict[], readonly Verdict[]])[],
): ReturnType<typeof createItemIndex> {
  const views = items.map((runs, index) => ({
    index,
    samples: runs.map((verdicts) => verdicts.map((verdict, repeat) => ({ repeat, verdict, foot: '' }))),
  }));
  return createItemIndex(carriedItems({ suites: [{ name: 'suite', runs: RUNS, items: views }], shown: 0, total: 0 }));
}

function found(
  index: ReturnType<typeof createItemIndex>,
  filter: ItemFilter,
  [base, other] = [0, 1],
): readonly number[] {
  return [...index.find({ suite: 0, filter, tag: '', text: '', base: base ?? 0, other: other ?? 0 })];
}

describe('createItemIndex()', () => {
  const index = indexOf([
    [['right'], ['right']],
    [['right'], ['wrong']],
    [['wrong'], ['right']],
    [['partial'], ['wrong']],
    [['unscored'], ['right']],
    [
      ['right', 'wrong'],
      ['right', 'right'],
    ],
    [['wrong'], []],
  ]);

  it('filters by how the runs did', () => {
    expect(found(index, 'all')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(found(index, 'wrong')).toEqual([1, 2, 3, 5, 6]);
    expect(found(index, 'unscored')).toEqual([4]);
    expect(found(index, 'split')).toEqual([1, 2, 3, 4, 5]);
  });

  it('holds one run against the other, where both have a score', () => {
    expect(found(index, 'gained')).toEqual([2, 5]);
    expect(found(index, 'lost')).toEqual([1, 3]);
    expect(found(index, 'gained', [1, 0])).toEqual([1, 3]);
    expect(found(index, 'lost', [0, 0])).toEqual([]);
  });

  it('has the worst verdict of the repeats and the number of right ones', () => {
    expect(index.lists[0]?.rows[5]?.verdicts).toEqual([
      { verdict: 'wrong', right: 1, of: 2 },
      { verdict: 'right', right: 2, of: 2 },
    ]);
    expect(index.lists[0]?.rows[6]?.verdicts[1]).toBeNull();
  });

  it('opens nothing where there is nothing', () => {
    expect(index.open(3, 0).samples).toEqual([]);
    expect(index.open(0, 99).samples).toEqual([]);
  });
});
