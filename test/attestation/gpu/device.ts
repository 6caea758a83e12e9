/** A made-up device, its chain and its signed reports. */
import { createHash } from 'node:crypto';
import type { TrustRoots } from '../../../src/attestation/claim.ts';
import type { GpuEvidence } from '../../../src/attestation/gpu/spdm.ts';
import { issueCertificate, toPem } from '../../../src/endpoints/tee/simulator/certificate.ts';
import { deriveEcKey } from '../../../src/endpoints/tee/simulator/ec-key.ts';

const rootCertificate = issueCertificate({ commonName: 'Root', key: deriveEcKey('P-384', 'root'), authority: true });
const issuer = issueCertificate({
  commonName: 'GX1 BROM',
  key: deriveEcKey('P-384', 'issuer'),
  issuer: rootCertificate,
  authority: true,
});

/** Accepts the made-up device. */
export const deviceRoots: TrustRoots = {
  intelSpki: [],
  nvidiaCertificates: [createHash('sha256').update(rootCertificate.der).digest('hex')],
  nitroCertificates: [],
  simulated: false,
};

/** What to make other than a good report of one measurement. */
export interface DeviceChanges {
  readonly request?: Uint8Array;
  /** The response from its head to its opaque data. */
  readonly response?: Uint8Array;
  readonly after?: Uint8Array;
  readonly curve?: 'P-256' | 'P-384';
  readonly chain?: string;
}

/** A response with a record and opaque data. */
export function response(record: Uint8Array, blocks: number, opaqueLength: number = 3): Uint8Array {
  const length = [record.length & 255, record.length >> 8, 0];
  return Uint8Array.of(0x11, 0x60, 0, 0, blocks, ...length, ...record, ...Array(32).fill(5), opaqueLength, 0, 1, 2, 3);
}

/** A block with a measurement of two bytes. */
export const block: Uint8Array = Uint8Array.of(1, 1, 2, 0, 0xaa, 0xbb);

/** Evidence over a nonce. */
export function deviceEvidence(nonce: Uint8Array, changes: DeviceChanges = {}): GpuEvidence {
  const key = deriveEcKey(changes.curve ?? 'P-384', 'device');
  const leaf = issueCertificate({ commonName: 'GX1 FMC', key, issuer });
  const request = changes.request ?? Uint8Array.of(0x11, 0xe0, 1, 0xff, ...nonce, 0);
  const signed = Uint8Array.of(...request, ...(changes.response ?? response(block, 1)));
  const signature = key.sign(signed);
  const padded = Uint8Array.of(...signature, ...Array(96 - signature.length).fill(0));
  return {
    report: Uint8Array.of(...signed, ...padded, ...(changes.after ?? [])),
    chainPem: changes.chain ?? toPem(leaf.der, issuer.der, rootCertificate.der),
  };
}
