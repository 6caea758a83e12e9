import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, decodeUtf8, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { formatEnvelope, openEnvelope, parseEnvelope, preAuthEncoding, signEnvelope } from '../../src/core/dsse.ts';
import type { EnvelopeVerifier } from '../../src/core/dsse.ts';
import { isValidSignature, publicKeyFromSeed, sign } from '../../src/core/ed25519.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { anyCharacter } from '../any-text.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

const seed = new Uint8Array(32).fill(1);
const signer = { keyid: 'alice', sign: (message: Uint8Array) => sign(seed, message) };
const verifier = verifierOf('alice', publicKeyFromSeed(seed));

function verifierOf(keyid: string, key: Uint8Array): EnvelopeVerifier {
  return { keyid, isValid: (message, signature) => isValidSignature(key, message, signature) };
}

function expectRejected(envelope: Uint8Array): void {
  try {
    openEnvelope(envelope, [verifier]);
  } catch (error) {
    if (isTouchstoneError(error) && error.code.startsWith('ERR_ENVELOPE_')) return;
    throw error;
  }
  throw new Error(`opened ${encodeHex(envelope)}`);
}

describe('openEnvelope()', () => {
  interface Vector {
    keys: Record<string, string>;
    envelope: string;
    want: { payloadType: string; payloadHex: string; keyids: string[] };
  }
  it.each(vectors<Vector>('envelope'))('$name', ({ vector }) => {
    const verifiers = Object.entries(vector.keys).map(([keyid, hex]) => verifierOf(keyid, decodeHex(hex)));
    const open = () => openEnvelope(encodeUtf8(vector.envelope), verifiers);
    if (vector.wantCode === undefined) {
      const { payloadType, payload, keyids } = open();
      expect({ payloadType, payloadHex: encodeHex(payload), keyids }).toEqual(vector.want);
    } else expectCode(open, vector.wantCode);
  });

  it('opens what signEnvelope() made, for any type and payload', () => {
    const type = fc.string({ unit: anyCharacter, minLength: 1 });
    fc.assert(
      fc.property(type, fc.uint8Array(), (payloadType, payload) => {
        const opened = openEnvelope(signEnvelope(payloadType, payload, [signer]), [verifier]);
        expect(opened).toEqual({ payloadType, payload, keyids: ['alice'], unknown: [] });
      }),
      { numRuns: 30 },
    );
  });

  it('rejects every prefix and every changed byte', () => {
    const envelope = encodeUtf8(signEnvelope('text/plain', encodeUtf8('payload'), [signer]));
    for (let at = 0; at < envelope.length; at++) {
      const changed = envelope.with(at, (envelope[at] ?? 0) ^ 1);
      for (const broken of [envelope.slice(0, at), changed]) expectRejected(broken);
    }
  });

  it('rejects bytes that are no text', () =>
    expectCode(() => openEnvelope(Uint8Array.of(0xff), []), 'ERR_ENVELOPE_MALFORMED'));

  it('carries the unverified envelope when nobody known signed', () => {
    const envelope = signEnvelope('text/plain', encodeUtf8('x'), [signer]);
    const carried = expect.objectContaining({ detail: { envelope: parseEnvelope(envelope) } });
    expect(() => openEnvelope(envelope, [])).toThrow(carried);
  });

  it('throws nothing but its own errors on any JSON', () => {
    const json = fc.record(
      { payload: fc.jsonValue(), payloadType: fc.jsonValue(), signatures: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(json, (value) => expectRejected(encodeUtf8(JSON.stringify(value)))));
  });
});

describe('formatEnvelope()', () => {
  it('refuses what parseEnvelope() would not give back', () => {
    const payload = new Uint8Array();
    expectCode(() => formatEnvelope({ payloadType: 'a', payload, signatures: [] }), 'ERR_ENVELOPE_MALFORMED');
    expectCode(() => signEnvelope('', payload, [signer]), 'ERR_ENVELOPE_MALFORMED');
    expectCode(() => signEnvelope('a', payload, [signer, signer]), 'ERR_ENVELOPE_MALFORMED');
  });
});

describe('preAuthEncoding()', () => {
  it('counts bytes, not characters', () => {
    expect(decodeUtf8(preAuthEncoding('é', encodeUtf8('😀')))).toBe('DSSEv1 2 é 4 😀');
  });
});

// A coordinate as JWK has it.
function coordinate(decimal: string): string {
  return Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url');
}

describeRealData('DSSE protocol vector', 'vectors/dsse', (folder) => {
  const vector = JSON.parse(readFileSync(join(folder, 'protocol-vector.json'), 'utf8'));
  const message = preAuthEncoding(vector.payloadType, encodeUtf8(vector.payload_utf8));

  it('has the pre-authentication encoding of the specification', () => {
    expect(decodeUtf8(message)).toBe(vector.pae_utf8);
  });

  it('opens with its P-256 signature', () => {
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(vector.x_dec), y: coordinate(vector.y_dec) };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const isValid = (signed: Uint8Array, signature: Uint8Array) =>
      verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    const payload = encodeUtf8(vector.payload_utf8);
    const signatures = [{ keyid: 'p256', signature: decodeBase64(vector.sig_b64) }];
    const envelope = formatEnvelope({ payloadType: vector.payloadType, payload, signatures });
    expect(openEnvelope(envelope, [{ keyid: 'p256', isValid }]).keyids).toEqual(['p256']);
  });
});
