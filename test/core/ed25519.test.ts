import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { checkSignature, isValidPublicKey, isValidSignature, publicKeyFromSeed, sign } from '../../src/core/ed25519.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

const seed = new Uint8Array(32).fill(1);
const publicKey = publicKeyFromSeed(seed);

describe('isValidSignature()', () => {
  interface Vector {
    keyHex: string;
    messageHex: string;
    signatureHex: string;
    valid: boolean;
  }
  it.each(vectors<Vector>('ed25519'))('$name', ({ vector }) => {
    const { keyHex, messageHex, signatureHex, valid } = vector;
    expect(isValid(keyHex, messageHex, signatureHex)).toBe(valid);
  });

  it('accepts what sign() made and nothing with a flipped bit', () => {
    const parts = fc.record({ message: fc.uint8Array({ maxLength: 50 }), bit: fc.nat(64 * 8 - 1) });
    fc.assert(
      fc.property(parts, ({ message, bit }) => {
        const signature = sign(seed, message);
        expect(isValidSignature(publicKey, message, signature)).toBe(true);
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(isValidSignature(publicKey, message, signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('never throws on any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 70 });
    const key = fc.oneof(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(publicKey));
    const signature = fc.oneof(bytes, fc.uint8Array({ minLength: 64, maxLength: 64 }));
    fc.assert(
      fc.property(key, bytes, signature, (a, b, c) => void isValidSignature(a, b, c)),
      { numRuns: 50 },
    );
  });
});

describe('keys', () => {
  it('isValidPublicKey() accepts a key twice and nothing next to it', () => {
    expect(isValidPublicKey(publicKey)).toBe(true);
    expect(isValidPublicKey(publicKey)).toBe(true);
    expect(isValidPublicKey(new Uint8Array(32))).toBe(false);
    expect(isValidPublicKey(publicKey)).toBe(true);
  });

  it.each([0, 31, 33, 64])('a seed of %i bytes is refused', (length) => {
    expect(() => publicKeyFromSeed(new Uint8Array(length))).toThrow(RangeError);
    expect(() => sign(new Uint8Array(length), seed)).toThrow(RangeError);
  });
});

describe('checkSignature()', () => {
  it('accepts a valid signature', () => checkSignature(publicKey, seed, sign(seed, seed)));
  it('rejects another message', () =>
    expectCode(() => checkSignature(publicKey, publicKey, sign(seed, seed)), 'ERR_SIGNATURE'));
});

function isValid(keyHex: string, messageHex: string, signatureHex: string): boolean {
  return isValidSignature(decodeHex(keyHex), decodeHex(messageHex), decodeHex(signatureHex));
}

describeRealData('Ed25519 vectors', 'vectors/ed25519', (folder) => {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

  it('Wycheproof: every result', () => {
    let count = 0;
    for (const group of read('wycheproof-ed25519_test.json').testGroups) {
      for (const test of group.tests) {
        count++;
        expect(isValid(group.publicKey.pk, test.msg, test.sig), `tcId ${test.tcId}`).toBe(test.result === 'valid');
      }
    }
    expect(count).toBe(151);
  });

  it('CCTV: accepts exactly the cases without any odd property', () => {
    const cases = read('cctv-ed25519vectors.json');
    expect(cases).toHaveLength(914);
    const accepted = cases.filter((c: { key: string; msg: string; sig: string }) =>
      isValid(c.key, encodeHex(encodeUtf8(c.msg)), c.sig),
    );
    const odd = accepted.filter((c: { flags: string[] | null }) => (c.flags ?? []).length > 0);
    expect(odd).toEqual([]);
    expect(accepted).toHaveLength(cases.filter((c: { flags: string[] | null }) => (c.flags ?? []).length === 0).length);
  });

  it('ePrint 2020/1244: refuses all 12 edge cases', () => {
    const cases = read('eprint-2020-1244-edge-cases.json');
    const accepted = cases.map((c: { pub_key: string; message: string; signature: string }) =>
      isValid(c.pub_key, c.message, c.signature),
    );
    expect(accepted).toHaveLength(12);
    expect(accepted).not.toContain(true);
  });

  it('ZIP 215: refuses all 196 small-order cases', () => {
    const cases = read('zip215.json');
    expect(cases).toHaveLength(196);
    for (const { vk_bytes, sig_bytes } of cases) {
      expect(isValid(vk_bytes, encodeHex(encodeUtf8('Zcash')), sig_bytes)).toBe(false);
    }
  });

  it('RFC 8032 and sign.input: public keys and signatures byte for byte', () => {
    const cases = read('rfc8032-sign-input-first64.json');
    expect(cases.length).toBeGreaterThanOrEqual(64);
    for (const { secret_hex, public_hex, msg_hex, sig_hex } of cases) {
      expect(encodeHex(publicKeyFromSeed(decodeHex(secret_hex)))).toBe(public_hex);
      expect(encodeHex(sign(decodeHex(secret_hex), decodeHex(msg_hex)))).toBe(sig_hex);
      expect(isValid(public_hex, msg_hex, sig_hex)).toBe(true);
    }
  });
});
