import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import {
  checkConsistency,
  checkInclusion,
  emptyRoot,
  leafHash,
  nodeHash,
  proveConsistency,
  proveInclusion,
  rootOf,
} from '../../src/core/merkle.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

const leaves = Array.from({ length: 40 }, (_, i) => leafHash(`record ${i}`));
const allSizes = leaves.map((_, i) => i + 1);

function flipBit(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === 17 ? byte ^ 0x10 : byte));
}

// Paths of one tree may differ in length where it is not perfect.
function expectedCode(index: number, other: number, size: number): string {
  const tree = leaves.slice(0, size);
  const sameLength = proveInclusion(tree, index).length === proveInclusion(tree, other).length;
  return sameLength ? 'ERR_PROOF_ROOT' : 'ERR_PROOF_LENGTH';
}

describe('tree hashes', () => {
  it.each(vectors<{ size: number; want: string }>('merkle-root'))('$name', ({ vector }) => {
    const records = Array.from({ length: vector.size }, (_, i) => leafHash(`record ${i}`));
    expect(encodeHex(rootOf(records))).toBe(vector.want);
  });

  it('leafHash() of text is that of its UTF-8 bytes', () => {
    expect(leafHash('é\u2028😀')).toEqual(leafHash(encodeUtf8('é\u2028😀')));
  });

  it('rootOf() rejects what is no hash', () => {
    expect(() => rootOf([new Uint8Array(31)])).toThrow(RangeError);
    expect(() => rootOf(Object.assign([], { length: 1 }))).toThrow(RangeError);
  });
});

describe('inclusion', () => {
  interface Vector {
    index: number;
    size: number;
    leafHex: string;
    proofHex: string[];
    rootHex: string;
  }
  it.each(vectors<Vector>('inclusion'))('checkInclusion() $name', ({ vector }) => {
    const { index, size, wantCode } = vector;
    const claim = { index, size, leaf: decodeHex(vector.leafHex), root: decodeHex(vector.rootHex) };
    const check = () => checkInclusion({ ...claim, proof: vector.proofHex.map(decodeHex) });
    if (wantCode === undefined) check();
    else expectCode(check, wantCode);
  });

  it('holds for every leaf of every tree, and for no other leaf or flipped bit', () => {
    for (const size of allSizes) {
      const tree = leaves.slice(0, size);
      const root = rootOf(tree);
      for (const [index, leaf] of tree.entries()) {
        const proof = proveInclusion(tree, index);
        checkInclusion({ index, size, leaf, proof, root });
        const other = (index + 1) % size;
        if (other !== index)
          expectCode(() => checkInclusion({ index: other, size, leaf, proof, root }), expectedCode(index, other, size));
        for (const at of proof.keys()) {
          const flipped = proof.with(at, flipBit(proof[at] ?? leaf));
          expectCode(() => checkInclusion({ index, size, leaf, proof: flipped, root }), 'ERR_PROOF_ROOT');
        }
      }
    }
  });

  it('takes sizes up to 2^64 - 1', () => {
    const leaf = leafHash('a');
    const proof = Array.from({ length: 64 }, (_, i) => leafHash(`${i}`));
    const size = 2n ** 64n - 1n;
    const root = proof.reduce((node, hash) => nodeHash(node, hash), leaf);
    checkInclusion({ index: 0n, size, leaf, proof, root });
    expectCode(() => checkInclusion({ index: 0n, size: size + 1n, leaf, proof, root }), 'ERR_PROOF_RANGE');
    expectCode(() => checkInclusion({ index: -1n, size, leaf, proof, root }), 'ERR_PROOF_RANGE');
  });

  it('shows both roots in the error', () => {
    const [leaf] = leaves;
    const claim = { index: 0, size: 1, leaf: leaf ?? emptyRoot(), proof: [], root: emptyRoot() };
    const detail = { gotHex: encodeHex(claim.leaf), wantHex: encodeHex(emptyRoot()) };
    expect(() => checkInclusion(claim)).toThrow(expect.objectContaining({ detail }));
    expect(() => checkInclusion(claim)).toThrow(`proof leads to root ${detail.gotHex}, want ${detail.wantHex}`);
  });

  it.each([-1, 40, 0.5])('proveInclusion() rejects index %s', (index) => {
    expect(() => proveInclusion(leaves, index)).toThrow(RangeError);
  });
});

describe('consistency', () => {
  interface Vector {
    size1: number;
    size2: number;
    root1Hex: string;
    root2Hex: string;
    proofHex: string[];
  }
  it.each(vectors<Vector>('consistency'))('checkConsistency() $name', ({ vector }) => {
    const { size1, size2, wantCode } = vector;
    const claim = { size1, size2, root1: decodeHex(vector.root1Hex), root2: decodeHex(vector.root2Hex) };
    const check = () => checkConsistency({ ...claim, proof: vector.proofHex.map(decodeHex) });
    if (wantCode === undefined) check();
    else expectCode(check, wantCode);
  });

  it('holds between all prefixes of all trees, and with no flipped bit', () => {
    for (const size2 of allSizes) {
      const tree = leaves.slice(0, size2);
      const root2 = rootOf(tree);
      for (let size1 = 1; size1 <= size2; size1++) {
        const root1 = rootOf(tree.slice(0, size1));
        const proof = proveConsistency(tree, size1);
        checkConsistency({ size1, size2, root1, root2, proof });
        expectCode(() => checkConsistency({ size1, size2, root1: flipBit(root1), root2, proof }), 'ERR_PROOF_ROOT');
        for (const at of proof.keys()) {
          const flipped = proof.with(at, flipBit(proof[at] ?? root1));
          expectCode(() => checkConsistency({ size1, size2, root1, root2, proof: flipped }), 'ERR_PROOF_ROOT');
        }
      }
    }
  });

  it.each([0, 41, 1.5])('proveConsistency() rejects size %s', (size) => {
    expect(() => proveConsistency(leaves, size)).toThrow(RangeError);
  });
});

describeRealData('transparency-dev/merkle', 'vectors/rfc6962-transparency-dev-merkle', (folder) => {
  it('has the roots and nodes of the reference tree', () => {
    const constants = JSON.parse(readFileSync(join(folder, 'constants.json'), 'utf8'));
    const inputs: string[] = constants.leaf_inputs_hex;
    const hashes = inputs.map((hex) => leafHash(decodeHex(hex)));
    expect(hashes.map(encodeHex)).toEqual(constants.node_hashes_hex.level0);
    const roots = [0, ...inputs.keys()].map((_, size) => encodeHex(rootOf(hashes.slice(0, size))));
    expect(roots).toEqual(constants.root_hashes_by_size_hex);
  });

  const cases = jsonCases(join(folder, 'inclusion'));
  it.each(cases)('inclusion $name', ({ vector }) => {
    const proof = (vector.proof ?? []).map(decodeBase64);
    const { leafHash: leaf, root } = vector;
    const claim = { index: BigInt(vector.leafIdx), size: BigInt(vector.treeSize), proof };
    const check = () => checkInclusion({ ...claim, leaf: decodeBase64(leaf), root: decodeBase64(root ?? '') });
    if (vector.wantErr) expect(check).toThrow(expect.objectContaining({ name: 'VerificationError' }));
    else check();
  });

  const consistencyCases = jsonCases(join(folder, 'consistency'));
  it.each(consistencyCases)('consistency $name', ({ vector }) => {
    const proof = (vector.proof ?? []).map(decodeBase64);
    const claim = { size1: BigInt(vector.size1), size2: BigInt(vector.size2), proof };
    const roots = { root1: decodeBase64(vector.root1 ?? ''), root2: decodeBase64(vector.root2 ?? '') };
    const check = () => checkConsistency({ ...claim, ...roots });
    if (vector.wantErr) expect(check).toThrow(expect.objectContaining({ name: 'VerificationError' }));
    else check();
  });

  it('has all 98 + 98 cases', () => expect([cases.length, consistencyCases.length]).toEqual([98, 98]));
});

// Sizes are 64-bit and would lose digits as JSON numbers, so they are quoted before parsing.
function jsonCases(folder: string) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return { name, vector: JSON.parse(text.replaceAll(/("(?:leafIdx|treeSize|size[12])": )(\d+)/g, '$1"$2"')) };
  });
}
