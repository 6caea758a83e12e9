import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createReportCompanions, type CompanionChoice } from '../../../src/endpoints/tee/report-companions.ts';
import { describeRealData } from '../../testdata.ts';
import { startProvider, type ProviderServer, type Reply } from './provider-server.ts';
import type { EvidenceFile } from '../../../src/attestation/claim.ts';
import type { TeeProvider } from '../../../src/core/evidence-names.ts';

const NEVER = new AbortController().signal;
const NONCE = 'ab'.repeat(32);

type Collateral = Readonly<Record<string, string>>;

/** A caching service that has the collateral of one platform. */
function pccs(collateral: Collateral, changed: Readonly<Record<string, Reply>> = {}): Promise<ProviderServer> {
  const chain = (name: string): string => encodeURIComponent(collateral[name] ?? '');
  const replies: Readonly<Record<string, Reply>> = {
    '/sgx/certification/v4/pckcrl': {
      headers: { 'SGX-PCK-CRL-Issuer-Chain': chain('pck_crl_issuer_chain') },
      body: Buffer.from(collateral['pck_crl'] ?? '', 'hex'),
    },
    '/sgx/certification/v4/rootcacrl': { body: (collateral['root_ca_crl'] ?? '').toUpperCase() },
    '/tdx/certification/v4/tcb': {
      headers: { 'TCB-Info-Issuer-Chain': chain('tcb_info_issuer_chain') },
      body: `{"tcbInfo":${collateral['tcb_info']},"signature":"${collateral['tcb_info_signature']}"}`,
    },
    '/tdx/certification/v4/qe/identity': {
      headers: { 'SGX-Enclave-Identity-Issuer-Chain': chain('qe_identity_issuer_chain') },
      body: `{ "signature" : "${collateral['qe_identity_signature']}", "enclaveIdentity" : ${collateral['qe_identity']} }`,
    },
    ...changed,
  };
  return startProvider(({ line }) => {
    const path = /^GET ([^?]+)/.exec(line)?.[1] ?? '';
    return replies[path] ?? { status: 404, body: 'none' };
  });
}

async function companionsOf(
  report: Uint8Array,
  choice: Partial<CompanionChoice>,
  provider: TeeProvider = 'near-direct',
): Promise<readonly EvidenceFile[]> {
  const companions = createReportCompanions(provider, { collateral: null, nras: null, ...choice }, null);
  onTestFinished(companions.close);
  return await companions.of({ bytes: report, nonce: NONCE }, NEVER);
}

function textOf(file: EvidenceFile | undefined): string {
  return Buffer.from(file?.bytes ?? []).toString();
}

describe('createReportCompanions()', () => {
  it.each(['', 'no report', '{"intel_quote":"00"}', '{"intel_quote":7}'])(
    'has nothing for the report %j',
    async (text) => {
      const server = await startProvider(() => ({ body: '' }));
      const choice = { collateral: { kind: 'pccs', url: server.origin }, nras: server.origin } as const;
      expect(await companionsOf(Buffer.from(text), choice)).toEqual([]);
      expect(server.seen).toEqual([]);
    },
  );
});

describeRealData('collateral of a captured report', 'fixtures/tee/live-captures/near-direct-2026-06-29', (folder) => {
  const report = readFileSync(join(folder, 'report.json'));
  const captured = JSON.parse(readFileSync(join(folder, 'collateral.json'), 'utf8')) as Collateral;
  const { fmspc } = JSON.parse(captured['tcb_info'] ?? '') as { fmspc: string };

  it('is put together from what a caching service has, statements byte for byte', async () => {
    const server = await pccs(captured);
    const files = await companionsOf(report, { collateral: { kind: 'pccs', url: server.origin } });
    expect(files.map(({ role }) => role)).toEqual(['collateral']);
    expect(JSON.parse(textOf(files[0]))).toEqual(captured);
    expect(server.seen.map(({ line }) => line).toSorted()).toEqual([
      'GET /sgx/certification/v4/pckcrl?ca=platform&encoding=der',
      'GET /sgx/certification/v4/rootcacrl',
      'GET /tdx/certification/v4/qe/identity',
      `GET /tdx/certification/v4/tcb?fmspc=${fmspc.toLowerCase()}`,
    ]);
  });

  it('is fetched once for a platform', async () => {
    const server = await pccs(captured);
    const choice = { collateral: { kind: 'pccs', url: server.origin }, nras: null } as const;
    const companions = createReportCompanions('near-direct', choice, null);
    onTestFinished(companions.close);
    const fetch = (): Promise<readonly EvidenceFile[]> => companions.of({ bytes: report, nonce: NONCE }, NEVER);
    const [first, second] = await Promise.all([fetch(), fetch()]);
    expect(second).toEqual(first);
    expect(await fetch()).toEqual(first);
    expect(server.seen).toHaveLength(4);
    expect(companions.requests()).toBe(4);
  });

  it('has an empty place for a part that the service does not have', async () => {
    const server = await pccs(captured, {
      '/sgx/certification/v4/pckcrl': { status: 404, body: 'none' },
      '/tdx/certification/v4/tcb': { status: 404, body: 'none' },
    });
    const [file] = await companionsOf(report, { collateral: { kind: 'pccs', url: server.origin } });
    expect(JSON.parse(textOf(file))).toEqual({
      ...captured,
      pck_crl: '',
      pck_crl_issuer_chain: '',
      tcb_info: '',
      tcb_info_signature: '',
      tcb_info_issuer_chain: '',
    });
  });

  it.each<[string, Reply, string]>([
    ['is refused', { status: 403, body: 'leak' }, 'cannot fetch collateral: got HTTP status 403'],
    ['is no statement', { body: '{"leak":1}' }, 'cannot read collateral: want tcbInfo and its signature'],
    ['is no JSON', { body: 'leak' }, 'cannot read collateral: want tcbInfo and its signature'],
    [
      'is two statements',
      { body: '{"tcbInfo":{},"tcbInfo":{},"signature":"00"}' },
      'cannot read collateral: want tcbInfo and its signature',
    ],
    [
      'has a chain that cannot be decoded',
      { headers: { 'TCB-Info-Issuer-Chain': '%leak' }, body: '{}' },
      'cannot read the issuer chain of collateral: want percent-encoded PEM',
    ],
    ['is too large', { body: 'leak'.repeat(300_000) }, 'cannot fetch collateral: got ERR_RESPONSE_TOO_LARGE'],
  ])('fails with a typed error if it %s, and quotes nothing', async (_name, reply, message) => {
    const server = await pccs(captured, { '/tdx/certification/v4/tcb': reply });
    const fetched = companionsOf(report, { collateral: { kind: 'pccs', url: server.origin } });
    await expect(fetched).rejects.toMatchObject({ code: 'ERR_ATTESTATION', message });
  });

  it('is asked for again after a failure', async () => {
    let status = 403;
    const server = await startProvider(() => ({ status, body: '' }));
    const choice = { collateral: { kind: 'pccs', url: server.origin }, nras: null } as const;
    const companions = createReportCompanions('near-direct', choice, null);
    onTestFinished(companions.close);
    const fetch = (): Promise<readonly EvidenceFile[]> => companions.of({ bytes: report, nonce: NONCE }, NEVER);
    await expect(fetch()).rejects.toMatchObject({ code: 'ERR_ATTESTATION' });
    status = 404;
    expect(await fetch()).toHaveLength(1);
  });

  it('is read from a folder, by platform', async () => {
    const files = mkdtempSync(join(tmpdir(), 'touchstone-collateral-'));
    onTestFinished(() => rmSync(files, { recursive: true }));
    const choice = { collateral: { kind: 'folder', path: files } } as const;
    const name = `${fmspc.toLowerCase()}-platform.json`;
    await expect(companionsOf(report, choice)).rejects.toMatchObject({
      code: 'ERR_ATTESTATION',
      message: expect.stringContaining(`a file ${name}`),
    });
    writeFileSync(join(files, name), 'as it is');
    const [file] = await companionsOf(report, choice);
    expect({ role: file?.role, text: textOf(file) }).toEqual({ role: 'collateral', text: 'as it is' });
    writeFileSync(join(files, name), Buffer.alloc((4 << 20) + 1));
    await expect(companionsOf(report, choice)).rejects.toMatchObject({ code: 'ERR_ATTESTATION' });
  });

  it('comes with the verdict on the GPUs and the keys that signed it', async () => {
    const server = await startProvider(({ line }) => ({ body: line }));
    const files = await companionsOf(report, { nras: `${server.origin}/v3/attest/gpu` });
    expect(files.map((file) => [file.role, textOf(file)])).toEqual([
      ['nras', 'POST /v3/attest/gpu'],
      ['jwks', 'GET /.well-known/jwks.json'],
    ]);
    const payload = JSON.parse(report.toString()) as { nvidia_payload: string };
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual(JSON.parse(payload.nvidia_payload));
    expect(server.seen[0]?.headers['content-type']).toBe('application/json');
  });

  it('comes without a verdict that cannot be had', async () => {
    const server = await startProvider(() => ({ status: 400, body: 'no' }));
    expect(await companionsOf(report, { nras: server.origin })).toEqual([]);
  });
});
