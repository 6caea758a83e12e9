import { describe, expect, it } from 'vitest';
import { chiSquareTail } from '../../src/stats/chi-square.ts';
import { expectNear, rows } from './reference.ts';

describe('chiSquareTail()', () => {
  it('gives pchisq() of R', () => {
    for (const [degrees = NaN, x = NaN, tail = NaN] of rows('pchisq'))
      expectNear(chiSquareTail(x, degrees), tail, 1e-12);
  });

  it.each([
    [-1, 3],
    [NaN, 3],
    [1, 0],
    [1, 2.5],
  ])('refuses %d with %d degrees', (x, degrees) => {
    expect(() => chiSquareTail(x, degrees)).toThrow(RangeError);
  });
});
