/** Verdicts on GPU evidence in the shape of NVIDIA's attestation service: web tokens and the keys that sign them. */
import { createHash } from 'node:crypto';
import { encodeBase64, encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import { issueCertificate } from './certificate.ts';
import { base64Url, deriveBytes, deriveEcKey, type EcKey } from './ec-key.ts';
import type { SimulatorFaults } from './faults.ts';
import type { GpuEvidence } from './gpu-evidence.ts';

const ISSUER = 'https://nras.attestation.simulated';
const KEY_ID = 'nv-eat-kid-simulated-0';
const LIFE_S = 3600;

const CHECKS = [
  'arch-check',
  'attestation-report-cert-chain-validated',
  'attestation-report-parsed',
  'attestation-report-nonce-match',
  'attestation-report-signature-verified',
  'driver-rim-fetched',
  'driver-rim-schema-validated',
  'driver-rim-cert-validated',
  'driver-rim-signature-verified',
  'driver-rim-measurements-available',
  'vbios-rim-fetched',
  'vbios-rim-schema-validated',
  'vbios-rim-cert-validated',
  'vbios-rim-signature-verified',
  'vbios-rim-measurements-available',
  'vbios-index-no-conflict',
] as const;

/** What the service is asked about. */
export interface NrasRequest {
  readonly nonce: string;
  readonly evidence_list: readonly Pick<GpuEvidence, 'evidence'>[];
}

/** The verdict: an overall token, and one for each GPU under the name that the overall token gives it. */
export type NrasResponse = readonly [readonly ['JWT', string], Readonly<Record<string, string>>];

function signingKey(): EcKey {
  return deriveEcKey('P-384', 'nras signing key');
}

/** Judge the evidence; all that is looked at is the nonce in each exchange. */
export function judgeGpus(request: NrasRequest, nowMs: number, faults: SimulatorFaults): NrasResponse {
  const times = timesAt(nowMs);
  const tokens = request.evidence_list.map(({ evidence }, i) => {
    const good = !faults.has('nras-fail') && nonceOf(evidence) === request.nonce;
    return {
      good,
      name: `GPU-${i}`,
      token: sign({ ...gpuClaims(good, i), ...times, eat_nonce: request.nonce }, faults),
    };
  });
  const overall = {
    sub: 'NVIDIA-PLATFORM-ATTESTATION',
    'x-nvidia-ver': '2.0',
    ...times,
    jti: identifier('overall', request.nonce),
    'x-nvidia-overall-att-result': tokens.every(({ good }) => good),
    submods: Object.fromEntries(tokens.map(({ name, token }) => [name, ['DIGEST', ['SHA-256', sha256Hex(token)]]])),
    eat_nonce: request.nonce,
  };
  const signed = sign(overall, faults);
  return [
    ['JWT', faults.has('flip-nras') ? withFlippedPayload(signed) : signed],
    Object.fromEntries(tokens.map(({ name, token }) => [name, token])),
  ];
}

/** The keys of the service as a JSON web key set. */
export function nrasKeys(): object {
  const { point } = signingKey();
  const issuer = issueCertificate({
    commonName: 'Simulated Attestation Service GPU Intermediate',
    key: deriveEcKey('P-384', 'nras intermediate'),
    authority: true,
  });
  const leaf = issueCertificate({ commonName: 'Simulated Attestation Service GPU GH100', key: signingKey(), issuer });
  const x5c = [leaf, issuer].map(({ der }) => encodeBase64(der));
  const [x, y] = [point.subarray(0, 48), point.subarray(48)].map((half) => base64Url(half));
  return { keys: [{ kty: 'EC', crv: 'P-384', kid: KEY_ID, x5c, x, y }] };
}

function timesAt(nowMs: number): object {
  const iat = Math.floor(nowMs / 1000);
  return { iss: ISSUER, iat, nbf: iat, exp: iat + LIFE_S };
}

function gpuClaims(good: boolean, index: number): object {
  return {
    ...Object.fromEntries(
      CHECKS.map((name) => [`x-nvidia-gpu-${name}`, name === 'attestation-report-nonce-match' ? good : true]),
    ),
    measres: good ? 'success' : 'fail',
    secboot: true,
    dbgstat: 'disabled',
    hwmodel: 'GH100',
    oemid: '5703',
    ueid: BigInt(`0x${encodeHex(deriveBytes(20, 'gpu', String(index)))}`).toString(),
    jti: identifier('gpu', String(index)),
    'x-nvidia-gpu-driver-version': '000.00.00',
    'x-nvidia-gpu-vbios-version': '96.00.CF.00.02',
    'x-nvidia-attestation-warning': null,
  };
}

function identifier(...names: readonly string[]): string {
  return encodeHex(deriveBytes(16, 'token', ...names)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function nonceOf(evidence: string): string {
  return Buffer.from(evidence, 'base64').subarray(4, 36).toString('hex');
}

function sign(claims: object, faults: SimulatorFaults): string {
  const header = { kid: faults.has('unknown-kid') ? 'nv-eat-kid-simulated-1' : KEY_ID, alg: 'ES384' };
  const input = [header, claims].map((part) => base64Url(encodeUtf8(JSON.stringify(part)))).join('.');
  return `${input}.${base64Url(signingKey().sign(encodeUtf8(input)))}`;
}

// The expiry an hour later: JSON that reads well and was never signed.
function withFlippedPayload(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp: number };
  const changed = { ...claims, exp: claims.exp + LIFE_S };
  return [header, base64Url(encodeUtf8(JSON.stringify(changed))), signature].join('.');
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
