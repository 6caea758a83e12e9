import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { selectIndices, type SelectionRule } from '../../src/transcript/selection.ts';
import { vectors } from '../vectors.ts';

interface SelectVector {
  readonly op: string;
  readonly size: number;
  readonly rule: SelectionRule;
  readonly want: readonly number[];
}

describe('selectIndices()', () => {
  const cases = vectors<SelectVector>('transcript').filter(({ vector }) => vector.op === 'select');
  it.each(cases)('draws $name', ({ vector }) => {
    expect(selectIndices(vector.rule, vector.size)).toEqual(vector.want);
  });

  it('gives ascending indices of the suite, as many as asked, and a larger limit only adds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.string(),
        (size, limit, seed) => {
          const drawn = selectIndices({ kind: 'seeded', limit, seed }, size);
          const more = new Set(selectIndices({ kind: 'seeded', limit: limit + 1, seed }, size));
          expect(drawn).toHaveLength(Math.min(limit, size));
          expect(drawn).toEqual([...new Set(drawn)].toSorted((a, b) => a - b));
          expect(drawn.every((index) => index >= 0 && index < size && more.has(index))).toBe(true);
        },
      ),
    );
  });

  it('draws each item about equally often over many seeds', () => {
    const times = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 2000; seed++) {
      for (const index of selectIndices({ kind: 'seeded', limit: 3, seed: `${seed}` }, 10))
        times[index] = (times[index] ?? 0) + 1;
    }
    // 600 expected, standard deviation √(2000 · 0.3 · 0.7) ≈ 20.5: within five of them.
    expect(times.every((count) => Math.abs(count - 600) < 103)).toBe(true);
  });
});
