import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { createCompactRange } from '../../src/core/compact-range.ts';
import { emptyRoot, leafHash, rootOf } from '../../src/core/merkle.ts';

const leaves = Array.from({ length: 130 }, (_, i) => leafHash(`record ${i}`));

describe('createCompactRange()', () => {
  it('has the root of the whole tree after every leaf', () => {
    const range = createCompactRange();
    expect(range.root()).toEqual(emptyRoot());
    for (const [index, leaf] of leaves.entries()) {
      range.append(leaf);
      expect(range.size).toBe(index + 1);
      expect(range.root()).toEqual(rootOf(leaves.slice(0, index + 1)));
    }
  });

  it('clone() is independent of the original', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (before, after) => {
        const range = createCompactRange();
        for (const leaf of leaves.slice(0, before)) range.append(leaf);
        const copy = range.clone();
        for (const leaf of leaves.slice(before, before + after)) copy.append(leaf);
        expect(range.root()).toEqual(rootOf(leaves.slice(0, before)));
        expect(copy.root()).toEqual(rootOf(leaves.slice(0, before + after)));
        expect([range.size, copy.size]).toEqual([before, before + after]);
      }),
    );
  });

  it('rejects what is no hash', () => {
    expect(() => createCompactRange().append(new Uint8Array(31))).toThrow(RangeError);
  });
});
