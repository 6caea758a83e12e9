import { describe, expect, it } from 'vitest';
import { meanError, unitsOf } from '../../src/stats/clustered.ts';
import { estimateDifference } from '../../src/stats/difference.ts';
import { marginTest } from '../../src/stats/equivalence.ts';
import { mcNemarTest } from '../../src/stats/mcnemar.ts';
import { estimateMean } from '../../src/stats/mean-estimate.ts';
import { tangoInterval, tangoTest } from '../../src/stats/tango.ts';
import { expectNear, rows, SCIPY } from './reference.ts';

const [A = [], B = [], T = []] = rows('paired_t');

/** Scores of two runs with the given table of right and wrong answers. */
function pairs(
  both: number,
  gained: number,
  lost: number,
  neither: number,
): { baseline: number[]; candidate: number[] } {
  const repeat = (times: number, score: number): number[] => Array.from({ length: times }, () => score);
  return {
    baseline: [...repeat(both, 1), ...repeat(gained, 0), ...repeat(lost, 1), ...repeat(neither, 0)],
    candidate: [...repeat(both, 1), ...repeat(gained, 1), ...repeat(lost, 0), ...repeat(neither, 0)],
  };
}

describe('meanError()', () => {
  it('gives the clustered standard error of statsmodels', () => {
    const { values, clusters, mean, standard_error } = SCIPY.clustered;
    const error = meanError(values, clusters);
    expectNear(error?.mean, mean);
    expectNear(error?.standardError, standard_error);
    expect(error?.units).toBe(8);
  });

  it('gives the usual standard error without clusters, and with clusters of one', () => {
    const { values, plain_standard_error } = SCIPY.clustered;
    expectNear(meanError(values)?.standardError, plain_standard_error);
    expectNear(
      meanError(
        values,
        values.map((_, index) => index),
      )?.standardError,
      plain_standard_error,
    );
  });

  it('is undefined where nothing is known', () => {
    expect(meanError([])).toBeNull();
    expect(meanError([1])).toEqual({ mean: 1, n: 1, units: 1, standardError: null });
    expect(meanError([1, 0, 1], ['a', 'a', 'a'])?.standardError).toBeNull();
  });

  it('refuses what is no sample', () => {
    expect(() => meanError([1, NaN])).toThrow(RangeError);
    expect(() => meanError([1, 0], [1])).toThrow(RangeError);
  });

  it('unitsOf() adds up clusters in the order in which they appear', () => {
    expect(unitsOf([1, 2, 3, 4], ['b', 'a', 'b', 'c'])).toEqual([
      { sum: 4, count: 2 },
      { sum: 2, count: 1 },
      { sum: 4, count: 1 },
    ]);
  });
});

describe('estimateMean()', () => {
  it('takes Wilson for independent right-or-wrong scores', () => {
    expect(estimateMean([1, 0, 1])?.interval).toMatchObject({ method: 'wilson', reason: 'right-or-wrong' });
  });

  it('takes Korn and Graubard for few units, with the bounds of SciPy', () => {
    const { values, clusters } = SCIPY.clustered;
    const interval = estimateMean(values, { clusters })?.interval;
    expect(interval).toMatchObject({ method: 'korn-graubard', reason: 'few-units' });
    expectNear(interval?.low, SCIPY.korn_graubard[0] ?? NaN, 1e-10);
    expectNear(interval?.high, SCIPY.korn_graubard[1] ?? NaN, 1e-10);
  });

  // Three copies of the data of statsmodels: squares grow threefold, so does n; the factor is 24 / 23 for 8 / 7.
  it('takes t where there is enough', () => {
    const { values, clusters, mean, standard_error } = SCIPY.clustered;
    const copies = [0, 1, 2];
    const estimate = estimateMean(
      copies.flatMap(() => values),
      { clusters: copies.flatMap((copy) => clusters.map((cluster) => `${copy}-${cluster}`)) },
    );
    const error = standard_error * Math.sqrt((7 / 8) * (24 / 23) * (1 / 3));
    expectNear(estimate?.standardError, error);
    // The 97.5 % quantile of t with 23 degrees of freedom is 2.068658 (Abramowitz and Stegun, table 26.10: 2.069).
    expect(estimate?.interval).toMatchObject({ method: 't', reason: 'enough' });
    expect(estimate?.interval?.low).toBeCloseTo(mean - 2.068658 * error, 6);
    expect(estimate?.interval?.high).toBeCloseTo(mean + 2.068658 * error, 6);
  });

  it('says why it does not take t', () => {
    const clusters = Array.from({ length: 40 }, (_, index) => Math.floor(index / 2));
    const scores = (right: number): number[] => Array.from({ length: 40 }, (_, index) => (index % 40 < right ? 1 : 0));
    expect(estimateMean(scores(0), { clusters })?.interval?.reason).toBe('no-spread');
    expect(estimateMean(scores(4), { clusters })?.interval?.reason).toBe('few-right-or-wrong');
    // Every unit all right: 20 units count as 20 answers, and Clopper-Pearson for 20 of 20 starts at 0.025^(1/20).
    expect(estimateMean(scores(40), { clusters })?.interval?.low).toBeCloseTo(0.025 ** (1 / 20), 10);
    expect(estimateMean(scores(40), { clusters })?.interval?.high).toBe(1);
  });

  it('is undefined where nothing is known', () => {
    expect(estimateMean([])).toBeNull();
    expect(estimateMean([0.5])?.interval).toBeNull();
    expect(() => estimateMean([2])).toThrow(RangeError);
  });
});

describe('mcNemarTest()', () => {
  it('gives the exact p of statsmodels and R, and the mid-p', () => {
    for (const [gained = NaN, lost = NaN, p = NaN, midP = NaN] of SCIPY.mcnemar) {
      expectNear(mcNemarTest(gained, lost).p, p);
      expectNear(mcNemarTest(gained, lost).midP, midP);
      expectNear(mcNemarTest(lost, gained).p, p);
    }
    for (const [gained = NaN, lost = NaN, p = NaN] of rows('mcnemar'))
      expectNear(mcNemarTest(gained, lost).p, p, 1e-11);
  });

  // M. W. Fagerland, S. Lydersen and P. Laake (2013): airway reactivity, 1 against 7.
  it('gives the published p-values for 1 and 7', () => {
    expect(mcNemarTest(1, 7).p).toBeCloseTo(0.0703, 4);
    expect(mcNemarTest(1, 7).midP).toBeCloseTo(0.0391, 4);
  });

  it('finds nothing against equality without flips', () => {
    expect(mcNemarTest(0, 0)).toEqual({ p: 1, midP: 1 });
  });

  it.each([
    [-1, 2],
    [0.5, 2],
    [NaN, 2],
  ])('refuses %d and %d flips', (gained, lost) => {
    expect(() => mcNemarTest(gained, lost)).toThrow(RangeError);
  });
});

describe('tangoInterval()', () => {
  it('gives the roots of a likelihood that SciPy maximised', () => {
    for (const [gained = NaN, lost = NaN, n = NaN, level = NaN, low = NaN, high = NaN, p = NaN] of SCIPY.tango) {
      const interval = tangoInterval({ gained, lost, n }, level);
      expect(interval.low).toBeCloseTo(low, 9);
      expect(interval.high).toBeCloseTo(high, 9);
      expectNear(tangoTest({ gained, lost, n }, -0.05), p, 1e-7);
    }
  });

  // With no flip the bound solves n d / (1 - d) = z², so it is z² / (n + z²) = 3.841459 / 23.841459.
  it('has a width without flips', () => {
    const { low, high } = tangoInterval({ gained: 0, lost: 0, n: 20 });
    expect(high).toBeCloseTo(3.84145882069412 / 23.8414588206941, 12);
    expect(low).toBeCloseTo(-high, 12);
  });

  it('ends at -1 and 1', () => {
    expect(tangoInterval({ gained: 5, lost: 0, n: 5 }).high).toBe(1);
    expect(tangoInterval({ gained: 0, lost: 5, n: 5 }).low).toBe(-1);
  });

  it('refuses what is no table', () => {
    expect(() => tangoInterval({ gained: 3, lost: 3, n: 5 })).toThrow(RangeError);
    expect(() => tangoTest({ gained: 1, lost: 1, n: 5 }, 1)).toThrow(RangeError);
  });

  it('tangoTest() finds nothing where the difference is the tested one', () => {
    expect(tangoTest({ gained: 2, lost: 2, n: 9 }, 0)).toBe(0.5);
  });
});

describe('estimateDifference()', () => {
  it('gives the paired difference and standard error of R', () => {
    const [mean = NaN, error = NaN] = T;
    const estimate = estimateDifference({ baseline: A, candidate: B });
    expectNear(estimate?.difference, mean);
    expectNear(estimate?.standardError, error);
    expect(estimate).toMatchObject({ n: 12, units: 12, gained: 8, lost: 2 });
  });

  it('takes the exact McNemar test and the t interval for many flips', () => {
    const estimate = estimateDifference(pairs(700, 120, 80, 419));
    const difference = 40 / 1319;
    // s² = (200 - 40² / 1319) / 1318
    const error = Math.sqrt((200 - 1600 / 1319) / 1318 / 1319);
    expectNear(estimate?.difference, difference);
    expectNear(estimate?.standardError, error, 1e-10);
    expect(estimate?.interval).toMatchObject({ method: 'paired-t', reason: 'enough' });
    // 1.961766 is the quantile of R's qt(0.975, 1318).
    expect(estimate?.interval.low).toBeCloseTo(difference - 1.961766 * error, 6);
    expect(estimate?.interval.high).toBeCloseTo(difference + 1.961766 * error, 6);
    expect(estimate?.p.method).toBe('mcnemar-exact');
    expect(estimate?.p.value).toBeCloseTo(0.005685155996750306, 12);
  });

  it.each([
    ['few-flips', pairs(50, 3, 2, 50)],
    ['few-flips', pairs(50, 0, 0, 50)],
    ['few-units', pairs(2, 2, 1, 3)],
    ['few-right-or-wrong', pairs(500, 6, 5, 0)],
    ['no-spread', pairs(0, 20, 0, 0)],
  ])('takes the score interval and says %s', (reason, scores) => {
    const estimate = estimateDifference(scores);
    expect(estimate?.interval).toMatchObject({ method: 'tango', reason });
    expect(estimate?.interval.high).toBeGreaterThan(estimate?.interval.low ?? NaN);
  });

  it('takes the betting interval for few graded or clustered units', () => {
    const graded = estimateDifference({ baseline: [0.5, 0.25, 1], candidate: [0.75, 0.5, 1] });
    expect(graded?.interval).toMatchObject({ method: 'betting', reason: 'few-units' });
    expect(graded?.p.method).toBe('betting');
    const scores = pairs(50, 20, 10, 50);
    const clusters = scores.baseline.map((_, index) => index % 4);
    expect(estimateDifference(scores, { clusters })?.interval.method).toBe('betting');
  });

  it('counts units that differ, not items', () => {
    const scores = pairs(40, 15, 5, 40);
    const clusters = scores.baseline.map((_, index) => Math.floor(index / 5));
    expect(estimateDifference(scores)?.interval.reason).toBe('enough');
    expect(estimateDifference(scores, { clusters })?.interval.reason).toBe('few-flips');
  });

  it('takes t for p as well where scores are graded', () => {
    const baseline = Array.from({ length: 40 }, (_, index) => (index % 5) / 4);
    const candidate = baseline.map((score, index) => Math.min(1, score + (index % 3) / 8));
    const estimate = estimateDifference({ baseline, candidate });
    expect(estimate?.interval.method).toBe('paired-t');
    expect(estimate?.p.method).toBe('paired-t');
    // The p-value is below 0.05 exactly if the 95 % interval leaves 0 out.
    expect((estimate?.p.value ?? NaN) < 0.05).toBe((estimate?.interval.low ?? NaN) > 0);
  });

  it('is mirrored when the runs change places', () => {
    const mirror = (
      { baseline, candidate }: { baseline: number[]; candidate: number[] },
      clusters?: number[],
    ): void => {
      const options = clusters === undefined ? {} : { clusters };
      const forth = estimateDifference({ baseline, candidate }, options);
      const back = estimateDifference({ baseline: candidate, candidate: baseline }, options);
      expect(back?.interval.method).toBe(forth?.interval.method);
      expect(back?.interval.low).toBeCloseTo(-(forth?.interval.high ?? NaN), 10);
      expect(back?.interval.high).toBeCloseTo(-(forth?.interval.low ?? NaN), 10);
      expect(back?.p.value).toBeCloseTo(forth?.p.value ?? NaN, 12);
    };
    mirror(pairs(60, 20, 12, 60));
    mirror(pairs(60, 3, 1, 60));
    mirror(
      pairs(10, 6, 2, 6),
      Array.from({ length: 24 }, (_, index) => index % 5),
    );
  });

  it('is undefined without items, and refuses what is no pair', () => {
    expect(estimateDifference({ baseline: [], candidate: [] })).toBeNull();
    expect(() => estimateDifference({ baseline: [1], candidate: [] })).toThrow(RangeError);
    expect(() => estimateDifference({ baseline: [1], candidate: [NaN] })).toThrow(RangeError);
  });
});

describe('marginTest()', () => {
  it('gives the one-sided p-values of R', () => {
    const [, , , , , low = NaN, high = NaN] = T;
    const error = meanError(B.map((score, index) => score - (A[index] ?? NaN)));
    if (error === null) throw new Error('no error');
    const test = marginTest(error, 0.05);
    expectNear(test?.notInferior, low, 1e-10);
    expectNear(test?.notSuperior, high, 1e-10);
  });

  it('gives the two one-sided tests of statsmodels', () => {
    const { differences, margin, p, lower, upper } = SCIPY.tost;
    const error = meanError(differences);
    if (error === null) throw new Error('no error');
    const test = marginTest(error, margin);
    expectNear(test?.equivalent, p, 1e-10);
    expectNear(test?.notInferior, lower, 1e-10);
    expectNear(test?.notSuperior, upper, 1e-10);
  });

  it('is undefined without spread, and refuses a negative margin', () => {
    expect(marginTest({ mean: 0, standardError: 0, units: 5 }, 0.1)).toBeNull();
    expect(marginTest({ mean: 0, standardError: null, units: 1 }, 0.1)).toBeNull();
    expect(() => marginTest({ mean: 0, standardError: 1, units: 5 }, -0.1)).toThrow(RangeError);
  });
});
