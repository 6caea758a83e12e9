import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEndpointSpec } from '../../../src/endpoints/config.ts';
import { openEndpoint } from '../../../src/endpoints/open.ts';
import { openTeeEndpoint } from '../../../src/endpoints/tee/open-tee.ts';
import { assessSession } from '../../../src/attestation/session.ts';
import { SIMULATED_ROOTS } from '../../../src/attestation/trust.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../../../src/core/evidence-names.ts';
import { sendOptions } from '../send-options.ts';
import { answer, chatBody, MODEL, NOW_MS } from './simulator/serving.ts';
import { startTeeSimulator, type TeeSimulatorOptions } from '../../../src/endpoints/tee/simulator/server.ts';

const NEVER = new AbortController().signal;
const NONCE = Buffer.alloc(32, 7);

async function open(mode: TeeProvider, options: Partial<TeeSimulatorOptions> = {}) {
  const simulator = await startTeeSimulator({ mode, model: MODEL, answer, clock: () => NOW_MS, tls: true, ...options });
  onTestFinished(simulator.close);
  const identity = {
    kind: 'tee',
    name: 'simulated',
    base_url: simulator.url,
    model: MODEL,
    stream: false,
    max_tokens_field: 'max_tokens',
    tee: { provider: mode, simulated: true },
  } as const;
  const endpoint = await openTeeEndpoint(identity, {
    baseUrl: simulator.url,
    connections: 4,
    credentials: { apiKey: options.apiKey ?? null, headers: {} },
    ca: simulator.certificate,
    provider: mode,
    companions: {
      collateral: { kind: 'pccs', url: simulator.vendorUrl },
      nras: `${simulator.vendorUrl}/v3/attest/gpu`,
    },
    answerDelaysMs: [1, 1, 1, 1],
  });
  onTestFinished(endpoint.close);
  if (endpoint.evidence === undefined) throw new Error('an endpoint of this kind gives evidence');
  return { simulator, endpoint, evidence: endpoint.evidence };
}

describe('an endpoint on a simulator', () => {
  it.each(TEE_PROVIDERS)('%s has its report with the collateral of the moment', async (mode) => {
    const { simulator, evidence } = await open(mode);
    const reports = await evidence.attest(NONCE, NEVER);
    expect(reports.length).toBe(mode === 'aci' || mode === 'tinfoil' ? 1 : 2);
    for (const { spki, files } of reports) {
      expect(spki).toBe(simulator.spki);
      const collateral = files.filter(({ role }) => role === 'collateral');
      expect(collateral.map(({ bytes }) => Object.keys(JSON.parse(Buffer.from(bytes).toString()) as object))).toEqual([
        Object.keys(simulator.collateral()),
      ]);
      const verdicts = mode === 'aci' ? [] : ['nras', 'jwks'];
      expect(files.map(({ role }) => role)).toEqual(['report', 'collateral', ...verdicts]);
    }
  });

  it.each(TEE_PROVIDERS)(
    '%s has evidence in which nothing is refuted, and keys for what it signs with',
    async (mode) => {
      const { simulator, evidence } = await open(mode);
      const context = { nonce: NONCE, atMs: NOW_MS, roots: [SIMULATED_ROOTS] };
      for (const attestation of await evidence.attest(NONCE, NEVER)) {
        const { claims, keys, channelSpki } = assessSession(attestation, context);
        expect(claims.filter(({ status }) => status === 'refuted')).toEqual([]);
        expect(claims.filter(({ claim, status }) => claim === 'quote' && status !== 'asserted')).toEqual([]);
        expect(new Set(keys.map(({ algo }) => algo))).toEqual(
          new Set(mode === 'tinfoil' ? [] : [attestation.algo ?? 'ed25519']),
        );
        expect(channelSpki).toBe(mode === 'vllm-proxy' ? null : simulator.spki);
      }
    },
  );

  it.each(['near-direct', 'near-gateway', 'vllm-proxy'] as const)(
    '%s signs its answer in both algorithms, once it knows it',
    async (mode) => {
      const { endpoint, evidence } = await open(mode, { signatureMisses: 2, apiKey: 'sk-simulated-0123456789' });
      const exchange = await endpoint.send(chatBody(), sendOptions());
      expect(exchange.status).toBe('ok');
      const { id, peer_spki, signatures = [] } = await evidence.ofAnswer(exchange, NEVER);
      expect({ id, peer_spki }).toEqual({ id: expect.stringMatching(/^chat-/), peer_spki: exchange.peerSpki });
      expect(
        signatures.map(({ algo, body }) => [algo, Reflect.get(JSON.parse(body) as object, 'signing_algo')]),
      ).toEqual([
        ['ecdsa', 'ecdsa'],
        ['ed25519', 'ed25519'],
      ]);
      expect(evidence.requests()).toBeGreaterThan(2);
    },
  );

  it('aci gives a receipt', async () => {
    const { endpoint, evidence } = await open('aci');
    const exchange = await endpoint.send(chatBody(), sendOptions());
    const { id, receipt = '' } = await evidence.ofAnswer(exchange, NEVER);
    expect(JSON.parse(receipt)).toMatchObject({ receipt_id: id });
    expect(id).toBe(exchange.receiptId);
  });

  it('tinfoil has nothing but the TLS key', async () => {
    const { simulator, endpoint, evidence } = await open('tinfoil');
    const exchange = await endpoint.send(chatBody(), sendOptions());
    expect(await evidence.ofAnswer(exchange, NEVER)).toEqual({ peer_spki: simulator.spki });
  });

  it('is opened by a word, and stands for the vendors too', async () => {
    const simulator = await startTeeSimulator({ mode: 'near-gateway', model: MODEL, answer, clock: () => NOW_MS });
    onTestFinished(simulator.close);
    const config = parseEndpointSpec(`simulated:near-gateway:${simulator.url}#${MODEL}`);
    const endpoint = await openEndpoint(config, { connections: 1 });
    onTestFinished(endpoint.close);
    expect(endpoint.identity).toMatchObject({ kind: 'tee', tee: { provider: 'near-gateway', simulated: true } });
    const reports = (await endpoint.evidence?.attest(NONCE, NEVER)) ?? [];
    expect(reports.map(({ files }) => files.map(({ role }) => role))).toEqual(
      Array.from({ length: 2 }, () => ['report', 'collateral', 'nras', 'jwks']),
    );
  });
});
