import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pairedBootstrap } from '../../src/stats/bootstrap.ts';
import { mcNemarTest } from '../../src/stats/mcnemar.ts';
import { pairedPermutation } from '../../src/stats/permutation.ts';
import { randomBelow, seededRandom, shuffled } from '../../src/stats/random.ts';
import { SCIPY } from './reference.ts';

const seed = (text: string): Uint8Array => createHash('sha256').update(text).digest();

function flips(gained: number, lost: number, n: number): number[] {
  return Array.from({ length: n }, (_, index) => {
    if (index < gained) return 1;
    return index < gained + lost ? -1 : 0;
  });
}

describe('seededRandom()', () => {
  // Outputs of the C reference of Blackman and Vigna for the state 1, 2, 3, 4 (xoshiro128** 1.1), as also quoted by other
  // implementations of it.
  it('is xoshiro128**', () => {
    const state = new Uint8Array(32);
    new Uint32Array(state.buffer).set([1, 2, 3, 4]);
    const random = seededRandom(state);
    expect(Array.from({ length: 10 }, () => random())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('takes both halves of the seed', () => {
    const swapped = new Uint8Array(32);
    new Uint32Array(swapped.buffer).set([0, 0, 0, 0, 1, 2, 3, 4]);
    expect(seededRandom(swapped)()).toBe(11520);
  });

  it('does not get stuck on a seed of zeros', () => {
    const random = seededRandom(new Uint8Array(32));
    expect(new Set(Array.from({ length: 20 }, () => random())).size).toBeGreaterThan(10);
  });

  it('refuses a seed of another length', () => {
    expect(() => seededRandom(new Uint8Array(16))).toThrow(RangeError);
  });
});

describe('randomBelow()', () => {
  it('gives every number equally often', () => {
    const random = seededRandom(seed('below'));
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 70_000; draw++) {
      const value = randomBelow(random, 7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 99.9 % quantile of chi-squared with 6 degrees of freedom is 22.458 (R: qchisq(0.999, 6)).
    expect(chi).toBeLessThan(22.458);
  });

  // 2^32 = 3 · 1,431,655,765 + 1: one word is too many, and it is 0, whose product leaves the remainder 0.
  it('drops the words that are too many', () => {
    const words = [0, 2 ** 32 - 1];
    expect(randomBelow(() => words.shift() ?? 0, 3)).toBe(2);
    expect(words).toEqual([]);
    expect(randomBelow(() => 0, 4)).toBe(0);
  });

  it.each([0, 2 ** 21 + 1, NaN])('refuses the bound %d', (bound) => {
    expect(() => randomBelow(() => 0, bound)).toThrow(RangeError);
  });
});

describe('shuffled()', () => {
  it('keeps every item and gives every order', () => {
    const random = seededRandom(seed('shuffle'));
    const orders = Array.from({ length: 600 }, () => shuffled(['a', 'b', 'c'], random).join(''));
    for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
      const times = orders.filter((other) => other === order).length;
      // Binomial with mean 100 and standard deviation 9.1.
      expect(Math.abs(times - 100)).toBeLessThan(37);
    }
  });
});

describe('pairedBootstrap()', () => {
  it('agrees with SciPy up to resampling error', () => {
    const { gained, lost, n, low, high } = SCIPY.bootstrap;
    const interval = pairedBootstrap(flips(gained, lost, n), { seed: seed('bootstrap') });
    // The mean moves in steps of 0.005.
    expect(Math.abs((interval?.low ?? NaN) - low)).toBeLessThan(0.0051);
    expect(Math.abs((interval?.high ?? NaN) - high)).toBeLessThan(0.0051);
  });

  it('is the same for the same seed, and another for another', () => {
    const differences = [0.1, 0.25, -0.3, 0.7, 0, 0.05, -0.2];
    const first = pairedBootstrap(differences, { seed: seed('a'), resamples: 499 });
    expect(pairedBootstrap(differences, { seed: seed('a'), resamples: 499 })).toEqual(first);
    expect(pairedBootstrap(differences, { seed: seed('b'), resamples: 499 })).not.toEqual(first);
  });

  it('draws clusters whole', () => {
    const differences = flips(50, 0, 100);
    const options = { seed: seed('clusters'), resamples: 999 };
    const alone = pairedBootstrap(differences, options);
    const clusters = differences.map((_, index) => Math.floor(index / 10));
    const whole = pairedBootstrap(differences, { ...options, clusters });
    // Clusters of ten equal differences leave a tenth of the information, so the interval is about √10 as wide.
    const ratio = ((whole?.high ?? 0) - (whole?.low ?? 0)) / ((alone?.high ?? 0) - (alone?.low ?? 0));
    expect(ratio).toBeGreaterThan(2.6);
    expect(ratio).toBeLessThan(3.8);
  });

  it('is undefined where nothing is known', () => {
    expect(pairedBootstrap([], { seed: seed('') })).toBeNull();
    expect(pairedBootstrap([1], { seed: seed('') })).toBeNull();
    expect(pairedBootstrap([0, 0, 0], { seed: seed(''), resamples: 39 })).toBeNull();
  });
});

describe('pairedPermutation()', () => {
  it('gives the exact p of SciPy', () => {
    const { differences, p } = SCIPY.permutation;
    const test = pairedPermutation(differences, { seed: seed('') });
    expect(test).toEqual({ p, permutations: 256, isExact: true });
  });

  it('is the exact McNemar test for right-or-wrong scores', () => {
    expect(pairedPermutation(flips(9, 3, 50), { seed: seed('') })?.p).toBeCloseTo(mcNemarTest(9, 3).p, 12);
  });

  it('comes near the exact p by random signs', () => {
    const test = pairedPermutation(flips(25, 10, 500), { seed: seed('random') });
    expect(test).toMatchObject({ permutations: 9999, isExact: false });
    // 0.016673847800120715 (R: binom.test(10, 35)); the standard error of 9,999 draws is 0.0013.
    expect(Math.abs((test?.p ?? NaN) - 0.016673847800120715)).toBeLessThan(0.004);
  });

  it('never gives 0', () => {
    expect(pairedPermutation(flips(200, 0, 200), { seed: seed('never'), permutations: 99 })?.p).toBe(0.01);
  });

  it('flips the signs of a cluster together', () => {
    const differences = [1, 1, 1, 1];
    expect(pairedPermutation(differences, { seed: seed('') })?.p).toBe(2 / 16);
    expect(pairedPermutation(differences, { seed: seed(''), clusters: ['a', 'a', 'b', 'b'] })?.p).toBe(2 / 4);
  });

  it('is 1 without any difference, and undefined without items', () => {
    expect(pairedPermutation([0, 0], { seed: seed('') })?.p).toBe(1);
    expect(pairedPermutation([], { seed: seed('') })).toBeNull();
  });
});
