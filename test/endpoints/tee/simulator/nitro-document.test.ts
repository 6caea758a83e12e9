import { describe, expect, it } from 'vitest';
import { verifyNitro } from '../../../../src/attestation/nitro/document.ts';
import { SIMULATED_ROOTS, VENDOR_ROOTS } from '../../../../src/attestation/trust.ts';
import { buildNitroDocument } from '../../../../src/endpoints/tee/simulator/nitro-document.ts';
import { NOW_MS } from './serving.ts';

const REQUEST = { atMs: NOW_MS, nonce: Buffer.alloc(32, 7), userData: Buffer.alloc(300, 8), debug: false };

describe('buildNitroDocument()', () => {
  it('gives a document that verifies under the simulated root', () => {
    const document = verifyNitro(buildNitroDocument(REQUEST), [SIMULATED_ROOTS]);
    expect(document).toMatchObject({ simulated: true });
    expect(Buffer.from(document.nonce ?? [])).toEqual(REQUEST.nonce);
    expect(Buffer.from(document.userData ?? [])).toEqual(REQUEST.userData);
  });

  it('is refused under the roots of the vendors, and in debug mode', () => {
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => verifyNitro(buildNitroDocument(REQUEST), [VENDOR_ROOTS])).toThrow(code('ERR_EVIDENCE_SIMULATED'));
    const debug = buildNitroDocument({ ...REQUEST, nonce: null, userData: null, debug: true });
    expect(() => verifyNitro(debug, [SIMULATED_ROOTS])).toThrow(code('ERR_NITRO_DEBUG'));
  });
});
