import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildGpuEvidence } from '../../../../src/endpoints/tee/simulator/gpu-evidence.ts';
import { judgeGpus, nrasKeys } from '../../../../src/endpoints/tee/simulator/nras.ts';
import type { SimulatorFaultName } from '../../../../src/endpoints/tee/simulator/faults.ts';
import { ask, jsonOf, NONCE, NOW_MS, startSimulator } from './serving.ts';

/** Whether a raw signature is one by the key of a certificate. */
function isSignedBy(
  certificate: X509Certificate | undefined,
  hash: string,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (certificate === undefined) return false;
  return verify(hash, signed, { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const FMSPC = '53494d554c41';

function chainOf(header: unknown): X509Certificate[] {
  return (decodeURIComponent(String(header)).match(PEM) ?? []).map((pem) => new X509Certificate(pem));
}

/** Whether Node finds each certificate signed by the next and the last by itself. */
function isChain(chain: readonly X509Certificate[]): boolean {
  return chain.length > 1 && chain.every((one, i) => one.verify((chain[i + 1] ?? one).publicKey));
}

describe("Intel's service", () => {
  it('gives tcb_info and qe_identity that their chains sign, as raw text', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const pages = [
      [`tcb?fmspc=${FMSPC}`, 'tcbInfo', 'tcb-info-issuer-chain'],
      ['qe/identity', 'enclaveIdentity', 'sgx-enclave-identity-issuer-chain'],
    ] as const;
    for (const [path, member, header] of pages) {
      const got = await ask(`${simulator.vendorUrl}/tdx/certification/v4/${path}`);
      const chain = chainOf(got.headers[header]);
      expect(isChain(chain)).toBe(true);
      expect(chain[0]?.subject).toContain('CN=Simulated SGX TCB Signing');
      const signature = Buffer.from(String(jsonOf(got)['signature']), 'hex');
      const text = got.body.toString().slice(`{"${member}":`.length, -`,"signature":"${'0'.repeat(128)}"}`.length);
      expect(JSON.parse(text)).toEqual(jsonOf(got)[member]);
      expect(isSignedBy(chain[0], 'sha256', Buffer.from(text), signature)).toBe(true);
    }
  });

  it('gives revocation lists, the same as in the file of all collateral', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const { vendorUrl } = simulator;
    const pck = await ask(`${vendorUrl}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`);
    const root = await ask(`${vendorUrl}/IntelSGXRootCA.der`);
    const hex = await ask(`${vendorUrl}/sgx/certification/v4/rootcacrl`);
    expect(isChain(chainOf(pck.headers['sgx-pck-crl-issuer-chain']))).toBe(true);
    const all = jsonOf(await ask(`${vendorUrl}/collateral.json`));
    expect(all).toEqual(simulator.collateral());
    expect([pck.body.toString('hex'), root.body.toString('hex')]).toEqual([all['pck_crl'], all['root_ca_crl']]);
    expect(hex.body.toString()).toBe(all['root_ca_crl']);
  });

  it('has nothing for other platforms, other authorities or missing lists', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', faults: ['crl-missing', 'root-crl-missing'] });
    const paths = [
      '/tdx/certification/v4/tcb?fmspc=00906ed50000',
      '/sgx/certification/v4/pckcrl?ca=processor&encoding=der',
      '/sgx/certification/v4/pckcrl?ca=platform&encoding=der',
      '/sgx/certification/v4/rootcacrl',
      '/IntelSGXRootCA.der',
      '/nothing',
    ];
    const got = await Promise.all(paths.map((path) => ask(simulator.vendorUrl + path)));
    expect(got.map(({ status }) => status)).toEqual(paths.map(() => 404));
  });
});

describe("NVIDIA's service", () => {
  const payload = JSON.stringify({
    nonce: NONCE,
    arch: 'HOPPER',
    evidence_list: buildGpuEvidence(['test'], 2, Buffer.from(NONCE, 'hex'), new Set()),
  });

  function decode(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
    const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    return { header: JSON.parse(header ?? '') as never, claims: JSON.parse(claims ?? '') as never };
  }

  /** Whether Node finds a token signed by the one key of the set. */
  function isSigned(token: string): boolean {
    const [key] = (nrasKeys() as { keys: JsonWebKey[] }).keys;
    const at = token.lastIndexOf('.');
    const publicKey = createPublicKey({ format: 'jwk', key: key as never });
    const signature = Buffer.from(token.slice(at + 1), 'base64url');
    return verify('sha384', Buffer.from(token.slice(0, at)), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  }

  function judge(...faults: SimulatorFaultName[]) {
    const [[, overall], gpus] = judgeGpus(JSON.parse(payload) as never, NOW_MS, new Set(faults));
    return { overall, gpus, ...decode(overall) };
  }

  it('gives signed verdicts, of which the overall one names the others by digest', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const got = await ask(`${simulator.vendorUrl}/v3/attest/gpu`, payload);
    const [[kind, overall], gpus] = jsonOf<[[string, string], Record<string, string>]>(got);
    expect(kind).toBe('JWT');
    expect([overall, ...Object.values(gpus)].every(isSigned)).toBe(true);
    const { claims } = decode(overall);
    expect(claims).toMatchObject({ 'x-nvidia-overall-att-result': true, eat_nonce: NONCE, iat: NOW_MS / 1000 });
    const digests = Object.entries(gpus).map(([name, token]) => [
      name,
      ['DIGEST', ['SHA-256', createHash('sha256').update(token).digest('hex')]],
    ]);
    expect(claims['submods']).toEqual(Object.fromEntries(digests));
    expect(Object.keys(gpus)).toEqual(['GPU-0', 'GPU-1']);
    expect(jsonOf(await ask(`${simulator.vendorUrl}/.well-known/jwks.json`))).toEqual(nrasKeys());
  });

  it('fails evidence over another nonce', () => {
    const other = { ...(JSON.parse(payload) as object), nonce: '00'.repeat(32) };
    const [[, overall], gpus] = judgeGpus(other as never, NOW_MS, new Set());
    expect(decode(overall).claims['x-nvidia-overall-att-result']).toBe(false);
    expect(decode(gpus['GPU-0'] ?? '').claims).toMatchObject({
      measres: 'fail',
      'x-nvidia-gpu-attestation-report-nonce-match': false,
    });
  });

  it('can fail, be forged or name a key that nobody knows', () => {
    expect(judge('nras-fail').claims['x-nvidia-overall-att-result']).toBe(false);
    expect(isSigned(judge('nras-fail').overall)).toBe(true);
    expect(isSigned(judge('flip-nras').overall)).toBe(false);
    expect(judge('unknown-kid').header['kid']).not.toBe(judge().header['kid']);
  });

  it('refuses what is no request for a verdict', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    for (const body of ['', '[]', '{}', '{"nonce":"","evidence_list":[{}]}']) {
      expect((await ask(`${simulator.vendorUrl}/v3/attest/gpu`, body)).status).toBe(400);
    }
  });
});

describe('GPU evidence', () => {
  it('is signed by the leaf of a chain that Node accepts', () => {
    const [gpu] = buildGpuEvidence(['test'], 1, Buffer.from(NONCE, 'hex'), new Set());
    const pems =
      Buffer.from(gpu?.certificate ?? '', 'base64')
        .toString()
        .match(PEM) ?? [];
    const chain = pems.map((pem) => new X509Certificate(pem));
    expect(chain).toHaveLength(5);
    expect(isChain(chain)).toBe(true);
    const exchange = Buffer.from(gpu?.evidence ?? '', 'base64');
    expect(exchange.subarray(4, 36).toString('hex')).toBe(NONCE);
    expect(isSignedBy(chain[0], 'sha384', exchange.subarray(0, -96), exchange.subarray(-96))).toBe(true);
  });
});
