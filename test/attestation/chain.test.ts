import { X509Certificate, createHash } from 'node:crypto';

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkChain } from '../../src/attestation/chain.ts';
import { VENDOR_ROOTS } from '../../src/attestation/trust.ts';
import { commonName, parsePemChain } from '../../src/attestation/x509.ts';
import { encodeHex } from '../../src/core/bytes.ts';
import { describeRealData } from '../testdata.ts';

describeRealData('certificates of vendors', 'fixtures/tee', (folder) => {
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, path)));
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('VENDOR_ROOTS pins the root certificates that the vendors publish', () => {
    const intel = new X509Certificate(read('phala-dcap-qvl/TrustedRootCA.der'));
    expect(VENDOR_ROOTS.intelSpki).toEqual([sha256(intel.publicKey.export({ format: 'der', type: 'spki' }))]);
    const nvidia = new X509Certificate(text('nvidia/verifier_device_root.pem'));
    expect(VENDOR_ROOTS.nvidiaCertificates).toEqual([sha256(nvidia.raw)]);
    const nitro = new X509Certificate(text('aws-nitro/dstack-AWS_NitroEnclaves_Root-G1.pem'));
    expect(VENDOR_ROOTS.nitroCertificates).toEqual([sha256(nitro.raw)]);
  });

  it('parsePemChain() reads what node:crypto reads', () => {
    const chains = [text('nvidia/sample-hopperCertChain.txt'), text('aws-nitro/dstack-AWS_NitroEnclaves_Root-G1.pem')];
    for (const certificate of chains.flatMap(parsePemChain)) {
      const reference = new X509Certificate(certificate.der);
      expect(BigInt(`0x${certificate.serial}`)).toBe(BigInt(`0x${reference.serialNumber}`));
      expect(certificate.window).toEqual({
        fromMs: Date.parse(reference.validFrom),
        toMs: Date.parse(reference.validTo),
      });
      expect(certificate.ca !== null).toBe(reference.ca);
      expect(reference.subject.split('\n')).toContain(`CN=${commonName(certificate.subject)}`);
      expect(encodeHex(certificate.spki)).toBe(
        reference.publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
      );
    }
  });

  it('checkChain() accepts the chain of a GPU under the root of its vendor', () => {
    const chain = parsePemChain(text('nvidia/sample-hopperCertChain.txt'));
    const context = { atMs: Date.parse('2026-01-01'), roots: [VENDOR_ROOTS], kind: 'nvidiaCertificates' } as const;
    expect(checkChain(chain, context).simulated).toBe(false);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
