import { describe, expect, it } from 'vitest';
import { meanInterval, studentQuantile95 } from '../../src/stats/t-interval.ts';

describe('studentQuantile95()', () => {
  // Abramowitz and Stegun, table 26.10, column 0.95 (two-sided).
  it.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [5, 2.571],
    [10, 2.228],
    [20, 2.086],
    [30, 2.042],
    [40, 2.021],
    [60, 2.0],
    [120, 1.98],
  ])('gives the published value for %i degrees of freedom', (degrees, quantile) => {
    expect(studentQuantile95(degrees)).toBeCloseTo(quantile, 3);
  });

  // Simpson integration of the density, in another language.
  it.each([
    [31, 2.039513],
    [35, 2.030108],
    [100, 1.983972],
    [1000, 1.962339],
  ])('gives six decimals for %i degrees of freedom', (degrees, quantile) => {
    expect(studentQuantile95(degrees)).toBeCloseTo(quantile, 6);
  });

  it('falls towards the normal quantile', () => {
    for (let degrees = 1; degrees < 200; degrees++) {
      expect(studentQuantile95(degrees + 1)).toBeLessThan(studentQuantile95(degrees));
    }
    expect(studentQuantile95(1e9)).toBeCloseTo(1.959964, 6);
  });

  it.each([0, -1, 1.5, NaN])('refuses %d degrees of freedom', (degrees) => {
    expect(() => studentQuantile95(degrees)).toThrow(RangeError);
  });
});

describe('meanInterval()', () => {
  it('takes the quantile times the standard error to both sides', () => {
    const { low, high } = meanInterval(0.5, 0.1, 10);
    expect(low).toBeCloseTo(0.2772, 4);
    expect(high).toBeCloseTo(0.7228, 4);
  });

  it('stays between 0 and 1', () => {
    expect(meanInterval(0.5, 0.2, 1)).toEqual({ low: 0, high: 1 });
  });
});
