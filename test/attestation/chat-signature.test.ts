import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import {
  checkChatSignature,
  MAX_CHAT_SIGNATURE_UNITS,
  parseChatSignature,
  recoverAddress,
  type ChatSignature,
} from '../../src/attestation/chat-signature.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { anyCharacter } from '../any-text.ts';
import * as fc from '../property.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode } from '../vectors.ts';
import { ecdsaAddress, ed25519Address, hex, sha256, signatureBody, signEcdsa } from './chat-keys.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

const exchange = { requestSha256: sha256('request'), responseSha256: sha256('response'), model: 'org/model:8b' };
const halves = `${exchange.requestSha256}:${exchange.responseSha256}`;
const named = `${exchange.model}:${halves}`;

function parse(body: string, algo: 'ecdsa' | 'ed25519' = 'ed25519'): ChatSignature {
  const parsed = parseChatSignature(body, algo);
  if (parsed === null) throw new Error('no signature');
  return parsed;
}

describe('recoverAddress()', () => {
  // Example of the documentation of eth-account.
  const published =
    'e6ca9bba58c88611fad66a6ce8f996908195593807c4b38bd528d2cff09d4eb3' +
    '3e5bfbbf4d3e39b1a2fd816a7680c19ebebaf3a141b239934ad43cb33fcec8ce' +
    '1c';

  it('finds the signer of a published message outside ASCII', () => {
    const address = recoverAddress(utf8('I♥SF'), bytes(published));
    expect(address).toBe('5ce9454909639d2d17a3f753ce7d93fa0b9ab12e');
  });

  it('finds another signer for another message', () => {
    expect(recoverAddress(utf8('I♥SF!'), bytes(published))).not.toBe('5ce9454909639d2d17a3f753ce7d93fa0b9ab12e');
  });

  it('gives null for an r that is not the abscissa of a point', () => {
    // 5³ + 7 is not a square modulo the prime of the curve.
    const signature = bytes(`${'5'.padStart(64, '0')}${'1'.padStart(64, '0')}1b`);
    expect(recoverAddress(utf8('x'), signature)).toBeNull();
  });

  const good = signEcdsa(named);
  const order = secp256k1.Point.Fn.ORDER;
  const s = BigInt(`0x${hex(good.subarray(32, 64))}`);
  const withBytes = (at: number, part: string): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes(part), at);
    return copy;
  };
  it.each<[string, Uint8Array]>([
    ['of 64 bytes', good.subarray(0, 64)],
    ['of 66 bytes', Uint8Array.of(...good, 27)],
    ['with v 0', withBytes(64, '00')],
    ['with v 1', withBytes(64, '01')],
    ['with v 29', withBytes(64, '1d')],
    ['with a high s', withBytes(32, (order - s).toString(16).padStart(64, '0'))],
    ['with r zero', withBytes(0, '00'.repeat(32))],
    ['with s zero', withBytes(32, '00'.repeat(32))],
    ['with r the order', withBytes(0, order.toString(16))],
    ['with s the order', withBytes(32, order.toString(16))],
    ['with nothing', new Uint8Array()],
  ])('rejects a signature %s', (_, signature) => {
    expectCode(() => recoverAddress(utf8(named), signature), 'ERR_CHAT_FORM');
  });
});

describe('parseChatSignature()', () => {
  it('reads a text of two parts', () => {
    expect(parse(signatureBody('ed25519', halves))).toMatchObject({
      algo: 'ed25519',
      address: ed25519Address,
      model: null,
      requestSha256: exchange.requestSha256,
      responseSha256: exchange.responseSha256,
      kind: null,
    });
  });

  it('reads a text of three parts from the right', () => {
    expect(parse(signatureBody('ed25519', named)).model).toBe('org/model:8b');
    expect(parse(signatureBody('ed25519', `${'a'.repeat(64)}:${halves}`)).model).toBe('a'.repeat(64));
  });

  it('reads addresses with and without prefix, in any case', () => {
    for (const signing_address of [ecdsaAddress, `0x${ecdsaAddress.toUpperCase()}`, `0X${ecdsaAddress}`]) {
      expect(parse(signatureBody('ecdsa', halves, { signing_address }), 'ecdsa').address).toBe(ecdsaAddress);
    }
  });

  it.each(['provider_tee', 'gateway'] as const)('reads the kind %s', (signature_kind) => {
    expect(parse(signatureBody('ed25519', halves, { signature_kind })).kind).toBe(signature_kind);
  });

  it.each(['STREAM_DISCONNECTED', 'SIGNATURE_UNSUPPORTED', 'whatever'])('gives null for %s', (error_code) => {
    expect(parseChatSignature(JSON.stringify({ error_code, message: 'none' }), 'ecdsa')).toBeNull();
  });

  it.each<[string, string]>([
    ['no JSON', 'nonsense'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['an error that is no text', '{"error_code":1}'],
    ['another algorithm', signatureBody('ecdsa', halves)],
    ['an address of an ECDSA key', signatureBody('ed25519', halves, { signing_address: ecdsaAddress })],
    ['a signature that is cut', signatureBody('ed25519', halves, { signature: 'ab' })],
    ['a signature that is not hex', signatureBody('ed25519', halves, { signature: 'xy'.repeat(64) })],
    ['a signature that is no text', signatureBody('ed25519', halves, { signature: 5 })],
    ['no text', signatureBody('ed25519', halves, { text: undefined })],
    ['a text of one part', signatureBody('ed25519', exchange.requestSha256)],
    ['a text with upper case', signatureBody('ed25519', halves.toUpperCase())],
    ['a text with a prefix', signatureBody('ed25519', `0x${halves}`)],
    ['a text with a line after it', signatureBody('ed25519', `${halves}\n`)],
    ['a text with an empty model', signatureBody('ed25519', `:${halves}`)],
    ['a model of 513 characters', signatureBody('ed25519', `${'m'.repeat(513)}:${halves}`)],
    ['a text with a lone surrogate', signatureBody('ed25519', halves, { text: `\ud800:${halves}` })],
    ['an unknown kind', signatureBody('ed25519', halves, { signature_kind: 'both' })],
    ['a body that is too long', signatureBody('ed25519', halves, { more: 'm'.repeat(MAX_CHAT_SIGNATURE_UNITS) })],
  ])('rejects %s', (_, body) => {
    expectCode(() => parseChatSignature(body, 'ed25519'), 'ERR_CHAT_FORM');
  });

  it('throws nothing but its own error on any text', () => {
    const fields = fc.dictionary(
      fc.constantFrom('text', 'signature', 'signing_address', 'signing_algo', 'signature_kind', 'error_code'),
      fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom('ed25519', halves, ed25519Address), fc.jsonValue()),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fields.map((object) => JSON.stringify(object)),
        ),
        (body) => {
          try {
            parseChatSignature(body, 'ed25519');
          } catch (error) {
            expect(isTouchstoneError(error, 'ERR_CHAT_FORM')).toBe(true);
          }
        },
      ),
    );
  });
});

describe('checkChatSignature()', () => {
  it.each(['ecdsa', 'ed25519'] as const)('accepts both forms of text under %s', (algo) => {
    for (const text of [halves, named]) checkChatSignature(parse(signatureBody(algo, text), algo), exchange);
  });

  it('rejects a hash of another request', () => {
    const signed = parse(signatureBody('ed25519', `${sha256('other')}:${exchange.responseSha256}`));
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_TEXT');
  });

  it('rejects a hash of another response', () => {
    const signed = parse(signatureBody('ed25519', `${exchange.requestSha256}:${sha256('other')}`));
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_TEXT');
  });

  it('rejects the two hashes in the wrong order', () => {
    const signed = parse(signatureBody('ed25519', `${exchange.responseSha256}:${exchange.requestSha256}`));
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_TEXT');
  });

  it('rejects the name of another model', () => {
    const signed = parse(signatureBody('ed25519', `org/other:${halves}`));
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_MODEL');
  });

  it.each(['ecdsa', 'ed25519'] as const)('rejects a text that %s did not sign', (algo) => {
    const signed = parse(signatureBody(algo, halves, { text: named }), algo);
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_SIGNATURE');
  });

  it.each(['ecdsa', 'ed25519'] as const)('rejects an address that did not sign under %s', (algo) => {
    const signing_address = (algo === 'ecdsa' ? ecdsaAddress : ed25519Address).replace(/^../, 'ee');
    const signed = parse(signatureBody(algo, named, { signing_address }), algo);
    expectCode(() => checkChatSignature(signed, exchange), 'ERR_CHAT_SIGNATURE');
  });

  it.each(['ecdsa', 'ed25519'] as const)('rejects a flip of any bit of a signature under %s', (algo) => {
    const signed = parse(signatureBody(algo, named), algo);
    const bits = fc.nat(8 * signed.signature.length - 1);
    fc.assert(
      fc.property(bits, (bit) => {
        const signature = signed.signature.slice();
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => checkChatSignature({ ...signed, signature }, exchange)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ERR_CHAT_(FORM|SIGNATURE)$/) }),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describeRealData('chat signatures of NEAR', 'fixtures/tee', (folder) => {
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const real = {
    requestSha256: sha256(read('near-chat-signature/request.json')),
    responseSha256: sha256(read('near-chat-signature/response.sse')),
    model: 'Qwen/Qwen3.5-122B-A10B',
  };
  const body = read('near-chat-signature/signature.json').toString('utf8');

  it('the sample verifies over the bytes of its request and of its event stream', () => {
    checkChatSignature(parse(body, 'ecdsa'), real);
  });

  it('its signer is the address in the report data of a real quote', () => {
    const report = JSON.parse(read('live-captures/near-via-venice-ecdsa-2026-04-24/report.json').toString('utf8'));
    const quote = Buffer.from(report.intel_quote, 'hex');
    // Bytes 568 to 632 of a version 4 quote; the address comes first, padded with zeros.
    expect(quote.subarray(568, 600).toString('hex')).toBe(parse(body, 'ecdsa').address.padEnd(64, '0'));
  });

  it('a flip of any byte of the stream is another text', () => {
    const stream = read('near-chat-signature/response.sse');
    for (const at of [0, 700, stream.length - 1]) {
      const flipped = Buffer.from(stream);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const other = { ...real, responseSha256: sha256(flipped) };
      expectCode(() => checkChatSignature(parse(body, 'ecdsa'), other), 'ERR_CHAT_TEXT');
    }
  });

  it('the older sample of two parts recovers to its checksummed address', () => {
    const old = parse(read('near-chat-signature/signature-v1-text-only.json').toString('utf8'), 'ecdsa');
    expect(old).toMatchObject({ model: null, address: '1d58ee32e9eb327c074294a2b8320c47e33b9316' });
    checkChatSignature(old, { ...old, model: 'any' });
  });
});
