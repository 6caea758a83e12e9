import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  decodeBase64,
  decodeBase64Url,
  decodeHex,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
  isWellFormed,
  tryDecodeBase64,
  tryDecodeBase64Url,
  tryDecodeHex,
  u32be,
  u64be,
} from '../../src/core/bytes.ts';
import { anyCharacter } from '../any-text.ts';
import { expectCode } from '../vectors.ts';

const anyBytes = fc.uint8Array({ maxLength: 100 });

describe('hex', () => {
  it('agrees with Buffer on any bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['0', 'abc', 'AB', '0g', 'g0', ' 00', '0x00', '00\n', 'é0', '0é', '０0'])(
    'decodeHex() rejects %j',
    (text) => {
      expect(tryDecodeHex(text)).toBeNull();
      expectCode(() => decodeHex(text), 'ERR_HEX');
    },
  );
});

describe('base64', () => {
  it('agrees with Buffer on any bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has the values of RFC 4648 §10', () => {
    const texts = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'];
    expect(texts.map((_, n) => encodeBase64(encodeUtf8('foobar'.slice(0, n))))).toEqual(texts);
  });

  it('accepts exactly one text per byte string', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZ9+/=-_ \n'.split('')), maxLength: 12 }), (text) => {
        const bytes = tryDecodeBase64(text);
        if (bytes !== null) expect(encodeBase64(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'Zg',
    'Zg=',
    'Z===',
    'Zh==',
    'Zm9=',
    'Zm 9v',
    'Zm9v\n',
    'Zm9\u00e9',
    'Z-_v',
    '=Zm9',
    '====',
    '=',
    'Zg==Zg==',
  ])('decodeBase64() rejects %j', (text) => expectCode(() => decodeBase64(text), 'ERR_BASE64'));

  it('decodeBase64Url() agrees with Buffer, with and without padding', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(decodeBase64Url(text)).toEqual(bytes);
        expect(decodeBase64Url(text.padEnd(Math.ceil(text.length / 4) * 4, '='))).toEqual(bytes);
      }),
    );
  });

  it.each(['a+/a', 'Zg=', 'Zh', 'Z', 'Zg==='])('decodeBase64Url() rejects %j', (text) => {
    expect(tryDecodeBase64Url(text)).toBeNull();
    expectCode(() => decodeBase64Url(text), 'ERR_BASE64');
  });
});

describe('UTF-8', () => {
  it('round-trips any well-formed text, byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it.each(['ff', 'c080', 'eda080', 'f4908080', 'e282'])('decodeUtf8() rejects bytes %s', (hex) =>
    expectCode(() => decodeUtf8(decodeHex(hex)), 'ERR_UTF8'),
  );

  it.each(['\ud800', 'a\udc00', '\udc00\ud800'])('encodeUtf8() rejects a lone surrogate in %j', (text) => {
    expect(isWellFormed(text)).toBe(false);
    expectCode(() => encodeUtf8(text), 'ERR_UTF8');
  });
});

describe('byte strings', () => {
  it('concatBytes() puts one after the other', () => {
    expect(concatBytes()).toEqual(new Uint8Array());
    expect(concatBytes(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('equalBytes() compares length and content', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
  });

  it('u32be() and u64be() put the highest byte first', () => {
    expect(encodeHex(u32be(0xfedcba98))).toBe('fedcba98');
    expect(encodeHex(u64be(258))).toBe('0000000000000102');
    expect(encodeHex(u64be(2n ** 64n - 1n))).toBe('ffffffffffffffff');
    expect(encodeHex(u64be(2 ** 40 + 1))).toBe('0000010000000001');
  });

  it.each([-1, 2 ** 32, 0.5, Number.NaN])('u32be() rejects %s', (value) => {
    expect(() => u32be(value)).toThrow(RangeError);
  });

  it.each([-1n, 2n ** 64n, -1, 0.5, 2 ** 64])('u64be() rejects %s', (value) => {
    expect(() => u64be(value)).toThrow(RangeError);
  });
});
