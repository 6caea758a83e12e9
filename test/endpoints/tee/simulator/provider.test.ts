import { describe, expect, it } from 'vitest';
import { TEE_PROVIDERS } from '../../../../src/core/evidence-names.ts';
import type { SimulatedAnswer } from '../../../../src/endpoints/tee/simulator/answer.ts';
import { ask, chat, chatBody, jsonOf, MODEL, NONCE, NOW_MS, reportUrl, startSimulator, type Got } from './serving.ts';

/** The parts of reports that these tests read. */
interface Report {
  readonly model_name?: string;
  readonly signing_address: string;
  readonly signing_algo: string;
  readonly signing_public_key: string;
  readonly request_nonce: string;
  readonly intel_quote: string;
  readonly event_log: unknown;
  readonly info: Readonly<Record<string, unknown>>;
  readonly tls_cert_fingerprint?: string;
  readonly all_attestations?: readonly Report[];
}

interface GatewayReport {
  readonly gateway_attestation: Report;
  readonly model_attestations?: readonly Report[];
  readonly tls_certificate?: string;
}

const DIRECT_FIELDS = [
  'model_name',
  'signing_address',
  'signing_algo',
  'signing_public_key',
  'request_nonce',
  'intel_quote',
  'nvidia_payload',
  'event_log',
  'info',
  'all_attestations',
  'compose_manager_attestation',
];

function errorOf(got: Got): unknown {
  return jsonOf(got)['error'];
}

describe('every response', () => {
  it.each(TEE_PROVIDERS)('of mode %s says that it is simulated', async (mode) => {
    await using simulator = await startSimulator({ mode });
    const urls = [`${simulator.url}/models`, reportUrl(simulator, mode), `${simulator.url}/nothing`];
    const got = [...(await Promise.all(urls.map((url) => ask(url)))), await chat(simulator)];
    expect(got.map(({ headers }) => headers['x-touchstone-simulated'])).toEqual(['1', '1', '1', '1']);
    expect(got.map(({ status }) => status)).toEqual([200, 200, 404, 200]);
    const vendor = await ask(`${simulator.vendorUrl}/collateral.json`);
    expect(vendor.headers['x-touchstone-simulated']).toBe('1');
  });
});

describe('the report of a model server', () => {
  it('has its fields in their forms', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const report = jsonOf<Report>(await ask(reportUrl(simulator, 'near-direct')));
    expect(Object.keys(report)).toEqual(DIRECT_FIELDS);
    expect(report).toMatchObject({ model_name: MODEL, signing_algo: 'ecdsa', request_nonce: NONCE });
    expect(report.signing_address).toMatch(/^0x[0-9a-f]{40}$/);
    expect(report.signing_public_key).toMatch(/^04[0-9a-f]{128}$/);
    expect(Array.isArray(report.event_log)).toBe(true);
    expect(report.info['tcb_info']).toBeTypeOf('object');
    expect(report.all_attestations).toHaveLength(1);
  });

  it('is ECDSA by default, that of a gateway Ed25519', async () => {
    await using direct = await startSimulator({ mode: 'near-direct' });
    await using gateway = await startSimulator({ mode: 'near-gateway' });
    const model = jsonOf<Report>(await ask(`${direct.url}/attestation/report?nonce=${NONCE}`));
    expect(model.signing_algo).toBe('ecdsa');
    const own = jsonOf<GatewayReport>(await ask(`${gateway.url}/attestation/report?nonce=${NONCE}`));
    expect(own.gateway_attestation.signing_algo).toBe('ed25519');
    expect(own.model_attestations).toBeUndefined();
  });

  it('is kept for five minutes if no nonce is given', async () => {
    let nowMs = NOW_MS;
    await using simulator = await startSimulator({ mode: 'near-direct', clock: () => nowMs });
    const nonceOf = async (): Promise<string> =>
      jsonOf<Report>(await ask(`${simulator.url}/attestation/report`)).request_nonce;
    const first = await nonceOf();
    nowMs += 299_999;
    expect(await nonceOf()).toBe(first);
    nowMs += 1;
    expect(await nonceOf()).not.toBe(first);
  });

  it('is only for its own address', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const { signing_address: own } = jsonOf<Report>(await ask(reportUrl(simulator, 'near-direct')));
    const url = reportUrl(simulator, 'near-direct');
    expect((await ask(`${url}&signing_address=${own.toUpperCase().replace('X', 'x')}`)).status).toBe(200);
    const other = await ask(`${url}&signing_address=0x${'00'.repeat(20)}`);
    expect(other.status).toBe(404);
    expect(errorOf(other)).toMatchObject({ message: 'Signing address not found on this server' });
  });

  it('binds the TLS key only if it is asked to', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', tls: true });
    const bound = await ask(reportUrl(simulator, 'near-direct'));
    expect(jsonOf<Report>(bound).tls_cert_fingerprint).toBe(bound.spki);
    const plain = await ask(`${simulator.url}/attestation/report?nonce=${NONCE}`);
    expect(jsonOf<Report>(plain).tls_cert_fingerprint).toBeUndefined();
  });
});

describe('the report of a gateway', () => {
  it('has its log as text and the model server beside it', async () => {
    await using simulator = await startSimulator({ mode: 'near-gateway', tls: true });
    const report = jsonOf<GatewayReport>(await ask(reportUrl(simulator, 'near-gateway')));
    expect(report.gateway_attestation.event_log).toBeTypeOf('string');
    expect(report.gateway_attestation.tls_cert_fingerprint).toBe(simulator.spki);
    expect(report.tls_certificate).toBe(simulator.certificate);
    expect(report.model_attestations?.map(({ model_name }) => model_name)).toEqual([MODEL]);
    expect(report.model_attestations?.[0]?.tls_cert_fingerprint).not.toBe(simulator.spki);
  });

  it('is refused for a model that it does not have', async () => {
    await using simulator = await startSimulator({ mode: 'near-gateway' });
    const got = await ask(`${simulator.url}/attestation/report?model=other&nonce=${NONCE}`);
    expect(got.status).toBe(404);
    expect(errorOf(got)).toMatchObject({ param: 'model' });
  });
});

describe('the report of a Python proxy', () => {
  it('has its log stripped and as text, an address that checks itself and a bare public key', async () => {
    await using simulator = await startSimulator({ mode: 'vllm-proxy' });
    const report = jsonOf<Report>(await ask(reportUrl(simulator, 'vllm-proxy')));
    const log = JSON.parse(String(report.event_log)) as { imr: number; digest: string; event_payload: string }[];
    expect(log.filter(({ imr }) => imr === 3).every(({ digest }) => digest === '')).toBe(true);
    expect(log.filter(({ imr }) => imr !== 3).every(({ event_payload }) => event_payload === '')).toBe(true);
    expect(report.signing_address).toMatch(/[A-F]/);
    expect(report.signing_public_key).toMatch(/^[0-9a-f]{128}$/);
    expect(report.info['tcb_info']).toBeTypeOf('string');
  });
});

describe('a nonce', () => {
  const urls = {
    'near-direct': '/v1/attestation/report',
    'near-gateway': '/v1/attestation/report',
    'vllm-proxy': '/v1/attestation/report',
    aci: '/v1/aci/attestation',
    tinfoil: '/.well-known/tinfoil-attestation',
  } as const;

  it.each(TEE_PROVIDERS)('of other than 32 bytes is refused in mode %s', async (mode) => {
    await using simulator = await startSimulator({ mode });
    for (const nonce of ['ab'.repeat(31), 'ab'.repeat(33), 'zz'.repeat(32), 'a']) {
      const got = await ask(`${new URL(simulator.url).origin}${urls[mode]}?nonce=${nonce}`);
      expect(got.status).toBe(400);
      if (mode === 'vllm-proxy') expect(jsonOf(got)['detail']).toMatch(/^Nonce must be /);
      else expect(errorOf(got)).toMatchObject({ type: 'bad_request', param: 'nonce' });
    }
  });
});

describe('a key', () => {
  it('is asked for where a key was set', async () => {
    await using simulator = await startSimulator({ mode: 'near-gateway', apiKey: 'sk-simulated' });
    const authorization = 'Bearer sk-simulated';
    expect((await chat(simulator)).status).toBe(401);
    expect((await ask(reportUrl(simulator, 'near-gateway'))).status).toBe(401);
    expect((await chat(simulator, {}, { authorization })).status).toBe(200);
    expect((await ask(reportUrl(simulator, 'near-gateway'), null, { authorization })).status).toBe(200);
  });

  it('is not asked for by the report of a model server', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', apiKey: 'sk-simulated' });
    expect((await ask(reportUrl(simulator, 'near-direct'))).status).toBe(200);
  });
});

describe('what answers', () => {
  it('is passed on when it refuses', async () => {
    const refusing: SimulatedAnswer = () =>
      Promise.resolve({ status: 429, contentType: 'application/json', body: [Buffer.from('{"error":{}}')] });
    await using simulator = await startSimulator({ mode: 'near-direct', answer: refusing });
    const got = await chat(simulator);
    expect([got.status, got.body.toString()]).toEqual([429, '{"error":{}}']);
  });

  it('leaves a cut response when it fails in the middle of a stream', async () => {
    const failing: SimulatedAnswer = () =>
      Promise.resolve({ status: 200, contentType: 'text/event-stream', body: failingBody() });
    await using simulator = await startSimulator({ mode: 'near-gateway', answer: failing });
    await expect(chat(simulator, { stream: true })).rejects.toThrow();
    const signature = await ask(`${simulator.url}/signature/chat-cut`);
    expect(jsonOf(signature)).toMatchObject({ error_code: 'STREAM_DISCONNECTED' });
  });

  it('fails as a server error that tells nothing', async () => {
    const failing: SimulatedAnswer = () => Promise.reject(new Error('secret'));
    await using simulator = await startSimulator({ mode: 'aci', answer: failing });
    const got = await chat(simulator);
    expect(got.status).toBe(500);
    expect(got.body.toString()).not.toContain('secret');
  });

  it('is not asked about a body that is no JSON', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    expect((await ask(`${simulator.url}/chat/completions`, 'not JSON')).status).toBe(400);
  });
});

async function* failingBody(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('data: {"id":"chat-cut","choices":[{}]}\n\n');
  await Promise.resolve();
  throw new Error('the engine died');
}

describe('startTeeSimulator()', () => {
  it('gives the same bytes for the same seed and clock', async () => {
    const reports = async (mode: (typeof TEE_PROVIDERS)[number], seed: string): Promise<string[]> => {
      await using simulator = await startSimulator({ mode, seed, tls: true });
      const got = await ask(reportUrl(simulator, mode));
      return [got.body.toString(), JSON.stringify(simulator.collateral()), simulator.certificate ?? ''];
    };
    for (const mode of TEE_PROVIDERS) {
      const first = await reports(mode, 'one');
      expect(await reports(mode, 'one')).toEqual(first);
      expect(await reports(mode, 'two')).not.toEqual(first);
    }
  });

  it('serves text completions too', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    expect((await ask(`${simulator.url}/completions`, chatBody())).status).toBe(200);
  });

  it('fails where it cannot listen, and leaves nothing open', async () => {
    await using simulator = await startSimulator({ mode: 'aci' });
    const vendorPort = Number(new URL(simulator.url).port);
    await expect(startSimulator({ mode: 'aci', vendorPort })).rejects.toMatchObject({ code: 'ERR_ENDPOINT_LISTEN' });
  });
});
