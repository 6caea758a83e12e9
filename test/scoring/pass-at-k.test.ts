import { describe, expect, it } from 'vitest';
import { createAggregator, verdictMetrics } from '../../src/scoring/aggregate.ts';
import { passResult } from '../../src/scoring/pass-at-k.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

describe('passResult()', () => {
  // By hand: 1 - C(2,2)/C(4,2) = 5/6; 1 - C(4,2)/C(4,2) = 0; 1 - C(3,2)/C(4,2) = 1/2. Mean 4/9.
  const items = [
    { count: 4, right: 2 },
    { count: 4, right: 0 },
    { count: 4, right: 1 },
  ];

  it('is the mean of the unbiased estimates', () => {
    expect(passResult(items, 2)).toMatchObject({ k: 2, items: 3, value: '0.444444' });
  });

  it('does not depend on the order of the items', () => {
    expect(passResult(items.toReversed(), 2)).toEqual(passResult(items, 2));
  });

  it('has the t interval of the mean over items', () => {
    // Shares 5/6, 0, 1/2: standard deviation 0.419435, error 0.242161, t(0.975; 2) = 4.302653: beyond 0 and 1.
    expect(passResult(items, 2)?.interval).toEqual({ level: '0.95', method: 't', low: '0.000000', high: '1.000000' });
  });

  it('leaves out items with too few answers, and is nothing over none', () => {
    expect(passResult([...items, { count: 1, right: 1 }], 2)).toMatchObject({ items: 3 });
    expect(passResult(items, 5)).toBeNull();
  });

  it('claims no certainty where all items are alike', () => {
    const alike = Array.from({ length: 5 }, () => ({ count: 2, right: 2 }));
    // Wilson, 5 of 5: 1 / (1 + 1.959964² / 5).
    expect(passResult(alike, 2)).toMatchObject({ value: '1.000000', interval: { method: 'wilson', low: '0.565518' } });
  });
});

describe('createAggregator()', () => {
  it('states one figure per usual number of answers, and one for all', () => {
    expect(verdictMetrics(1)).toEqual(['mean/1']);
    expect(verdictMetrics(6)).toEqual(['mean/1', 'pass-at-1/1', 'pass-at-2/1', 'pass-at-5/1', 'pass-at-6/1']);
  });

  it('counts a wrong unscored answer as an answer, and an excluded one not', () => {
    const aggregator = createAggregator(3, UNSCORED_POLICY);
    aggregator.add({ index: 0, repeat: 0, num: 1, den: 1 });
    aggregator.add({ index: 0, repeat: 1, unscored: 'truncated' });
    aggregator.add({ index: 0, repeat: 2, unscored: 'timeout' });
    expect(aggregator.result('pass-at-1/1')).toMatchObject({ items: 1, value: '0.500000' });
    expect(aggregator.result('pass-at-2/1')).toMatchObject({ items: 1, value: '1.000000' });
    expect(aggregator.result('pass-at-3/1')).toBeNull();
  });

  it('has no such figure for partial scores, for single answers and for other names', () => {
    const partial = createAggregator(2, UNSCORED_POLICY);
    partial.add({ index: 0, repeat: 0, num: 1, den: 2 });
    expect(partial.result('pass-at-1/1')).toBeNull();
    const single = createAggregator(1, UNSCORED_POLICY);
    single.add({ index: 0, repeat: 0, num: 1, den: 1 });
    expect(single.result('pass-at-1/1')).toBeNull();
    for (const name of ['pass-at-0/1', 'pass-at-01/1', 'pass-at-1/2', 'pass-at-/1', 'pass-at-1/1 ']) {
      expect(createAggregator(2, UNSCORED_POLICY).result(name)).toBeNull();
    }
  });
});
