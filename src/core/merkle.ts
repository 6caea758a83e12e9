/**
 * Merkle trees of RFC 6962: roots, inclusion proofs and consistency proofs.
 *
 * `prove*` makes a proof from leaf hashes, `check*` throws unless a proof leads to the given root. The length of a proof
 * is checked exactly before anything is hashed. Sizes and indices are 64-bit: checks take them as bigint too.
 */
import { encodeHex, equalBytes } from './bytes.ts';
import { VerificationError } from './errors.ts';
import { sha256 } from './sha256.ts';

const HASH_BYTES = 32;

/** The root of a tree without leaves: SHA-256 of nothing. @see RFC 6962 §2.1 */
export function emptyRoot(): Uint8Array {
  return sha256('');
}

/** SHA-256(0x00 ‖ record): the hash of one leaf. @see RFC 6962 §2.1 */
export function leafHash(record: Uint8Array | string): Uint8Array {
  if (typeof record === 'string') return sha256(`\0${record}`);
  const prefixed = new Uint8Array(record.length + 1);
  prefixed.set(record, 1);
  return sha256(prefixed);
}

// One buffer for all node hashes: an allocation of this size would cost more than the hash.
const nodeInput = Uint8Array.of(1, ...new Uint8Array(2 * HASH_BYTES));

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node. @see RFC 6962 §2.1 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

/** The root of the tree with the given leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length === 0 ? emptyRoot() : subtreeRoot(leaves, 0, leaves.length);
}

// The root over leaves[from, to). Requires from < to.
function subtreeRoot(leaves: readonly Uint8Array[], from: number, to: number): Uint8Array {
  if (to - from === 1) return leafAt(leaves, from);
  const middle = from + splitPoint(to - from);
  return nodeHash(subtreeRoot(leaves, from, middle), subtreeRoot(leaves, middle, to));
}

function leafAt(leaves: readonly Uint8Array[], index: number): Uint8Array {
  const leaf = leaves[index];
  if (leaf?.length !== HASH_BYTES) throw new RangeError(`leaf ${index} is not a ${HASH_BYTES}-byte hash`);
  return leaf;
}

// The largest power of two smaller than size. Requires size >= 2.
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/**
 * The hashes that lead from one leaf to the root, lowest first.
 *
 * @param leaves - All leaf hashes of the tree.
 * @param index - Zero-based, `0 <= index < leaves.length`.
 * @see RFC 6962 §2.1.1
 */
export function proveInclusion(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!(Number.isInteger(index) && index >= 0 && index < leaves.length)) {
    throw new RangeError(`no leaf ${index} in a tree of ${leaves.length}`);
  }
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  while (to - from > 1) {
    const middle = from + splitPoint(to - from);
    proof.push(index < middle ? subtreeRoot(leaves, middle, to) : subtreeRoot(leaves, from, middle));
    if (index < middle) to = middle;
    else from = middle;
  }
  return proof.toReversed();
}

/**
 * The hashes that show that a tree is the beginning of a larger one.
 *
 * @param leaves - All leaf hashes of the larger tree.
 * @param size - Leaves in the smaller tree, `1 <= size <= leaves.length`.
 * @see RFC 6962 §2.1.2
 */
export function proveConsistency(leaves: readonly Uint8Array[], size: number): Uint8Array[] {
  if (!(Number.isInteger(size) && size >= 1 && size <= leaves.length)) {
    throw new RangeError(`no prefix of ${size} in a tree of ${leaves.length}`);
  }
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  while (size < to) {
    const middle = from + splitPoint(to - from);
    proof.push(size <= middle ? subtreeRoot(leaves, middle, to) : subtreeRoot(leaves, from, middle));
    if (size <= middle) to = middle;
    else from = middle;
  }
  // The verifier knows the smaller root itself, so it is left out when it is the subtree that remains.
  if (from > 0) proof.push(subtreeRoot(leaves, from, to));
  return proof.toReversed();
}

/** A claim that a leaf is in a tree. */
export interface InclusionClaim {
  /** Zero-based. */
  readonly index: number | bigint;
  readonly size: number | bigint;
  /** A leaf hash ({@link leafHash}), not the record itself. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/**
 * Check that a leaf is in the tree with the given size and root.
 *
 * @throws {@link VerificationError} `ERR_PROOF_RANGE` unless 0 <= index < size < 2^64, `ERR_PROOF_LENGTH` for the wrong
 *   number or width of hashes, `ERR_PROOF_ROOT` (detail: both roots in hex)
 * @see RFC 9162 §2.1.3.2
 */
export function checkInclusion(claim: InclusionClaim): void {
  const index = u64(claim.index, 'index');
  const size = u64(claim.size, 'size');
  if (index >= size) throw rangeError(`index ${index} is not below size ${size}`);
  const inner = bitLength(index ^ (size - 1n));
  checkLength(claim.proof, inner + popCount(index >> BigInt(inner)));
  checkWidth([claim.leaf, claim.root, ...claim.proof]);
  const root = claim.proof.reduce(
    (node, hash, level) => (isRightChild(index, inner, level) ? nodeHash(hash, node) : nodeHash(node, hash)),
    claim.leaf,
  );
  checkRoot(root, claim.root);
}

/** A claim that one tree is the beginning of another. */
export interface ConsistencyClaim {
  readonly size1: number | bigint;
  readonly size2: number | bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Check that the tree with root1 is the beginning of the tree with root2.
 *
 * The empty tree is refused as a beginning: it is a prefix of everything and would prove nothing.
 *
 * @throws {@link VerificationError} `ERR_PROOF_RANGE` unless 1 <= size1 <= size2 < 2^64, `ERR_PROOF_LENGTH` for the wrong
 *   number or width of hashes, `ERR_PROOF_ROOT` (detail: both roots in hex)
 * @see RFC 9162 §2.1.4.2
 */
export function checkConsistency(claim: ConsistencyClaim): void {
  const size1 = u64(claim.size1, 'size1');
  const size2 = u64(claim.size2, 'size2');
  if (size1 < 1n || size1 > size2) throw rangeError(`want 1 <= size1 <= size2, got ${size1} and ${size2}`);
  if (size1 === size2) {
    checkLength(claim.proof, 0);
    checkRoot(claim.root1, claim.root2);
    return;
  }
  // Both paths start at the largest subtree that ends where the smaller tree ends.
  const shift = BigInt(bitLength(size1 & -size1) - 1);
  const start = (size1 - 1n) >> shift;
  const inner = bitLength(start ^ ((size2 - 1n) >> shift));
  // If that subtree is the whole smaller tree, its root is known already and is not in the proof.
  const path = start === 0n ? [claim.root1, ...claim.proof] : claim.proof;
  checkLength(path, 1 + inner + popCount(start >> BigInt(inner)));
  checkWidth([claim.root1, claim.root2, ...claim.proof]);
  const root1 = path.reduce((node, hash, i) => (isRightChild(start, inner, i - 1) ? nodeHash(hash, node) : node));
  const root2 = path.reduce((node, hash, i) =>
    isRightChild(start, inner, i - 1) ? nodeHash(hash, node) : nodeHash(node, hash),
  );
  checkRoot(root1, claim.root1);
  checkRoot(root2, claim.root2);
}

// Whether the node at a proof step has its sibling on the left: by its bit of the index, and always from where its path
// meets the right border of the tree, because nodes without a sibling are skipped there.
function isRightChild(index: bigint, inner: number, level: number): boolean {
  return level >= inner || ((index >> BigInt(level)) & 1n) === 1n;
}

function u64(value: number | bigint, name: string): bigint {
  const valid = typeof value === 'bigint' ? value < 1n << 64n : Number.isSafeInteger(value);
  if (!valid || value < 0) throw rangeError(`${name} ${value} is not an exact 64-bit size`);
  return BigInt(value);
}

function checkLength(proof: readonly Uint8Array[], want: number): void {
  if (proof.length === want) return;
  throw new VerificationError('ERR_PROOF_LENGTH', `cannot check proof: got ${proof.length} hashes, want ${want}`);
}

function checkWidth(hashes: readonly Uint8Array[]): void {
  if (hashes.every((hash) => hash.length === HASH_BYTES)) return;
  throw new VerificationError('ERR_PROOF_LENGTH', `cannot check proof: a hash is not ${HASH_BYTES} bytes long`);
}

function checkRoot(got: Uint8Array, want: Uint8Array): void {
  if (equalBytes(got, want)) return;
  const detail = { gotHex: encodeHex(got), wantHex: encodeHex(want) };
  throw new VerificationError('ERR_PROOF_ROOT', `proof leads to root ${detail.gotHex}, want ${detail.wantHex}`, {
    detail,
  });
}

function rangeError(fault: string): VerificationError {
  return new VerificationError('ERR_PROOF_RANGE', `cannot check proof: ${fault}`);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function popCount(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}
