// Merkle trees, by the recursive definitions of RFC 6962 §2.1.
import { flip, hex, sha256, utf8 } from './bytes.mjs';
import { vector } from './vector.mjs';

const leafOf = (record) => sha256(Buffer.of(0), record);
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));

function treeRoot(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return nodeOf(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

function auditPath(m, leaves) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...auditPath(m, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...auditPath(m - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

function subproof(m, leaves, whole) {
  if (m === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), treeRoot(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), treeRoot(leaves.slice(0, k))];
}

const tree = (size) => Array.from({ length: size }, (_, i) => leafOf(utf8(`record ${i}`)));

export function merkleVectors() {
  for (const size of [0, 1, 2, 3, 7, 8, 100]) {
    vector('merkle-root', `size-${size}`, {
      desc: `the tree over "record 0" to "record n-1", n = ${size}`,
      size,
      want: hex(treeRoot(tree(size))),
    });
  }
  inclusionVectors();
  consistencyVectors();
}

function inclusionVectors() {
  const base = (index, size) => ({
    index,
    size,
    leafHex: hex(tree(size)[index]),
    proofHex: auditPath(index, tree(size)).map(hex),
    rootHex: hex(treeRoot(tree(size))),
  });
  const put = (name, desc, changes, wantCode) =>
    vector('inclusion', name, { desc, ...base(4, 7), ...changes, ...(wantCode ? { wantCode } : { want: true }) });
  const { proofHex, leafHex } = base(4, 7);
  for (const [index, size] of [
    [0, 1],
    [1, 2],
    [2, 3],
    [0, 7],
    [3, 7],
    [6, 7],
    [5, 8],
    [99, 100],
  ]) {
    put(`valid-${index}-of-${size}`, `leaf ${index} of ${size}`, base(index, size));
  }
  put('truncated-proof', 'the last hash is missing', { proofHex: proofHex.slice(0, -1) }, 'ERR_PROOF_LENGTH');
  put('padded-proof', 'one hash too many', { proofHex: [...proofHex, leafHex] }, 'ERR_PROOF_LENGTH');
  put(
    'short-hash',
    'a hash of 31 bytes',
    { proofHex: [proofHex[0].slice(2), ...proofHex.slice(1)] },
    'ERR_PROOF_LENGTH',
  );
  put('long-leaf', 'a leaf hash of 33 bytes', { leafHex: `${leafHex}00` }, 'ERR_PROOF_LENGTH');
  put('reversed-proof', 'the hashes in the wrong order', { proofHex: proofHex.toReversed() }, 'ERR_PROOF_ROOT');
  put(
    'flipped-bit',
    'one bit of the proof is wrong',
    { proofHex: [hex(flip(Buffer.from(proofHex[0], 'hex'))), ...proofHex.slice(1)] },
    'ERR_PROOF_ROOT',
  );
  put('wrong-leaf', 'the leaf of another record', { leafHex: hex(tree(7)[3]) }, 'ERR_PROOF_ROOT');
  put(
    'record-instead-of-leaf',
    'a node hash in place of a leaf hash',
    { leafHex: hex(nodeOf(tree(7)[4], tree(7)[5])) },
    'ERR_PROOF_ROOT',
  );
  put('wrong-root', 'the root of another tree', { rootHex: base(0, 8).rootHex }, 'ERR_PROOF_ROOT');
  put('index-off-by-one', 'the index of the neighbour', { index: 5 }, 'ERR_PROOF_ROOT');
  put('size-off-by-one', 'a larger tree has a longer path', { size: 9 }, 'ERR_PROOF_LENGTH');
  put('index-is-size', 'there is no such leaf', { index: 7 }, 'ERR_PROOF_RANGE');
  put('negative-index', 'there is no such leaf', { index: -1 }, 'ERR_PROOF_RANGE');
  put('fraction', 'an index between two leaves', { index: 4.5 }, 'ERR_PROOF_RANGE');
  put('inexact-size', 'a size that a double cannot hold exactly', { size: 2 ** 53 }, 'ERR_PROOF_RANGE');
  put('empty-tree', 'no leaf is in the empty tree', { index: 0, size: 0, proofHex: [] }, 'ERR_PROOF_RANGE');
}

const consistencyClaim = (size1, size2) => ({
  size1,
  size2,
  root1Hex: hex(treeRoot(tree(size1))),
  root2Hex: hex(treeRoot(tree(size2))),
  proofHex: subproof(size1, tree(size2), true).map(hex),
});

const putConsistency = (name, desc, changes, wantCode) =>
  vector('consistency', name, {
    desc,
    ...consistencyClaim(3, 7),
    ...changes,
    ...(wantCode ? { wantCode } : { want: true }),
  });

function consistencyVectors() {
  const { proofHex, root1Hex, root2Hex } = consistencyClaim(3, 7);
  for (const [size1, size2] of [
    [1, 1],
    [1, 2],
    [2, 3],
    [4, 8],
    [6, 7],
    [7, 7],
    [5, 100],
    [64, 100],
  ]) {
    putConsistency(`valid-${size1}-to-${size2}`, `the first ${size1} of ${size2}`, consistencyClaim(size1, size2));
  }
  putConsistency(
    'truncated-proof',
    'the last hash is missing',
    { proofHex: proofHex.slice(0, -1) },
    'ERR_PROOF_LENGTH',
  );
  putConsistency('padded-proof', 'one hash too many', { proofHex: [...proofHex, root1Hex] }, 'ERR_PROOF_LENGTH');
  putConsistency(
    'padded-proof-same-size',
    'equal trees need no proof',
    { ...consistencyClaim(7, 7), proofHex: [root1Hex] },
    'ERR_PROOF_LENGTH',
  );
  putConsistency('short-root', 'a root of 31 bytes', { root1Hex: root1Hex.slice(2) }, 'ERR_PROOF_LENGTH');
  putConsistency(
    'short-root-same-size',
    'a root of 31 bytes',
    { ...consistencyClaim(7, 7), root1Hex: root2Hex.slice(2) },
    'ERR_PROOF_ROOT',
  );
  putConsistency(
    'reversed-proof',
    'the hashes in the wrong order',
    { proofHex: proofHex.toReversed() },
    'ERR_PROOF_ROOT',
  );
  putConsistency('wrong-first-root', 'the smaller tree is another', { root1Hex: root2Hex }, 'ERR_PROOF_ROOT');
  putConsistency(
    'wrong-second-root',
    'the larger tree is another',
    { root2Hex: consistencyClaim(3, 8).root2Hex },
    'ERR_PROOF_ROOT',
  );
  putConsistency(
    'same-size-other-root',
    'two trees of one size',
    { ...consistencyClaim(7, 7), root1Hex },
    'ERR_PROOF_ROOT',
  );
  putConsistency('shrunk', 'the later tree is smaller', { size1: 7, size2: 3 }, 'ERR_PROOF_RANGE');
  putConsistency(
    'empty-first',
    'the empty tree would prove nothing',
    { size1: 0, root1Hex: hex(sha256()), proofHex: [] },
    'ERR_PROOF_RANGE',
  );
}
