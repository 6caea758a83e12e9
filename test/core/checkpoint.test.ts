import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex } from '../../src/core/bytes.ts';
import { formatCheckpoint, parseCheckpoint } from '../../src/core/checkpoint.ts';
import { expectCode, vectors } from '../vectors.ts';

describe('parseCheckpoint()', () => {
  interface Vector {
    text: string;
    want: { origin: string; size: number; rootHex: string; extensions: string[] };
  }
  it.each(vectors<Vector>('checkpoint'))('$name', ({ vector }) => {
    if (vector.wantCode === undefined) {
      const { origin, size, root, extensions = [] } = parseCheckpoint(vector.text);
      expect({ origin, size, rootHex: encodeHex(root), extensions }).toEqual(vector.want);
      expect(formatCheckpoint({ origin, size, root, extensions })).toBe(vector.text);
    } else expectCode(() => parseCheckpoint(vector.text), vector.wantCode);
  });
});

describe('formatCheckpoint()', () => {
  const root = decodeHex('00'.repeat(32));

  it('writes three lines where there is no extension', () => {
    expect(formatCheckpoint({ origin: 'a', size: 3, root })).toBe(`a\n3\n${'A'.repeat(43)}=\n`);
  });

  it.each([
    ['an empty origin', { origin: '', size: 1, root }],
    ['an origin of two lines', { origin: 'a\nb', size: 1, root }],
    ['a fraction', { origin: 'a', size: 0.5, root }],
    ['a size below zero', { origin: 'a', size: -1, root }],
    ['a size that is not exact', { origin: 'a', size: 2 ** 53, root }],
    ['a root of 31 bytes', { origin: 'a', size: 1, root: root.slice(1) }],
    ['an empty extension', { origin: 'a', size: 1, root, extensions: [''] }],
  ])('refuses %s', (_, checkpoint) => expectCode(() => formatCheckpoint(checkpoint), 'ERR_CHECKPOINT_MALFORMED'));
});
