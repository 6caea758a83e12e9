import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest, digestFromBytes, domainTag, isDigest, parseDigest, taggedDigest } from '../../src/core/digest.ts';
import { expectCode } from '../vectors.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('digests', () => {
  it('digest() is what sha256sum prints', () => expect(digest('abc')).toBe(ABC));

  it('parseDigest() accepts 64 lowercase hex digits', () => expect(parseDigest(ABC)).toBe(ABC));

  it.each(['', ABC.slice(1), `${ABC}0`, ABC.toUpperCase(), `${ABC}\n`, `g${ABC.slice(1)}`])(
    'parseDigest() rejects %j',
    (text) => expectCode(() => parseDigest(text), 'ERR_DIGEST'),
  );

  it('isDigest() rejects what is no text', () => expect(isDigest(7)).toBe(false));

  it('digestFromBytes() wants 32 bytes', () => {
    expect(digestFromBytes(new Uint8Array(32))).toBe('0'.repeat(64));
    expectCode(() => digestFromBytes(new Uint8Array(31)), 'ERR_DIGEST');
  });

  it('taggedDigest() hashes tag, newline and parts', () => {
    const want = createHash('sha256').update('touchstone/v1/tee-nonce\nab').update(Buffer.of(0, 255)).digest('hex');
    expect(taggedDigest('tee-nonce', 'a', 'b', Uint8Array.of(0, 255))).toBe(want);
  });

  it.each(['', 'a\n', 'A', 'a/b'])('domainTag() rejects %j', (tag) => {
    expect(() => domainTag(tag)).toThrow(RangeError);
  });
});
