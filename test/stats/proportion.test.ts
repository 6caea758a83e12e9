import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binomialProbability } from '../../src/stats/binomial.ts';
import { clopperPearsonInterval } from '../../src/stats/clopper-pearson.ts';
import { normalQuantile } from '../../src/stats/normal.ts';
import { wilsonInterval, type Interval } from '../../src/stats/wilson.ts';
import { expectNear, rows } from './reference.ts';

/** The probability that an interval of k of n covers p: the sum over all k, no sampling. */
function coverage(n: number, p: number, intervals: readonly Interval[]): number {
  return intervals.reduce(
    (sum, { low, high }, k) => sum + (low <= p && p <= high ? binomialProbability(k, n, p) : 0),
    0,
  );
}

function intervalsOf(n: number, interval: (k: number, n: number) => Interval): Interval[] {
  return Array.from({ length: n + 1 }, (_, k) => interval(k, n));
}

describe('clopperPearsonInterval()', () => {
  it('gives binom.test() of R', () => {
    for (const [k = NaN, n = NaN, level = NaN, low = NaN, high = NaN] of rows('clopper_pearson')) {
      const interval = clopperPearsonInterval(k, n, level);
      expectNear(interval.low, low, 1e-11);
      expectNear(interval.high, high, 1e-11);
    }
  });

  // R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 5.
  it.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])('gives the published interval for %i of %i', (k, n, low, high) => {
    const interval = clopperPearsonInterval(k, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it.each([
    [-1, 3],
    [4, 3],
    [0, 0],
    [NaN, 3],
  ])('refuses %d of %d', (k, n) => {
    expect(() => clopperPearsonInterval(k, n)).toThrow(RangeError);
  });

  it('refuses a confidence of 1', () => {
    expect(() => clopperPearsonInterval(1, 3, 1)).toThrow(RangeError);
  });
});

describe('wilsonInterval() at other levels', () => {
  it('gives prop.test() of R', () => {
    for (const [k = NaN, n = NaN, level = NaN, low = NaN, high = NaN] of rows('wilson')) {
      const interval = wilsonInterval(k, n, normalQuantile((1 - level) / 2));
      expect(interval.low).toBeCloseTo(low, 12);
      expect(interval.high).toBeCloseTo(high, 12);
    }
  });
});

describe('exact coverage', () => {
  it('equals the coverage that R calculates, to 1e-6', () => {
    for (const [n = NaN, p = NaN, wilson = NaN, clopperPearson = NaN] of rows('coverage')) {
      expect(Math.abs(coverage(n, p, intervalsOf(n, wilsonInterval)) - wilson)).toBeLessThan(1e-6);
      expect(Math.abs(coverage(n, p, intervalsOf(n, clopperPearsonInterval)) - clopperPearson)).toBeLessThan(1e-6);
    }
  });

  // Coverage falls to its lows at the bounds of the intervals, so these are looked at from both sides.
  function lows(intervals: readonly Interval[]): number[] {
    return intervals.flatMap(({ low, high }) =>
      [low, high].flatMap((bound) => [bound - 1e-9, bound + 1e-9]).filter((p) => p > 0 && p < 1),
    );
  }

  it.each([1, 2, 5, 10, 20, 50, 100, 200])('Clopper-Pearson covers 95 percent or more for any p, n = %i', (n) => {
    const intervals = intervalsOf(n, clopperPearsonInterval);
    for (const p of lows(intervals)) expect(coverage(n, p, intervals)).toBeGreaterThanOrEqual(0.95 - 1e-7);
  });

  it.each([50, 100, 200, 500, 1000])(
    'Wilson covers 93 to 97.1 percent at round p with 2 of each expected, n = %i',
    (n) => {
      const intervals = intervalsOf(n, wilsonInterval);
      const places = [0.004, 0.01, 0.02, ...Array.from({ length: 10 }, (_, step) => (step + 1) / 20)];
      for (const p of places
        .flatMap((place) => [place, 1 - place])
        .filter((place) => n * Math.min(place, 1 - place) >= 2)) {
        expect(coverage(n, p, intervals)).toBeGreaterThanOrEqual(0.93);
        expect(coverage(n, p, intervals)).toBeLessThanOrEqual(0.971);
      }
    },
  );

  // Between round p it dips; the docs print how far, and these are the figures.
  const table = readFileSync(join(import.meta.dirname, '../../docs/statistics.md'), 'utf8').matchAll(
    /^\| +(\d+) +\| ([\d.]+) % +\| ([\d.]+) % +\| ([\d.]+) % +\|$/gm,
  );
  const dips = [...table];
  it('the docs have six rows of dips', () => {
    expect(dips).toHaveLength(6);
  });

  it.each(dips.map((row) => row.slice(1).map(Number)))(
    'the docs print the dips of Wilson, n = %i',
    (n = NaN, lowest = NaN, highest = NaN, lowestOfAll = NaN) => {
      const intervals = intervalsOf(n, wilsonInterval);
      const all = lows(intervals);
      const inner = all.filter((p) => n * Math.min(p, 1 - p) >= 2);
      const percent = (places: readonly number[], pick: (...values: number[]) => number): string =>
        (100 * pick(...places.map((p) => coverage(n, p, intervals)))).toFixed(1);
      expect(percent(inner, Math.min)).toBe(lowest.toFixed(1));
      expect(percent(inner, Math.max)).toBe(highest.toFixed(1));
      expect(percent(all, Math.min)).toBe(lowestOfAll.toFixed(1));
    },
  );
});
