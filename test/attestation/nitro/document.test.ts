import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_NITRO_BYTES, verifyNitro } from '../../../src/attestation/nitro/document.ts';
import { VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import * as fc from '../../property.ts';
import { describeRealData } from '../../testdata.ts';
import { expectCode } from '../../vectors.ts';
import { cbor, documentTimeMs, nitroDocument, nitroRoots, payloadFields, Raw } from './document-maker.ts';
import type { DocumentChanges } from './document-maker.ts';

const roots = [nitroRoots];
const zero = new Uint8Array(48);
const pcrs = (...entries: readonly (readonly [unknown, unknown])[]): Map<unknown, unknown> => new Map(entries);

describe('verifyNitro()', () => {
  it('gives what is in a document', () => {
    const document = verifyNitro(nitroDocument(), roots);
    expect(document).toMatchObject({
      moduleId: 'i-0-enc1',
      timestampMs: documentTimeMs,
      publicKey: null,
      userData: Uint8Array.of(1, 2),
      nonce: new Uint8Array(32).fill(3),
      simulated: false,
    });
    expect(document.pcrs.get(15)).toBe('10'.repeat(48));
  });

  it('reads absent optional fields as null', () => {
    const document = verifyNitro(nitroDocument({ fields: { nonce: undefined, user_data: undefined } }), roots);
    expect(document).toMatchObject({ nonce: null, userData: null });
  });

  it('says that a document is simulated', () => {
    expect(verifyNitro(nitroDocument(), [{ ...nitroRoots, simulated: true }]).simulated).toBe(true);
  });

  it.each<[string, DocumentChanges]>([
    ['an envelope that is cut', { envelope: { 3: new Uint8Array(95) } }],
    ['another algorithm', { envelope: { 0: Uint8Array.of(0xa1, 1, 0x26) } }],
    ['further headers', { envelope: { 0: Uint8Array.of(0xa2, 1, 0x38, 0x22, 2, 0) } }],
    ['unprotected headers', { envelope: { 1: new Map([[1, -35]]) } }],
    ['headers that are no map', { envelope: { 1: [] } }],
    ['a payload that is text', { envelope: { 2: 'payload' } }],
    ['a payload that is a list', { payload: cbor([]) }],
    ['a payload that is no CBOR', { payload: Uint8Array.of(0xff) }],
    ['another digest', { fields: { digest: 'SHA256' } }],
    ['no module', { fields: { module_id: undefined } }],
    ['a module without end', { fields: { module_id: 'm'.repeat(257) } }],
    ['no time', { fields: { timestamp: undefined } }],
    ['a time as text', { fields: { timestamp: '0' } }],
    ['no registers', { fields: { pcrs: undefined } }],
    ['registers in a list', { fields: { pcrs: [zero] } }],
    ['a register by name', { fields: { pcrs: pcrs([0, zero], [1, zero], [2, zero], ['x', zero]) } }],
    ['a register beyond 31', { fields: { pcrs: pcrs([0, zero], [1, zero], [2, zero], [32, zero]) } }],
    ['a register that is cut', { fields: { pcrs: pcrs([0, zero], [1, zero], [2, zero.subarray(1)]) } }],
    ['no third register', { fields: { pcrs: pcrs([0, zero], [1, zero]) } }],
    ['a nonce that is text', { fields: { nonce: 'nonce' } }],
    ['no certificate', { fields: { certificate: null } }],
    ['no issuers', { fields: { cabundle: [] } }],
    ['an issuer that is text', { fields: { cabundle: ['root'] } }],
    ['eight issuers', { fields: { cabundle: Array.from({ length: 8 }, () => zero) } }],
  ])('rejects %s', (_, changes) => {
    expectCode(() => verifyNitro(nitroDocument(changes), roots), 'ERR_NITRO_FORM');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['an array of three', cbor([zero, new Map(), zero])],
    ['a tagged document', Uint8Array.of(0xd2, ...nitroDocument())],
    ['a document with a byte after it', Uint8Array.of(...nitroDocument(), 0)],
    ['a document with an array of indefinite length', cbor([new Raw(0x9f, 0xff), 0, 0, 0])],
    ['too many bytes', new Uint8Array(MAX_NITRO_BYTES + 1)],
  ])('rejects %s', (_, bytes) => {
    expectCode(() => verifyNitro(bytes, roots), 'ERR_NITRO_FORM');
  });

  const [rootDer, middleDer] = payloadFields().get('cabundle') as readonly Uint8Array[];
  it.each<[string, DocumentChanges]>([
    ['from before its certificate', { fields: { timestamp: 0 } }],
    ['from after its certificate', { fields: { timestamp: Date.parse('2060-01-01') } }],
    ['without an issuer', { fields: { cabundle: [rootDer] } }],
    ['with its issuers in the wrong order', { fields: { cabundle: [middleDer, rootDer] } }],
    ['with a certificate that is none', { fields: { certificate: zero } }],
    ['with an issuer that is none', { fields: { cabundle: [rootDer, zero, middleDer] } }],
  ])('rejects a document %s', (_, changes) => {
    expectCode(() => verifyNitro(nitroDocument(changes), roots), 'ERR_NITRO_CHAIN');
  });

  it('rejects a root that nobody pins', () => {
    expectCode(() => verifyNitro(nitroDocument(), [VENDOR_ROOTS]), 'ERR_NITRO_CHAIN');
  });

  it('rejects another payload and a key of another curve', () => {
    const other = cbor(payloadFields().set('module_id', 'i-0-enc2'));
    expectCode(() => verifyNitro(nitroDocument({ envelope: { 2: other } }), roots), 'ERR_NITRO_SIGNATURE');
    expectCode(() => verifyNitro(nitroDocument({ curve: 'P-256' }), roots), 'ERR_NITRO_SIGNATURE');
  });

  it('rejects debug mode, which is zeros in all registers of the image', () => {
    const some = new Uint8Array(48).fill(1);
    const debug = pcrs([0, zero], [1, zero], [2, zero], [3, some]);
    expectCode(() => verifyNitro(nitroDocument({ fields: { pcrs: debug } }), roots), 'ERR_NITRO_DEBUG');
    verifyNitro(nitroDocument({ fields: { pcrs: pcrs([0, some], [1, zero], [2, zero]) } }), roots);
  });

  it('never accepts a document with a flipped bit, unless it says the same', () => {
    const document = nitroDocument();
    const whole = verifyNitro(document, roots);
    fc.assert(
      fc.property(fc.nat(8 * document.length - 1), (bit) => {
        const flipped = document.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          expect(verifyNitro(flipped, roots)).toEqual(whole);
          throw new Error('a flipped bit was not seen');
        } catch (error) {
          expect(isTouchstoneError(error)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('throws nothing but its own errors on any bytes', () => {
    const payload = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(payload, fc.boolean(), (bytes, inside) => {
        try {
          verifyNitro(inside ? nitroDocument({ payload: bytes }) : bytes, roots);
        } catch (error) {
          expect(isTouchstoneError(error, 'ERR_NITRO_FORM')).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describeRealData('Nitro documents', 'fixtures/tee/aws-nitro', (folder) => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
  // Two bytes, the length of the document times four plus one, the document, and what dstack adds.
  const framed = (name: string): Uint8Array => {
    const file = read(name);
    return file.subarray(4, 4 + (new DataView(file.buffer).getUint16(2, true) >> 2));
  };
  const inBase64 = (name: string): Uint8Array =>
    new Uint8Array(Buffer.from(readFileSync(join(folder, name), 'utf8'), 'base64'));

  it.each<[string, Uint8Array, string]>([
    ['of dstack', framed('dstack-nitro_attestation.bin'), '2025-12-25'],
    ['of Evervault', read('evervault-beta-valid-attestation-doc-bytes'), ''],
  ])('the document %s verifies at its own time', (_, bytes, day) => {
    const { moduleId, timestampMs, pcrs: registers, window } = verifyNitro(bytes, [VENDOR_ROOTS]);
    expect(moduleId).toMatch(/^i-[0-9a-f]{17}-enc/);
    expect(new Date(timestampMs).toISOString()).toContain(day);
    expect(window.toMs - window.fromMs).toBeLessThan(4 * 3_600_000);
    expect(registers.size).toBe(16);
  });

  it('the document of dstack has the registers that stand in its bytes', () => {
    const { pcrs: registers } = verifyNitro(framed('dstack-nitro_attestation.bin'), [VENDOR_ROOTS]);
    expect(registers.get(0)).toMatch(/^5cb702954321826d7939d6da829a940d/);
    expect(registers.get(3)).toBe('00'.repeat(48));
  });

  it.each<[string, Uint8Array]>([
    ['of dstack', framed('dstack-nitro_attestation_dbg.bin')],
    ['of Evervault in beta', read('evervault-beta-debug-mode-attestation-doc-bytes')],
    ['of Evervault', inBase64('evervault-valid-attestation-doc-base64')],
  ])('the document %s in debug mode is refused', (_, bytes) => {
    expectCode(() => verifyNitro(bytes, [VENDOR_ROOTS]), 'ERR_NITRO_DEBUG');
  });

  it('a flip in a real document is refused', () => {
    const document = framed('dstack-nitro_attestation.bin');
    for (const at of [100, 2000, document.length - 1]) {
      const flipped = document.with(at, (document[at] ?? 0) ^ 1);
      expect(() => verifyNitro(flipped, [VENDOR_ROOTS])).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_NITRO_(CHAIN|FORM|SIGNATURE)$/) }),
      );
    }
  });
});
