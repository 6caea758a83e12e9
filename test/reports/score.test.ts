import { describe, expect, it } from 'vitest';
import { countsOf, scoreOf } from '../../src/reports/score.ts';
import { createAggregator, MEAN_METRIC } from '../../src/scoring/aggregate.ts';
import type { VerifiedMetric } from '../../src/verifier/verified-transcript.ts';
import { run } from './runs.ts';

/** Three right, one wrong, one timeout that is excluded. */
function metrics(): readonly VerifiedMetric[] {
  const aggregator = createAggregator(1, run().plan.rules.unscored);
  for (const [index, num] of [1, 1, 1, 0].entries()) aggregator.add({ index, repeat: 0, num, den: 1 });
  aggregator.add({ index: 4, repeat: 0, unscored: 'timeout' });
  const result = aggregator.result(MEAN_METRIC);
  return result === null ? [] : [{ function: MEAN_METRIC, status: 'recomputed', result }];
}

describe('scoreOf()', () => {
  it('reads the mean, its interval and its bounds as the aggregator states them', () => {
    expect(scoreOf(metrics())).toEqual({
      function: 'mean/1',
      status: 'recomputed',
      metric: 'accuracy',
      n: 4,
      exact: { num: 3, den: 4 },
      value: '0.750000',
      // Wilson for 3 of 4, from its closed form.
      interval: { low: '0.300642', high: '0.954413', method: 'wilson' },
      bounds: { all_wrong: '0.600000', all_right: '0.800000' },
    });
  });

  it('has no value where there is none, instead of zero', () => {
    const empty = createAggregator(1, run().plan.rules.unscored).result(MEAN_METRIC) ?? {};
    expect(scoreOf([{ function: MEAN_METRIC, status: 'recomputed', result: empty }])).toMatchObject({
      n: 0,
      exact: null,
      value: null,
      interval: null,
      bounds: null,
    });
    expect(scoreOf([])).toBeNull();
  });

  it('takes nothing from a field of another form', () => {
    const result = { n: 'x', value: 'NaN', interval: 'wide', bounds: ['0', '1'] };
    expect(scoreOf([{ function: MEAN_METRIC, status: 'declared', result }])).toMatchObject({
      n: 0,
      value: null,
      interval: null,
      bounds: null,
    });
  });
});

describe('countsOf()', () => {
  it('counts what the aggregator counted', () => {
    expect(countsOf({ ...run(), metrics: metrics() })).toMatchObject({
      scored: 4,
      unscored: 1,
      reasons: [{ reason: 'timeout', count: 1, counts_as: 'excluded' }],
    });
  });

  it('falls back on the end record, and says nothing without either', () => {
    const counts = { scored: 8, unscored: 2, unscored_lost: 2 };
    const end = { k: 'end', seq: 1, at: '2026-11-23T14:10:00Z', reason: 'complete', counts } as const;
    expect(countsOf({ ...run(), metrics: [], end })).toMatchObject({ scored: 8, unscored: 2 });
    expect(countsOf({ ...run(), metrics: [], end: null })).toMatchObject({ scored: null, unscored: null, reasons: [] });
  });
});
