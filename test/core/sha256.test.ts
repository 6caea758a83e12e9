import * as crypto from 'node:crypto';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { backend as nobleBackend } from '../../src/core/crypto-noble.ts';
import { createSha256, hmacSha256, sha256, sha256Hex, sha256HexOf, sha512 } from '../../src/core/sha256.ts';
import { anyCharacter } from '../any-text.ts';
import { expectCode } from '../vectors.ts';

const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyText = fc.string({ unit: anyCharacter });

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('has the FIPS 180-4 value of %j', (text, want) => {
    expect(sha256Hex(text)).toBe(want);
    expect(encodeHex(sha256(text))).toBe(want);
    expect(encodeHex(sha256(encodeUtf8(text)))).toBe(want);
    expect(encodeHex(createSha256().update(text).digest())).toBe(want);
  });

  it('agrees with node:crypto on any bytes and any text, whole and in parts', () => {
    fc.assert(
      fc.property(anyBytes, anyText, (bytes, text) => {
        expect(sha256Hex(bytes)).toBe(crypto.createHash('sha256').update(bytes).digest('hex'));
        expect(sha256Hex(text)).toBe(crypto.createHash('sha256').update(text).digest('hex'));
        const both = crypto.createHash('sha256').update(bytes).update(text).digest('hex');
        expect(encodeHex(createSha256().update(bytes).update(text).digest())).toBe(both);
        expect(sha256HexOf([bytes, text])).toBe(both);
        expect(nobleBackend.sha256HexOf([bytes, text])).toBe(both);
      }),
    );
  });

  it.each([21_845, 21_846, 65_536, 200_000])('agrees with node:crypto on parts of %i characters', (length) => {
    const parts = ['é'.repeat(length), new Uint8Array(length).fill(7)];
    const hash = crypto.createHash('sha256');
    for (const part of parts) hash.update(part);
    expect(sha256HexOf(parts)).toBe(hash.digest('hex'));
  });

  it('gives plain bytes that belong to nobody else', () => {
    const hash = sha256('abc');
    expect(Object.getPrototypeOf(hash)).toBe(Uint8Array.prototype);
    expect(hash.buffer.byteLength).toBe(32);
    hash.fill(0);
    expect(sha256('abc')).not.toEqual(hash);
  });

  it('rejects text that has no UTF-8 form', () => {
    expectCode(() => sha256('\ud800'), 'ERR_UTF8');
    expectCode(() => sha256Hex('\ud800'), 'ERR_UTF8');
    expectCode(() => createSha256().update('\ud800'), 'ERR_UTF8');
    expectCode(() => sha256HexOf(['\ud800']), 'ERR_UTF8');
    expectCode(() => sha256HexOf(['\ud800'.repeat(70_000)]), 'ERR_UTF8');
  });
});

describe('hmacSha256()', () => {
  it('has the value of RFC 4231 test case 2', () => {
    const mac = hmacSha256(encodeUtf8('Jefe'), encodeUtf8('what do ya want for nothing?'));
    expect(encodeHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('agrees with node:crypto on any key and message', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (key, message) => {
        expect(encodeHex(hmacSha256(key, message))).toBe(
          crypto.createHmac('sha256', key).update(message).digest('hex'),
        );
      }),
    );
  });
});

describe('sha512()', () => {
  it('has the FIPS 180-4 value of "abc"', () => {
    expect(encodeHex(sha512(encodeUtf8('abc'))).slice(0, 32)).toBe('ddaf35a193617abacc417349ae204131');
    expect(sha512(encodeUtf8('abc'))).toHaveLength(64);
  });
});

describe('#crypto', () => {
  it('is the back end that this run is meant to test', () => {
    expect(sha256 === nobleBackend.sha256).toBe(process.env['TOUCHSTONE_TEST_CRYPTO'] === 'noble');
  });
});
