import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bettingInterval, bettingTest, STAKES } from '../../src/stats/betting.ts';
import { createSequentialTest, type ExactScore } from '../../src/stats/sequential.ts';
import { SCIPY } from './reference.ts';
import { pairsOf, RIGHT, WRONG } from './worlds.ts';

describe('createSequentialTest()', () => {
  // By hand, for one lost item with margin 0: every gambler for "regressed" wins his stake, the others lose theirs. The stakes
  // are (1 + 3/2 + 2 + 3 + 4 + 6 + 8 + 12 + 16 + 24 + 32 + 48) / 64 = 157.5 / 64 in sum.
  it('pays the stakes', () => {
    const look = createSequentialTest({ margin: 0, alpha: 0.05 }).add(WRONG, RIGHT);
    expect(look.forRegressed).toBe(1 + 157.5 / 64 / 12);
    expect(look.forPass).toBe(1 - 157.5 / 64 / 12);
  });

  it('counts items without difference for pass, by the margin', () => {
    const look = createSequentialTest({ margin: 0.5, alpha: 0.05 }).add(RIGHT, RIGHT);
    // The gain is 0.5 of at most 1 - 0.5 on one side, -0.5 of at most 1 + 0.5 on the other.
    expect(look.forPass).toBe(1 + 157.5 / 64 / 12);
    expect(look.forRegressed).toBeCloseTo(1 - 157.5 / 64 / 12 / 3, 15);
  });

  it('has the stakes that are written down', () => {
    expect(STAKES.map((stake) => stake * 64)).toEqual([1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48]);
  });

  it('keeps its first decision', () => {
    const test = createSequentialTest({ margin: 0, alpha: 0.05 });
    while (test.decide() === 'undecided') test.add(WRONG, RIGHT);
    const { decidedAt } = test.look();
    expect(test.decide()).toBe('regressed');
    for (let pair = 0; pair < 500; pair++) test.add(RIGHT, WRONG);
    expect(test.look()).toMatchObject({ decision: 'regressed', decidedAt });
    expect(test.look().forPass).toBeGreaterThan(20);
  });

  it('stops where the capital reaches 1 / alpha, and not before', () => {
    const test = createSequentialTest({ margin: 0.02, alpha: 0.01 });
    let before = 1;
    while (test.decide() === 'undecided') {
      before = test.look().forPass;
      test.add(RIGHT, WRONG);
    }
    expect(before).toBeLessThan(100);
    expect(test.look().forPass).toBeGreaterThanOrEqual(100);
    expect(test.look().decidedAt).toBe(test.look().pairs);
  });

  // Exact bits of the statistic: another machine, engine or arithmetic would show here, and in every verifier.
  it('gives the same bits at every look', () => {
    const test = createSequentialTest({ margin: 0.02, alpha: 0.05 });
    const hash = createHash('sha256');
    let pair = 0;
    for (const [candidate, baseline] of pairsOf({ discordance: 0.3, difference: 0 }, 'bits')) {
      const graded: ExactScore = { num: pair % 4, den: 3 };
      const look = test.add(pair % 5 === 0 ? graded : candidate, baseline);
      hash.update(Float64Array.of(look.forPass, look.forRegressed));
      if (++pair === 1000) break;
    }
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"81239a8f4c25a1b8bca2222a5eda1bb92f5f306a3e073e403bed4225c0e9aba1"`,
    );
  });

  it('gives the bits that Python gives', () => {
    const { margin, looks } = SCIPY.sequential;
    const test = createSequentialTest({ margin, alpha: 0.05 });
    const seen = new Map<number, readonly number[]>();
    for (let index = 0; index < 1000; index++) {
      const look = test.add({ num: (index * index) % 4, den: 3 }, { num: (index * 5) % 3, den: 2 });
      seen.set(look.pairs, [look.pairs, look.forPass, look.forRegressed]);
    }
    for (const row of looks) expect(seen.get(row[0] ?? NaN)).toEqual(row);
  });

  it('takes graded scores as exact fractions', () => {
    const thirds = createSequentialTest({ margin: 0, alpha: 0.05 }).add({ num: 2, den: 3 }, { num: 1, den: 3 });
    const sixths = createSequentialTest({ margin: 0, alpha: 0.05 }).add({ num: 5, den: 6 }, { num: 3, den: 6 });
    expect(thirds).toEqual(sixths);
  });

  it.each([
    [{ margin: -0.1, alpha: 0.05 }],
    [{ margin: 1, alpha: 0.05 }],
    [{ margin: NaN, alpha: 0.05 }],
    [{ margin: 0, alpha: 0 }],
    [{ margin: 0, alpha: 1 }],
  ])('refuses the rule %o', (rule) => {
    expect(() => createSequentialTest(rule)).toThrow(RangeError);
  });

  it.each([
    [{ num: 2, den: 1 }],
    [{ num: -1, den: 1 }],
    [{ num: 0, den: 0 }],
    [{ num: NaN, den: 1 }],
    [{ num: 1, den: 2 ** 52 }],
  ])('refuses the score %o', (score) => {
    expect(() => createSequentialTest({ margin: 0, alpha: 0.05 }).add(score, { num: 1, den: 1000 })).toThrow(
      RangeError,
    );
  });
});

describe('bettingInterval()', () => {
  // Ten values of 1 within [0, 1]: a gambler against "the mean is at most m" has (1 + stake (1 - m) / m)^10. The
  // mean of these capitals is 40 at m = 0.484913848809 (R: uniroot() of mean((1 + s * (1 - m) / m)^10) - 40 with the stakes s above).
  it('solves for the mean at which the capital is 2 / alpha', () => {
    const interval = bettingInterval(
      Array.from({ length: 10 }, () => 1),
      { bounds: { low: 0, high: 1 } },
    );
    expect(interval?.high).toBe(1);
    expect(interval?.low).toBeCloseTo(0.484913848809, 9);
  });

  it('agrees with the decisions of the sequential test at level 1 - 2 alpha', () => {
    for (const difference of [-0.12, 0.1]) {
      const values: number[] = [];
      const test = createSequentialTest({ margin: 0.02, alpha: 0.05 });
      for (const [candidate, baseline] of pairsOf({ discordance: 0.3, difference }, 'agree')) {
        const look = test.add(candidate, baseline);
        values.push(candidate.num - baseline.num);
        const { low, high } = bettingInterval(values, { level: 0.9 }) ?? { low: NaN, high: NaN };
        expect(low > -0.02).toBe(look.decision === 'pass');
        expect(high < -0.02).toBe(look.decision === 'regressed');
        if (look.decision !== 'undecided') break;
      }
    }
  });

  it('does not depend on the order of the values', () => {
    const values = Array.from({ length: 50 }, (_, index) => ((index * 7) % 11) / 11 - 0.3);
    expect(bettingInterval(values.toReversed())).toEqual(bettingInterval(values));
  });

  it('covers nearly everything for a single value, and is undefined for none', () => {
    const interval = bettingInterval([0.2]);
    expect(interval?.low).toBeLessThan(-0.9);
    expect(interval?.high).toBeGreaterThan(0.9);
    expect(bettingInterval([])).toBeNull();
    expect(bettingTest([], 0)).toBeNull();
  });

  it('refuses values outside of their bounds', () => {
    expect(() => bettingInterval([1.5])).toThrow(RangeError);
    expect(() => bettingInterval([NaN])).toThrow(RangeError);
  });

  it('counts a cluster once', () => {
    const values = [1, 1, 1, 1, 1, 1];
    const clusters = ['a', 'a', 'a', 'b', 'b', 'b'];
    expect(bettingInterval(values, { clusters })).toEqual(bettingInterval([1, 1]));
    expect(bettingTest(values, 0, { clusters })).toBe(bettingTest([1, 1], 0));
  });

  it('bettingTest() falls below 0.05 exactly where the interval leaves the claim out', () => {
    const values = [...Array.from({ length: 30 }, () => 1), ...Array.from({ length: 70 }, () => 0)];
    const { low } = bettingInterval(values) ?? { low: NaN };
    expect(bettingTest(values, low - 1e-6)).toBeLessThan(0.05);
    expect(bettingTest(values, low + 1e-6)).toBeGreaterThan(0.05);
    expect(bettingTest([0, 0], 0)).toBe(1);
  });
});
