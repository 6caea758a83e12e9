import { describe, expect, it } from 'vitest';
import { estimateRatio } from '../../src/stats/ratio.ts';
import { expectNear } from './reference.ts';

const baseline = [10, 12, 8, 20, 15, 9, 11, 30, 7, 14, 16, 5];
const candidate = [12, 11, 9, 26, 15, 8, 15, 33, 9, 13, 20, 6];

describe('estimateRatio()', () => {
  // NumPy and scipy.stats.t, SciPy 1.17.1: R = Σb / Σa, d = b - R a, SE = sqrt(Σd² / (n - 1) / n) / mean(b).
  it('is the ratio of the totals, with a t interval on the log scale', () => {
    const found = estimateRatio({ baseline, candidate });
    expectNear(found?.ratio, 1.127388535031847);
    expectNear(found?.interval?.low, 1.0308741495528797);
    expectNear(found?.interval?.high, 1.2329389668685808);
  });

  it('turns around with its sides', () => {
    const found = estimateRatio({ baseline: candidate, candidate: baseline });
    expectNear(found?.interval?.low, 1 / 1.2329389668685808);
    expectNear(found?.interval?.high, 1 / 1.0308741495528797);
  });

  it('counts clusters, not items', () => {
    const clusters = baseline.map((_, index) => Math.floor(index / 2));
    expect(estimateRatio({ baseline, candidate }, { clusters })).toMatchObject({ n: 12, units: 6, interval: null });
  });

  it('is one number where every item has the same ratio', () => {
    const doubled = baseline.map((amount) => 2 * amount);
    expect(estimateRatio({ baseline, candidate: doubled })).toMatchObject({ ratio: 2, interval: { low: 2, high: 2 } });
  });

  it('has no interval with nine items, and is null without amounts', () => {
    expect(estimateRatio({ baseline: baseline.slice(3), candidate: candidate.slice(3) })?.interval).toBeNull();
    expect(estimateRatio({ baseline: [0, 0], candidate: [1, 2] })).toBeNull();
    expect(estimateRatio({ baseline: [], candidate: [] })).toBeNull();
  });

  it('refuses what is no amount', () => {
    expect(() => estimateRatio({ baseline: [1], candidate: [-1] })).toThrow(RangeError);
    expect(() => estimateRatio({ baseline: [1], candidate: [] })).toThrow(RangeError);
  });
});
