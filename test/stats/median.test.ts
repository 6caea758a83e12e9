import { describe, expect, it } from 'vitest';
import { estimateMedian } from '../../src/stats/median.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe('estimateMedian()', () => {
  // Ranks by the quantiles of scipy.stats.binom(n, 0.5), SciPy 1.17.1.
  it.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [10, 2],
    [20, 6],
    [25, 8],
    [100, 40],
    [1319, 624],
    [100_000, 49_690],
  ])('of %i values the interval begins at the %ith', (n, rank) => {
    const median = (n + 1) / 2;
    expect(estimateMedian(upTo(n))).toEqual({ n, median, interval: { low: rank, high: n + 1 - rank } });
  });

  it('has no interval with five values', () => {
    expect(estimateMedian([3, 1, 5, 2, 4])).toEqual({ n: 5, median: 3, interval: null });
  });

  it('takes values in any order', () => {
    expect(estimateMedian([6, 2, 4, 1, 3, 5])).toMatchObject({ median: 3.5, interval: { low: 1, high: 6 } });
  });

  it('is null without values, and refuses what is no number', () => {
    expect(estimateMedian([])).toBeNull();
    expect(() => estimateMedian([1, NaN])).toThrow(RangeError);
  });
});
