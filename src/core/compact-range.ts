/**
 * The right border of a growing Merkle tree: enough to append leaves and to know the root, in at most 64 hashes.
 *
 * It gives the same roots as `rootOf` over all leaves without keeping them.
 */
import { emptyRoot, nodeHash } from './merkle.ts';

/** An append-only accumulator of leaf hashes. */
export interface CompactRange {
  /** Number of leaves appended so far. */
  readonly size: number;
  /** Add one 32-byte leaf hash. The hash is kept, so the caller must not change it. */
  append(leaf: Uint8Array): void;
  /** The root of the tree over all leaves so far. */
  root(): Uint8Array;
  /** An independent copy. */
  clone(): CompactRange;
}

/** An accumulator without leaves. */
export function createCompactRange(): CompactRange {
  return rangeOf(0, []);
}

// `border[h]` is the root of the perfect subtree of 2^h leaves on the right border, where the size has bit h set.
function rangeOf(leafCount: number, border: (Uint8Array | null)[]): CompactRange {
  let size = leafCount;
  return {
    get size() {
      return size;
    },
    append(leaf) {
      if (leaf.length !== 32) throw new RangeError(`a leaf hash has 32 bytes, got ${leaf.length}`);
      let node = leaf;
      let height = 0;
      // Two perfect subtrees of one height make one of the next, as a carry does in binary addition.
      for (let left = border[0]; left; left = border[++height]) {
        node = nodeHash(left, node);
        border[height] = null;
      }
      border[height] = node;
      size++;
    },
    root() {
      let root: Uint8Array | null = null;
      for (const left of border) if (left) root = root ? nodeHash(left, root) : left;
      return root ?? emptyRoot();
    },
    clone: () => rangeOf(size, [...border]),
  };
}
