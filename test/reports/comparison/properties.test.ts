/** What holds for any runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparedPair, Comparison } from '../../../src/reports/comparison/model.ts';
import { compareRuns } from '../../../src/reports/comparison/compare-runs.ts';
import { comparable, written } from './runs.ts';

const scores = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('0', '1', '1', 'h', 'x', '-'), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

const two = fc.integer({ min: 1, max: 40 }).chain((length) => fc.tuple(scores(length), scores(length)));

const negated = (text: string): string => (-Number(text)).toFixed(6).replace('-0.000000', '0.000000');

function pairOf({ suites }: Comparison): ComparedPair {
  const pair = suites[0]?.pairs[0];
  if (pair === undefined) throw new Error('no pair');
  return pair;
}

function expectMirrored(mirrored: ComparedPair, pair: ComparedPair): void {
  expect(mirrored.n).toBe(pair.n);
  expect([mirrored.flips.gained, mirrored.flips.lost]).toEqual([pair.flips.lost, pair.flips.gained]);
  expect(mirrored.bounds?.least).toBe(negated(pair.bounds?.most ?? ''));
  expect(mirrored.difference === null).toBe(pair.difference === null);
  if (!pair.difference || !mirrored.difference) return;
  expect(mirrored.difference.value).toBe(negated(pair.difference.value));
  expect(Number(mirrored.difference.interval.low)).toBeCloseTo(-Number(pair.difference.interval.high), 5);
  expect(Number(mirrored.difference.p.value)).toBeCloseTo(Number(pair.difference.p.value), 9);
}

describe('compareRuns()', () => {
  it('turns its signs around with the order of two runs, and nothing else', () => {
    fc.assert(
      fc.property(two, ([first, second]) => {
        const [a, b] = [written(first, { name: 'a' }), written(second, { name: 'b' })];
        const [there, back] = [comparable(compareRuns([a, b])), comparable(compareRuns([b, a]))];
        expect(back.terms.seed).toBe(there.terms.seed);
        expect(back.suites[0]?.leaderboard.rows).toEqual(there.suites[0]?.leaderboard.rows);
        expectMirrored(pairOf(back), pairOf(there));
      }),
    );
  });

  it('finds nothing between a run and its like', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }).chain(scores), (same) => {
        const model = comparable(compareRuns([written(same), written(same, { name: 'b' })]));
        const pair = model.suites[0]?.pairs[0];
        expect(pair?.flips).toEqual({ gained: 0, lost: 0, items: [] });
        if (pair?.difference) {
          expect(pair.difference).toMatchObject({ value: '0.000000', p: { value: '1.00000' }, verdict: 'undecided' });
          expect(Number(pair.difference.interval.low)).toBeLessThan(0);
          expect(Number(pair.difference.interval.high)).toBeGreaterThan(0);
        }
        expect(model.suites[0]?.leaderboard.rows.every(({ rank }) => rank.best === 1 && rank.worst === 2)).toBe(true);
      }),
    );
  });

  it('does not depend on the order of the other runs, nor of the samples', () => {
    fc.assert(
      fc.property(two, scores(40), ([first, second], more) => {
        const third = more.slice(0, first.length);
        const runs = [written(first), written(second, { name: 'b' }), written(third, { name: 'c' })];
        const [a, b, c] = runs;
        if (!a || !b || !c) throw new Error('three runs');
        const model = comparable(compareRuns([a, b, c]));
        const other = comparable(compareRuns([a, c, b]));
        const byName = (all: typeof model): unknown =>
          all.suites[0]?.pairs.toSorted((p, q) => (p.name < q.name ? -1 : 1));
        expect(byName(other)).toEqual(byName(model));
      }),
    );
  });

  it('has its difference within its bounds', () => {
    fc.assert(
      fc.property(two, ([first, second]) => {
        const pair = comparable(compareRuns([written(first), written(second, { name: 'b' })])).suites[0]?.pairs[0];
        const { all_wrong: wrong, all_right: right, least, most } = pair?.bounds ?? {};
        for (const between of [wrong, right]) {
          expect(Number(between)).toBeGreaterThanOrEqual(Number(least));
          expect(Number(between)).toBeLessThanOrEqual(Number(most));
        }
      }),
    );
  });
});
