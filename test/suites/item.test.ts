import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { commitItem, createItemTree, MAX_ITEM_BYTES, parseItem, parseTarget } from '../../src/suites/item.ts';
import { PUBLIC_SUITE_SECRET } from '../../src/transcript/commitment.ts';

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

describe('commitItem()', () => {
  it('commits to the target, and with it to the item', () => {
    // Worked by hand from docs/format.md with another library.
    const salt = (label: string): Buffer =>
      createHmac('sha256', 'public').update(`touchstone/v1/salt\n${label}\n4`).digest();
    const target = sha256('touchstone/v1/commit\ntarget\n', salt('target'), '[1.5,"x"]').toString('hex');
    const item = `{"id":"a","input":{"b":1,"q":"é"},"tags":["t"],"target":"${target}"}`;
    const row = { id: 'a', input: { q: 'é', b: 1 }, tags: ['t'], target: [1.5, 'x'] };
    const committed = commitItem(PUBLIC_SUITE_SECRET, 4, row);
    expect(committed.itemText).toBe(item);
    expect(committed.targetCommitment).toBe(target);
    expect(committed.itemCommitment).toBe(sha256('touchstone/v1/commit\nitem\n', salt('item'), item).toString('hex'));
    expect(encodeHex(committed.itemSalt)).toBe(salt('item').toString('hex'));
  });

  it('hides equal items under different positions and secrets', () => {
    const row = { id: 'a', input: { q: 'x' }, tags: [], target: 1 };
    const commitments = [
      commitItem(PUBLIC_SUITE_SECRET, 0, row),
      commitItem(PUBLIC_SUITE_SECRET, 1, row),
      commitItem(encodeUtf8('other'), 0, row),
    ].map(({ itemCommitment }) => itemCommitment);
    expect(new Set(commitments).size).toBe(3);
  });

  it('refuses a lone surrogate', () => {
    const row = { id: 'a', input: { q: '\ud800' }, tags: [], target: 1 };
    expect(() => commitItem(PUBLIC_SUITE_SECRET, 0, row)).toThrow(
      expect.objectContaining({ code: 'ERR_CANONICAL_JSON' }),
    );
  });
});

describe('createItemTree()', () => {
  it('is an RFC 6962 tree over the raw commitments', () => {
    const [a, b] = [sha256('a'), sha256('b')];
    const tree = createItemTree();
    tree.append(a.toString('hex') as never);
    tree.append(b.toString('hex') as never);
    const leaf = (commitment: Buffer): Buffer => sha256('\0', commitment);
    expect(Buffer.from(tree.root())).toEqual(sha256('\u0001', leaf(a), leaf(b)));
    expect(tree.size).toBe(2);
  });
});

describe('parseItem() and parseTarget()', () => {
  const target = 'ab'.repeat(32);
  it('read what was committed to', () => {
    const text = `{"id":"a","input":{"q":[1,{"x":null}]},"tags":["t"],"target":"${target}"}`;
    expect(parseItem(encodeUtf8(text))).toEqual({ id: 'a', input: { q: [1, { x: null }] }, tags: ['t'], target });
    expect(parseTarget(encodeUtf8('[1.5,"x"]'))).toEqual([1.5, 'x']);
  });

  it.each([
    ['spaces', `{"id": "a","input":{"q":1},"target":"${target}"}`],
    ['no input', `{"id":"a","input":{},"target":"${target}"}`],
    ['input as list', `{"id":"a","input":[1],"target":"${target}"}`],
    ['an input name that no template can write', `{"id":"a","input":{"a b":1},"target":"${target}"}`],
    ['a target in the clear', '{"id":"a","input":{"q":1},"target":"42"}'],
    ['an unknown field', `{"id":"a","input":{"q":1},"more":1,"target":"${target}"}`],
    ['a number as id', `{"id":1,"input":{"q":1},"target":"${target}"}`],
    ['no JSON', 'x'],
    ['nesting without end', '['.repeat(100_000)],
  ])('refuse %s', (_, text) => {
    expect(() => parseItem(encodeUtf8(text))).toThrow(expect.objectContaining({ code: 'ERR_ITEM_FORM' }));
  });

  it.each([
    ['not UTF-8', Uint8Array.of(0xff)],
    ['too long', new Uint8Array(MAX_ITEM_BYTES + 1)],
    ['not canonical', encodeUtf8('1.0')],
  ])('refuse a target that is %s', (_, bytes) => {
    expect(() => parseTarget(bytes)).toThrow(expect.objectContaining({ code: 'ERR_ITEM_FORM' }));
  });
});
