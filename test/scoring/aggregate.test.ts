import { describe, expect, it } from 'vitest';
import { createAggregator, type MeanResult, type ScoreFacts } from '../../src/scoring/aggregate.ts';
import type { UnscoredReason } from '../../src/transcript/record.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

const score = (index: number, num: number, den = 1, repeat = 0): ScoreFacts => ({ index, repeat, num, den });
const unscored = (index: number, reason: UnscoredReason, repeat = 0): ScoreFacts => ({
  index,
  repeat,
  unscored: reason,
});

function mean(facts: readonly ScoreFacts[], repeats = 1): MeanResult | null {
  const aggregator = createAggregator(repeats, UNSCORED_POLICY);
  for (const fact of facts) aggregator.add(fact);
  return aggregator.result('mean/1') as MeanResult | null;
}

describe('createAggregator()', () => {
  it('gives accuracy with a Wilson interval for single right-or-wrong answers', () => {
    // Newcombe 1998, table I: 1 of 29.
    const facts = Array.from({ length: 29 }, (_, index) => score(index, index === 3 ? 1 : 0));
    expect(mean(facts)).toEqual({
      metric: 'accuracy',
      n: 29,
      scored: 29,
      unscored: {},
      num: 1,
      den: 29,
      value: '0.034483',
      bounds: { low: '0.034483', high: '0.034483' },
      interval: {
        level: '0.95',
        method: 'wilson',
        low: expect.stringMatching(/^0\.0061/),
        high: expect.stringMatching(/^0\.1717[5-9]/),
      },
    });
  });

  it('counts an unscored sample as the suite says, and gives both bounds', () => {
    const facts = [
      score(0, 1),
      score(1, 1),
      score(2, 0),
      unscored(3, 'truncated'),
      unscored(4, 'timeout'),
      unscored(5, 'timeout'),
    ];
    expect(mean(facts)).toMatchObject({
      n: 4,
      scored: 3,
      unscored: { truncated: 1, timeout: 2 },
      num: 2,
      den: 4,
      value: '0.500000',
      bounds: { low: '0.333333', high: '0.833333' },
    });
  });

  it('has no mean where nothing counts', () => {
    expect(mean([])).toEqual({ metric: 'accuracy', n: 0, scored: 0, unscored: {} });
    expect(mean([unscored(0, 'timeout')])).toEqual({
      metric: 'accuracy',
      n: 0,
      scored: 0,
      unscored: { timeout: 1 },
      bounds: { low: '0.000000', high: '1.000000' },
    });
  });

  it('adds fractions exactly, with a t interval', () => {
    // Scores 1/3, 1/2, 1: mean 11/18, s² = 13/108, so the error is sqrt(13/324) = 0.200308 and t(2) = 4.302653.
    const result = mean([score(0, 1, 3), score(1, 1, 2), score(2, 1)]);
    expect(result).toMatchObject({ metric: 'mean_score', num: 11, den: 18, value: '0.611111' });
    expect(result?.interval).toEqual({ level: '0.95', method: 't', low: '0.000000', high: '1.000000' });
    const many = mean(Array.from({ length: 300 }, (_, index) => score(index, 1, [3, 2, 1][index % 3])));
    // 100 of each: sum of squares 100 × 13/54, so the error is sqrt(1300/54/299/300) = 0.016382 and t(299) = 1.967930.
    expect(many?.interval).toEqual({ level: '0.95', method: 't', low: '0.578872', high: '0.643351' });
  });

  it('takes the item as the unit where items are asked several times', () => {
    // Item sums 2, 0, 1 of 2: mean 1/2, Σ(S - 2m)² = 2, error sqrt(2 × 3/2)/6 = 0.288675, t(2) = 4.302653.
    const facts = [score(0, 1), score(0, 1, 1, 1), score(1, 0), score(1, 0, 1, 1), score(2, 1), score(2, 0, 1, 1)];
    const result = mean(facts, 2);
    expect(result).toMatchObject({
      metric: 'accuracy',
      n: 6,
      num: 3,
      den: 6,
      interval: { method: 't', low: '0.000000', high: '1.000000' },
    });
  });

  it('does not take equal scores for certainty', () => {
    const facts = [0, 1, 2].flatMap((index) => [score(index, 1), score(index, 1, 1, 1)]);
    // Wilson for 3 of 3: low = 1/(1 + z²/3).
    expect(mean(facts, 2)?.interval).toEqual({ level: '0.95', method: 'wilson', low: '0.438503', high: '1.000000' });
  });

  it('has no interval for one item', () => {
    expect(mean([score(0, 1), score(0, 0, 1, 1)], 2)?.interval).toBeUndefined();
    expect(mean([score(0, 1, 2)])?.interval).toBeUndefined();
  });

  it('gives the same result in any order', () => {
    const facts = Array.from({ length: 2500 }, (_, i) => score(i % 500, i % 7, 7 + (i % 5), Math.floor(i / 500)));
    const shuffled = facts.toSorted(
      (a, b) => ((a.index * 7919 + a.repeat * 31) % 977) - ((b.index * 7919 + b.repeat * 31) % 977),
    );
    expect(mean(shuffled, 5)).toEqual(mean(facts, 5));
    const single = facts.filter(({ repeat }) => repeat === 0);
    expect(mean(single.toReversed())).toEqual(mean(single));
  });

  it('takes no more memory for the last item of the largest suite', () => {
    const few = [score(1, 1), score(2, 0), score(2, 1, 1, 1)];
    const moved = few.map((fact) => ({ ...fact, index: fact.index + 999_990 }));
    expect(mean(moved, 1000)).toEqual(mean(few, 1000));
    expect(mean(moved, 100_000)).toEqual(mean(few, 100_000));
  });

  it('leaves the fraction out where it is not a safe integer', () => {
    const primes = [997, 991, 983, 977, 971, 967];
    const result = mean(primes.map((den, index) => score(index, 1, den)));
    expect(result?.num).toBeUndefined();
    expect(result?.value).toBe('0.001019');
  });

  it('does not know another metric', () => {
    expect(createAggregator(1, UNSCORED_POLICY).result('mean/2')).toBeNull();
  });

  it.each([
    ['a denominator out of bounds', score(0, 1, 1001)],
    ['more than everything', score(0, 2, 1)],
    ['a repeat that was not planned', score(0, 1, 1, 1)],
    ['an index beyond every suite', score(1_000_000, 1)],
    ['a negative index', score(-1, 1)],
  ])('refuses %s', (_, fact) => {
    expect(() => createAggregator(1, UNSCORED_POLICY).add(fact)).toThrow(RangeError);
  });
});
