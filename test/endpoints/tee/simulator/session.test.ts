import { describe, expect, it } from 'vitest';
import type { Claim, SessionAssessment } from '../../../../src/attestation/claim.ts';
import { assessSession } from '../../../../src/attestation/session.ts';
import { SIMULATED_ROOTS, VENDOR_ROOTS } from '../../../../src/attestation/trust.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../../../../src/core/evidence-names.ts';
import { SIMULATOR_FAULTS, type SimulatorFaultName } from '../../../../src/endpoints/tee/simulator/faults.ts';
import type { TeeSimulator } from '../../../../src/endpoints/tee/simulator/server.ts';
import { ask, MODEL, NONCE, NOW_MS, reportUrl, startSimulator } from './serving.ts';

/** What a client would archive, assessed. */
async function assess(
  simulator: TeeSimulator,
  mode: TeeProvider,
  roots = [SIMULATED_ROOTS],
): Promise<SessionAssessment> {
  const got = await ask(reportUrl(simulator, mode));
  const files = [
    { role: 'report' as const, bytes: got.body },
    { role: 'collateral' as const, bytes: Buffer.from(JSON.stringify(simulator.collateral())) },
    ...(await verdict(simulator, got.body)),
  ];
  const algo = mode === 'aci' || mode === 'tinfoil' ? null : 'ecdsa';
  return assessSession(
    { provider: mode, algo, model: MODEL, spki: got.spki, files },
    { nonce: Buffer.from(NONCE, 'hex'), atMs: NOW_MS, roots },
  );
}

async function verdict({ vendorUrl }: TeeSimulator, report: Buffer) {
  const payload = gpuPayload(report);
  if (payload === null) return [];
  const nras = await ask(`${vendorUrl}/v3/attest/gpu`, payload);
  const jwks = await ask(`${vendorUrl}/.well-known/jwks.json`);
  return [
    { role: 'nras' as const, bytes: nras.body },
    { role: 'jwks' as const, bytes: jwks.body },
  ];
}

function gpuPayload(report: Buffer): string | null {
  const root = tryParse(report);
  const payload = (root?.model_attestations?.[0] ?? root)?.nvidia_payload;
  if (payload !== undefined) return payload;
  const evidences = root?.gpu?.evidences;
  return evidences === undefined ? null : JSON.stringify({ nonce: NONCE, arch: 'HOPPER', evidence_list: evidences });
}

interface AnyReport {
  readonly nvidia_payload?: string;
  readonly model_attestations?: readonly AnyReport[];
  readonly gpu?: { readonly evidences: unknown };
}

function tryParse(report: Buffer): AnyReport | null {
  try {
    return JSON.parse(report.toString()) as AnyReport;
  } catch {
    // A report that was cut.
    return null;
  }
}

function named(claims: readonly Claim[], status: Claim['status']): string[] {
  return claims.filter((claim) => claim.status === status).map(({ subject, claim }) => `${subject} ${claim}`);
}

function codes(claims: readonly Claim[]): string[] {
  return claims.flatMap(({ code }) => (code === undefined ? [] : [code]));
}

const MACHINE = ['quote', 'tcb', 'production', 'key_bound', 'nonce', 'tls_bound'];
const STACK = ['event_log', 'compose'];

/** Claims of an honest simulator under TLS, beside those on actions, images and verdicts. */
const HONEST: Readonly<Record<TeeProvider, readonly string[]>> = {
  'near-direct': [...MACHINE, ...STACK, 'actions', 'gpu', 'gpu_verdict'].map((name) => `model ${name}`),
  'near-gateway': [
    ...[...MACHINE, ...STACK].map((name) => `gateway ${name}`),
    ...['quote', 'tcb', 'production', 'key_bound', 'nonce', ...STACK, 'actions', 'gpu', 'gpu_verdict'].map(
      (name) => `model ${name}`,
    ),
  ],
  'vllm-proxy': [...MACHINE.slice(0, 5), ...STACK, 'images_pinned', 'gpu'].map((name) => `model ${name}`),
  aci: [...MACHINE, ...STACK, 'images_pinned'].map((name) => `gateway ${name}`),
  tinfoil: [...MACHINE, 'gpu', 'gpu_bound'].map((name) => `model ${name}`),
};

describe('an honest simulator', () => {
  it.each(TEE_PROVIDERS)('in mode %s is attested under its own roots', async (mode) => {
    await using simulator = await startSimulator({ mode, tls: true, gpus: 2 });
    const { claims, simulated, keys, channelSpki, machines } = await assess(simulator, mode);
    expect(named(claims, 'refuted')).toEqual([]);
    expect(named(claims, 'asserted')).toEqual(expect.arrayContaining([...HONEST[mode]]));
    expect(simulated).toBe(true);
    expect(keys).toHaveLength({ 'near-gateway': 2, tinfoil: 0 }[mode as string] ?? 1);
    expect(channelSpki).toBe(mode === 'vllm-proxy' ? null : simulator.spki);
    expect(machines[0]?.tcb).toMatchObject({ status: 'UpToDate', fmspc: '53494d554c41' });
    expect(Buffer.from(machines[0]?.measurements['mr_td'] ?? '', 'hex').toString()).toContain('SIMULATED');
  });

  it.each(TEE_PROVIDERS)('in mode %s is refused under the roots of the vendors', async (mode) => {
    await using simulator = await startSimulator({ mode });
    const { claims, keys } = await assess(simulator, mode, [VENDOR_ROOTS]);
    expect(codes(claims)).toContain('ERR_EVIDENCE_SIMULATED');
    expect(keys).toEqual([]);
  });

  it('binds no TLS key where it has none', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const { claims, keys } = await assess(simulator, 'near-direct');
    expect(named(claims, 'unknown')).toContain('model tls_bound');
    expect(keys).toHaveLength(1);
  });

  it('declares the checkpoint that its compose file names', async () => {
    await using simulator = await startSimulator({ mode: 'vllm-proxy' });
    const { machines } = await assess(simulator, 'vllm-proxy');
    expect(machines[0]?.declaredCheckpoints[0]).toMatch(/^simulated\/model@[0-9a-f]{40}$/);
  });
});

const SESSION_FAULTS = SIMULATOR_FAULTS.filter(({ about }) => about === 'session');
const CASES = SESSION_FAULTS.flatMap(({ name, code, modes }) =>
  modes.map((mode) => ({ name, code, mode, refused: code === null ? 'not refused' : `refused with ${code}` })),
);

describe('a fault of the attestation', () => {
  it.each(CASES)('$name in mode $mode is $refused', async ({ name, code, mode }) => {
    await using simulator = await startSimulator({ mode, tls: true, faults: [name] });
    const { claims } = await assess(simulator, mode);
    if (code === null) expect(codes(claims)).toEqual([]);
    else expect(codes(claims)).toContain(code);
  });

  const NOTED: readonly (readonly [SimulatorFaultName, (assessment: SessionAssessment) => unknown, unknown])[] = [
    ['quote-v5', ({ machines }) => machines[0]?.platform, 'tdx-v5'],
    ['quote-v5-td10', ({ machines }) => machines[0]?.platform, 'tdx-v5'],
    ['tcb-outdated', ({ machines }) => machines[0]?.tcb?.status, 'OutOfDate'],
    ['tcb-outdated', ({ machines }) => machines[0]?.tcb?.advisories, ['SIM-SA-00001', 'SIM-SA-00002']],
    ['tcb-configuration', ({ machines }) => machines[0]?.tcb?.status, 'ConfigurationNeeded'],
    ['gpu-missing', ({ claims }) => named(claims, 'unknown').includes('model gpu'), true],
    ['image-unpinned', ({ claims }) => named(claims, 'unknown').includes('model images_pinned'), true],
  ];
  it.each(NOTED)('%s is noted', async (name, read, expected) => {
    await using simulator = await startSimulator({ mode: 'vllm-proxy', faults: [name] });
    expect(read(await assess(simulator, 'vllm-proxy'))).toEqual(expected);
  });
});
