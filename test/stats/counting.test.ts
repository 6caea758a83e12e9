import { describe, expect, it } from 'vitest';
import { majorityAtK } from '../../src/stats/majority.ts';
import { benjaminiHochberg, holm } from '../../src/stats/multiplicity.ts';
import { passAllK, passAtK } from '../../src/stats/pass-at-k.ts';
import { isImpossibleScore } from '../../src/stats/possible-score.ts';
import {
  discordanceVariance,
  minimumDetectable,
  powerOf,
  repeatedVariance,
  requiredItems,
} from '../../src/stats/power.ts';
import { rankRanges } from '../../src/stats/rank-range.ts';
import { repeatSpread } from '../../src/stats/repeats.ts';
import { expectNear, rows, SCIPY } from './reference.ts';

describe('passAtK() and passAllK()', () => {
  it('give the hypergeometric probabilities of R', () => {
    for (const [n = NaN, right = NaN, k = NaN, any = NaN, all = NaN] of rows('pass')) {
      expectNear(passAtK({ n, right }, k), any);
      expectNear(passAllK({ n, right }, k), all);
    }
  });

  it('are undefined for more answers than were recorded', () => {
    expect([passAtK({ n: 3, right: 1 }, 4), passAllK({ n: 3, right: 3 }, 4)]).toEqual([null, null]);
  });

  it('refuse what cannot be counted', () => {
    expect(() => passAtK({ n: 3, right: 4 }, 1)).toThrow(RangeError);
    expect(() => passAllK({ n: 3, right: 1 }, 0)).toThrow(RangeError);
  });
});

describe('majorityAtK()', () => {
  it('gives what counting every draw gives', () => {
    for (const [right, wrong, k, probability] of SCIPY.majority) {
      if (probability === 0) expect(majorityAtK({ right, wrong }, k)).toBe(0);
      else expectNear(majorityAtK({ right, wrong }, k), probability);
    }
  });

  // A single wrong answer: right wins with more than half, so it is a hypergeometric tail. R: 1 - phyper(50, 600, 400, 101).
  it('holds for a thousand answers', () => {
    expect(majorityAtK({ right: 600, wrong: [400] }, 101)).toBeCloseTo(0.9841573, 6);
    expect(majorityAtK({ right: 500, wrong: [500] }, 999)).toBeCloseTo(0.5, 12);
    expect(() => majorityAtK({ right: 600, wrong: [401] }, 1)).toThrow(RangeError);
  });

  it('is undefined for more answers than were recorded', () => {
    expect(majorityAtK({ right: 1, wrong: [1] }, 3)).toBeNull();
    expect(() => majorityAtK({ right: -1, wrong: [2] }, 1)).toThrow(RangeError);
  });
});

describe('repeatSpread()', () => {
  it('gives the components of R for the data of Shrout and Fleiss, whole and with gaps', () => {
    const data = [
      [9, 2, 5, 8],
      [6, 1, 3, 2],
      [8, 4, 6, 8],
      [7, 1, 2, 6],
      [10, 5, 6, 9],
      [6, 2, 4, 7],
    ];
    const gaps = [[9, 8], ...data.slice(1, 5), [6, 2, 4]];
    for (const [index, items] of [data, gaps].entries()) {
      const [within = NaN, between = NaN, intraclass = NaN] = rows('icc')[index] ?? [];
      const spread = repeatSpread(items);
      expectNear(spread.within, within);
      expectNear(spread.between, between, 1e-11);
      expectNear(spread.intraclass, intraclass, 1e-11);
    }
    // P. E. Shrout and J. L. Fleiss (1979), table 4: ICC(1,1) = .17.
    expect(repeatSpread(data).intraclass).toBeCloseTo(0.17, 2);
  });

  it('is undefined where nothing is known', () => {
    expect(repeatSpread([])).toEqual({ items: 0, samples: 0, within: null, between: null, intraclass: null });
    expect(repeatSpread([[1], [0]])).toMatchObject({ within: null, between: null, intraclass: null });
    expect(repeatSpread([[1, 0], []])).toMatchObject({ items: 1, within: 0.5, between: null });
    expect(
      repeatSpread([
        [1, 1],
        [1, 1],
      ]),
    ).toMatchObject({ within: 0, between: 0, intraclass: null });
  });
});

describe('holm() and benjaminiHochberg()', () => {
  it('give p.adjust() of R and multipletests() of statsmodels', () => {
    const table = rows('p_adjust');
    const column = (at: number): number[] => table.map((row) => row[at] ?? NaN);
    const { p, holm: byHolm, fdr_bh } = SCIPY.multipletests;
    for (const [values, first, second] of [
      [column(0), column(1), column(2)],
      [p, byHolm, fdr_bh],
    ] as const) {
      for (const [at, value] of holm(values).entries()) expectNear(value, first[at] ?? NaN);
      for (const [at, value] of benjaminiHochberg(values).entries()) expectNear(value, second[at] ?? NaN);
    }
  });

  it('leave undefined tests out of the family', () => {
    expect(holm([0.02, null, 0.03])).toEqual([0.04, null, 0.04]);
    expect(benjaminiHochberg([null, 0.5])).toEqual([null, 0.5]);
    expect(holm([])).toEqual([]);
  });

  it('refuse what is no probability', () => {
    expect(() => holm([1.5])).toThrow(RangeError);
    expect(() => benjaminiHochberg([NaN])).toThrow(RangeError);
  });
});

describe('power', () => {
  it('requiredItems() and powerOf() give statsmodels', () => {
    for (const [effect = NaN, sd = NaN, alpha = NaN, power = NaN, n = NaN, at400 = NaN] of SCIPY.power) {
      const design = { variance: sd * sd, alpha, sides: 1 } as const;
      expect(requiredItems(effect, design, power)).toBe(Math.ceil(n));
      expectNear(powerOf(effect, 400, design), at400, 1e-10);
      expectNear(minimumDetectable(n, design, power), effect, 1e-10);
    }
  });

  it('gives the numbers of Connor for flips', () => {
    for (const [difference = NaN, discordance = NaN, tail = NaN, power = NaN, n = NaN] of SCIPY.connor) {
      const variance = discordanceVariance(discordance, difference);
      const design = { variance, nullVariance: discordance, alpha: 2 * tail };
      expect(requiredItems(difference, design, power)).toBe(Math.ceil(n));
    }
  });

  // E. Miller, arXiv:2411.00640, section 5: with ω² = 1/9 and no sampling noise, 3 points need 969 questions.
  it('gives the published 969 questions', () => {
    expect(requiredItems(0.03, { variance: 1 / 9 })).toBe(969);
  });

  it('repeatedVariance() falls with repeats towards what lies between items', () => {
    const of = (a: number, b: number): number =>
      repeatedVariance({ between: 0.1, within: [0.2, 0.3], repeats: [a, b] });
    expect(of(1, 1)).toBeCloseTo(0.6, 12);
    expect(of(4, 3)).toBeCloseTo(0.25, 12);
  });

  it('needs a little less than the t test of R', () => {
    for (const [effect = NaN, sd = NaN, sides = NaN, n = NaN] of rows('power_t')) {
      const normal = requiredItems(effect, { variance: sd * sd, sides: sides === 1 ? 1 : 2 }) ?? NaN;
      expect(normal).toBeLessThanOrEqual(Math.ceil(n));
      expect(normal).toBeGreaterThan(n - 3);
    }
  });

  it('is undefined where nothing can be said', () => {
    expect(requiredItems(0, { variance: 0.1 })).toBeNull();
    expect(minimumDetectable(100, { variance: 0 })).toBeNull();
    expect(powerOf(0.1, 100, { variance: 0 })).toBeNull();
    expect(requiredItems(0.1, { variance: 0 })).toBe(1);
    expect(() => minimumDetectable(0, { variance: 1 })).toThrow(RangeError);
    expect(() => requiredItems(0.1, { variance: -1 })).toThrow(RangeError);
    expect(() => discordanceVariance(0.1, 0.2)).toThrow(RangeError);
  });
});

describe('isImpossibleScore()', () => {
  it('finds scores that no count gives', () => {
    // 19 items: 16/19 = 0.8421, 17/19 = 0.8947; nothing gives 0.85 or 0.8500.
    expect(isImpossibleScore({ value: 0.842, decimals: 3, n: 19 })).toBe(false);
    expect(isImpossibleScore({ value: 0.85, decimals: 2, n: 19 })).toBe(true);
    expect(isImpossibleScore({ value: 0.84, decimals: 2, n: 19 })).toBe(false);
  });

  it('agrees with trying every count', () => {
    for (const n of [1, 3, 7, 12, 30, 64, 101]) {
      for (const decimals of [1, 2, 3]) {
        const scale = 10 ** decimals;
        for (let printed = 0; printed <= scale; printed++) {
          const isPossible = Array.from({ length: n + 1 }, (_, k) => k).some(
            (k) => Math.abs(2 * k * scale - 2 * printed * n) <= n,
          );
          expect(isImpossibleScore({ value: printed / scale, decimals, n })).toBe(!isPossible);
        }
      }
    }
  });

  it('accepts a half rounded either way', () => {
    // 1/8 = 0.125
    expect(isImpossibleScore({ value: 0.12, decimals: 2, n: 8 })).toBe(false);
    expect(isImpossibleScore({ value: 0.13, decimals: 2, n: 8 })).toBe(false);
  });

  it('knows steps per item', () => {
    expect(isImpossibleScore({ value: 0.55, decimals: 2, n: 5 })).toBe(true);
    expect(isImpossibleScore({ value: 0.55, decimals: 2, n: 5, steps: 4 })).toBe(false);
  });

  it('refuses what is no printed score', () => {
    expect(() => isImpossibleScore({ value: 0.125, decimals: 2, n: 8 })).toThrow(RangeError);
    expect(() => isImpossibleScore({ value: 85.7, decimals: 1, n: 8 })).toThrow(RangeError);
    expect(() => isImpossibleScore({ value: NaN, decimals: 1, n: 8 })).toThrow(RangeError);
    expect(() => isImpossibleScore({ value: 0.5, decimals: 1, n: 0 })).toThrow(RangeError);
  });
});

describe('rankRanges()', () => {
  it('lets those share ranks that cannot be told apart', () => {
    // 0 beats 2 and 3, 1 beats 3, everything else is open.
    const better = new Set(['0>2', '0>3', '1>3']);
    expect(rankRanges(4, (a, b) => better.has(`${a}>${b}`))).toEqual([
      { best: 1, worst: 2 },
      { best: 1, worst: 3 },
      { best: 2, worst: 4 },
      { best: 3, worst: 4 },
    ]);
    expect(rankRanges(0, () => true)).toEqual([]);
  });
});
