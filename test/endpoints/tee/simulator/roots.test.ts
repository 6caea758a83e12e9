import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SIMULATED_ROOTS } from '../../../../src/attestation/trust.ts';
import { gpuRoot } from '../../../../src/endpoints/tee/simulator/gpu-evidence.ts';
import { buildIntelPki } from '../../../../src/endpoints/tee/simulator/intel-pki.ts';
import { nitroRoot } from '../../../../src/endpoints/tee/simulator/nitro-document.ts';
import { rootFingerprints } from '../../../../src/endpoints/tee/simulator/roots.ts';

describe('rootFingerprints()', () => {
  it('gives the constants that verifiers have', () => {
    expect(rootFingerprints()).toEqual({
      intelSpki: SIMULATED_ROOTS.intelSpki[0],
      nvidiaCertificate: SIMULATED_ROOTS.nvidiaCertificates[0],
      nitroCertificate: SIMULATED_ROOTS.nitroCertificates[0],
    });
  });

  it('is about certificates that Node reads as self-signed and simulated', () => {
    for (const der of [buildIntelPki(new Set()).root.der, gpuRoot(), nitroRoot()]) {
      const certificate = new X509Certificate(der);
      expect(certificate.subject).toContain('O=SIMULATED');
      expect(certificate.ca).toBe(true);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
    }
  });
});
