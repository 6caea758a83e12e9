import { describe, expect, it } from 'vitest';
import { createSpread } from '../../src/scoring/spread.ts';

const SCORE = { num: 1, den: 1 };

describe('createSpread()', () => {
  it.each([2, 3, 700, 1024, 5000])('adds up items of %i repeats, wherever the edge of a page is', (repeats) => {
    const spread = createSpread(repeats);
    const items = 5;
    // Item i has i right answers, the others are wrong: so its sum is i, and its distance i - repeats × mean.
    for (let index = items - 1; index >= 0; index--) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        spread.add(index, repeat, { num: repeat < Math.min(index, repeats) ? 1 : 0, den: 1 });
      }
    }
    const sums = [0, 1, 2, 3, 4].map((right) => Math.min(right, repeats));
    expect(spread.sums(0)).toEqual({ items, squares: sums.reduce((total, sum) => total + sum * sum, 0) });
  });

  it('passes over samples and items that do not count', () => {
    const spread = createSpread(3);
    spread.add(0, 1, SCORE);
    spread.add(900_000, 2, SCORE);
    expect(spread.sums(0.25)).toEqual({ items: 2, squares: 2 * 0.75 * 0.75 });
  });

  it('takes little memory for few samples of a plan with very many repeats', () => {
    const before = process.memoryUsage().arrayBuffers;
    const spread = createSpread(100_000);
    for (let index = 0; index < 4000; index++) spread.add(index, 0, SCORE);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(spread.sums(0).items).toBe(4000);
  });
});
