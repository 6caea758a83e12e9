import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTeeEndpoint, type TeeConnection } from '../../../src/endpoints/tee/open-tee.ts';
import { selfSigned } from '../self-signed.ts';
import { sendOptions } from '../send-options.ts';
import { startProvider, type ProviderServer, type Reply } from './provider-server.ts';
import type { TeeProvider } from '../../../src/core/evidence-names.ts';
import type { Endpoint, EvidenceSource, Exchange } from '../../../src/endpoints/endpoint.ts';
import type { PlanEndpoint } from '../../../src/transcript/plan.ts';

const KEY = 'sk-tee-very-secret-0123';
const MODEL = 'acme/Model-7B';
const NONCE = Buffer.alloc(32, 0xab);
const HEX = 'ab'.repeat(32);
const NEVER = new AbortController().signal;
const CHAT = '{"id":"chat/1","choices":[{"message":{"content":"42"},"finish_reason":"stop"}]}';

type Open = Endpoint & { readonly evidence: EvidenceSource };

async function open(provider: TeeProvider, origin: string, overrides: Partial<TeeConnection> = {}): Promise<Open> {
  const identity: PlanEndpoint = {
    kind: 'tee',
    name: 'tee',
    base_url: `${origin}/v1`,
    model: MODEL,
    stream: false,
    max_tokens_field: 'max_tokens',
    tee: { provider },
  };
  const endpoint = await openTeeEndpoint(identity, {
    baseUrl: `${origin}/v1`,
    connections: 2,
    credentials: { apiKey: KEY, headers: { 'x-org': 'secret-organisation' } },
    provider,
    companions: { collateral: null, nras: null },
    answerDelaysMs: [1, 1, 1, 1],
    ...overrides,
  });
  onTestFinished(endpoint.close);
  const { evidence } = endpoint;
  if (evidence === undefined) throw new Error('an endpoint of this kind gives evidence');
  return { ...endpoint, evidence };
}

function lines({ seen }: ProviderServer): string[] {
  return seen.map(({ line }) => line).toSorted();
}

function answered(overrides: Partial<Exchange> = {}): Exchange {
  return {
    status: 'ok',
    httpStatus: 200,
    response: Buffer.from(CHAT),
    errorCode: null,
    retryAfterMs: null,
    latencyUs: 1,
    firstByteUs: 1,
    peerSpki: null,
    receiptId: null,
    ...overrides,
  };
}

const SIGNATURE_LINES = [
  'GET /v1/signature/chat%2F1?signing_algo=ecdsa&model=acme%2FModel-7B',
  'GET /v1/signature/chat%2F1?signing_algo=ed25519&model=acme%2FModel-7B',
];

describe('attest() asks', () => {
  it.each<[TeeProvider, readonly string[], readonly (string | null)[]]>([
    [
      'near-direct',
      [
        `GET /v1/attestation/report?nonce=${HEX}&signing_algo=ecdsa&include_tls_fingerprint=true`,
        `GET /v1/attestation/report?nonce=${HEX}&signing_algo=ed25519&include_tls_fingerprint=true`,
      ],
      ['ecdsa', 'ed25519'],
    ],
    [
      'near-gateway',
      [
        `GET /v1/attestation/report?model=acme%2FModel-7B&nonce=${HEX}&signing_algo=ecdsa&include_tls_fingerprint=true`,
        `GET /v1/attestation/report?model=acme%2FModel-7B&nonce=${HEX}&signing_algo=ed25519&include_tls_fingerprint=true`,
      ],
      ['ecdsa', 'ed25519'],
    ],
    [
      'vllm-proxy',
      [
        `GET /v1/attestation/report?model=acme%2FModel-7B&nonce=${HEX}&signing_algo=ecdsa&include_tls_fingerprint=true`,
        `GET /v1/attestation/report?model=acme%2FModel-7B&nonce=${HEX}&signing_algo=ed25519&include_tls_fingerprint=true`,
      ],
      ['ecdsa', 'ed25519'],
    ],
    ['aci', [`GET /v1/aci/attestation?nonce=${HEX}`], [null]],
    ['tinfoil', [`GET /.well-known/tinfoil-attestation?nonce=${HEX}`], [null]],
  ])('%s with an explicit nonce, and for every algorithm', async (provider, want, algos) => {
    const server = await startProvider(({ line }) => ({ body: line }));
    const { evidence } = await open(provider, server.origin);
    const reports = await evidence.attest(NONCE, NEVER);
    expect(lines(server)).toEqual(want);
    // Each report is the one that was asked for under its address, byte for byte.
    expect(reports.map(({ algo }) => algo)).toEqual(algos);
    for (const { url, files, model, spki } of reports) {
      expect({ model, spki, role: files[0]?.role }).toEqual({ model: MODEL, spki: null, role: 'report' });
      expect(`GET ${url.slice(server.origin.length)}`).toBe(Buffer.from(files[0]?.bytes ?? []).toString());
    }
    expect(evidence.requests()).toBe(want.length);
  });

  it.each<[TeeProvider, string | undefined]>([
    ['near-direct', 'true'],
    ['near-gateway', 'true'],
    ['vllm-proxy', undefined],
  ])('%s without compression, with the credentials, and refusing aliases where it can', async (provider, aliasing) => {
    const server = await startProvider(() => ({ body: CHAT }));
    const { evidence, send } = await open(provider, server.origin);
    await evidence.attest(NONCE, NEVER);
    await send('{}', sendOptions());
    expect(server.seen).toHaveLength(3);
    for (const { headers } of server.seen) {
      expect(headers).toMatchObject({
        'accept-encoding': 'identity',
        authorization: `Bearer ${KEY}`,
        'x-org': 'secret-organisation',
      });
      expect(headers['x-no-aliasing']).toBe(aliasing);
    }
  });
});

describe('attest()', () => {
  it('keeps credentials out of addresses and files', async () => {
    const server = await startProvider(() => ({ body: '{}' }));
    const { evidence } = await open('near-gateway', server.origin);
    const told = JSON.stringify(await evidence.attest(NONCE, NEVER));
    expect(told).not.toContain(KEY);
    expect(told).not.toContain('secret-organisation');
  });

  it('knows the TLS key of the connection that gave the report', async () => {
    const tls = selfSigned();
    const server = await startProvider(() => ({ body: '{}' }), tls);
    const { evidence } = await open('tinfoil', server.origin, { ca: tls.cert });
    const der = tls.publicKey.export({ type: 'spki', format: 'der' });
    const [report] = await evidence.attest(NONCE, NEVER);
    expect(report?.spki).toBe(createHash('sha256').update(der).digest('hex'));
  });

  it('tries again while the server is busy', async () => {
    const server = await startProvider((_request, n) => ({ status: n === 0 ? 503 : 200, body: '{}' }));
    const { evidence } = await open('aci', server.origin);
    expect(await evidence.attest(NONCE, NEVER)).toHaveLength(1);
    expect(evidence.requests()).toBe(2);
  });

  it.each<[string, Reply, { status: number | null; retryable: boolean; message: string }]>([
    ['refuses the key', { status: 401, body: 'leak' }, { status: 401, retryable: false, message: 'HTTP status 401' }],
    ['redirects', { status: 302, body: 'leak' }, { status: 302, retryable: false, message: 'HTTP status 302' }],
    [
      'sends more than 4 MiB',
      { body: 'leak'.repeat(1_100_000) },
      { status: 200, retryable: false, message: 'ERR_RESPONSE_TOO_LARGE' },
    ],
    ['sends the key back', { body: `leak ${KEY}` }, { status: 200, retryable: false, message: 'ERR_RESPONSE_SECRET' }],
  ])('fails with a typed error if the server %s, and quotes nothing', async (_name, reply, want) => {
    const server = await startProvider(() => reply);
    const { evidence } = await open('aci', server.origin);
    const error: unknown = await evidence.attest(NONCE, NEVER).catch((cause: unknown) => cause);
    const { status, retryable, message } = want;
    expect(error).toMatchObject({ code: 'ERR_ATTESTATION', status, retryable });
    expect((error as Error).message).toBe(`cannot fetch the attestation: got ${message}`);
  });

  it('ends when it is cancelled', async () => {
    const server = await startProvider(() => ({ body: '{}', delayMs: 60_000 }));
    const { evidence } = await open('aci', server.origin);
    const attested = evidence.attest(NONCE, AbortSignal.timeout(50));
    await expect(attested).rejects.toMatchObject({ code: 'ERR_ATTESTATION', retryable: false });
  });
});

describe('ofAnswer()', () => {
  it.each<TeeProvider>(['near-direct', 'near-gateway', 'vllm-proxy'])(
    '%s keeps the signatures of both algorithms as they came',
    async (provider) => {
      const server = await startProvider(({ line }) => ({ body: `{"signature":"${line}"}` }));
      const { evidence } = await open(provider, server.origin);
      expect(await evidence.ofAnswer(answered({ peerSpki: HEX }), NEVER)).toEqual({
        id: 'chat/1',
        peer_spki: HEX,
        signatures: [
          { algo: 'ecdsa', body: `{"signature":"${SIGNATURE_LINES[0]}"}` },
          { algo: 'ed25519', body: `{"signature":"${SIGNATURE_LINES[1]}"}` },
        ],
      });
      expect(lines(server)).toEqual(SIGNATURE_LINES);
    },
  );

  it('asks for the id of an answer that came over the wire', async () => {
    const server = await startProvider(({ line }) => ({ body: line.startsWith('POST') ? CHAT : '{"signature":""}' }));
    const { evidence, send } = await open('near-direct', server.origin);
    expect(await evidence.ofAnswer(await send('{}', sendOptions()), NEVER)).toMatchObject({ id: 'chat/1' });
    expect(lines(server)).toEqual([...SIGNATURE_LINES, 'POST /v1/chat/completions']);
  });

  it('asks for the receipt that the header of the response names', async () => {
    const server = await startProvider(({ line }) => ({
      headers: { 'x-receipt-id': 'rcpt/1' },
      body: line.startsWith('POST') ? CHAT : line,
    }));
    const { evidence, send } = await open('aci', server.origin);
    expect(await evidence.ofAnswer(await send('{}', sendOptions()), NEVER)).toEqual({
      id: 'rcpt/1',
      receipt: 'GET /v1/aci/receipts/rcpt%2F1',
    });
  });

  it('asks nothing where the connection is the evidence', async () => {
    const server = await startProvider(() => ({ body: '' }));
    const { evidence } = await open('tinfoil', server.origin);
    expect(evidence.algorithms).toEqual([]);
    expect(await evidence.ofAnswer(answered({ peerSpki: HEX }), NEVER)).toEqual({ peer_spki: HEX });
    expect(server.seen).toEqual([]);
  });

  it.each<[TeeProvider, Partial<Exchange>]>([
    ['near-direct', { response: Buffer.from('{"id":7}') }],
    ['near-direct', { response: null }],
    ['aci', { receiptId: null }],
  ])('asks nothing of %s about an answer without an id', async (provider, exchange) => {
    const server = await startProvider(() => ({ body: '' }));
    const { evidence } = await open(provider, server.origin);
    expect(await evidence.ofAnswer(answered(exchange), NEVER)).toEqual({});
    expect(server.seen).toEqual([]);
  });

  it('tries again while the provider does not know the answer, on another connection', async () => {
    const connections: number[] = [];
    const server = await startProvider(({ line, connection }) => {
      if (line.includes('ed25519')) return { body: '{"signature":"first"}' };
      connections.push(connection);
      if (connections.length < 3) return { status: 404, body: '{"error":"Chat id not found or expired"}' };
      return connections.length === 3
        ? { body: '{"error_code":"SIGNATURE_PENDING","message":"…"}' }
        : { body: '{"signature":"last"}' };
    });
    const { evidence } = await open('near-direct', server.origin);
    expect((await evidence.ofAnswer(answered(), NEVER)).signatures).toEqual([
      { algo: 'ecdsa', body: '{"signature":"last"}' },
      { algo: 'ed25519', body: '{"signature":"first"}' },
    ]);
    expect(connections).toHaveLength(4);
    expect(new Set(connections).size).toBeGreaterThan(1);
  });

  it('gives up after five tries and leaves the signature out', async () => {
    const server = await startProvider(({ line }) =>
      line.includes('ed25519') ? { body: '{"signature":""}' } : { status: 404, body: 'no' },
    );
    const { evidence } = await open('near-direct', server.origin);
    const { signatures } = await evidence.ofAnswer(answered(), NEVER);
    expect(signatures).toEqual([{ algo: 'ed25519', body: '{"signature":""}' }]);
    expect(server.seen.filter(({ line }) => line.includes('ecdsa'))).toHaveLength(5);
    expect(evidence.requests()).toBe(6);
  });

  it.each(['STREAM_DISCONNECTED', 'SIGNATURE_UNSUPPORTED'])(
    'keeps the reason %s, which will not change',
    async (reason) => {
      const body = `{"error_code":"${reason}","message":"x"}`;
      const server = await startProvider(() => ({ body }));
      const { evidence } = await open('near-gateway', server.origin);
      expect((await evidence.ofAnswer(answered(), NEVER)).signatures).toEqual([
        { algo: 'ecdsa', body },
        { algo: 'ed25519', body },
      ]);
      expect(server.seen).toHaveLength(2);
    },
  );

  it.each<[string, Reply]>([
    ['is too large', { body: 'x'.repeat(65_537) }],
    ['is far too large', { body: 'x'.repeat(10_000_000) }],
    ['is not UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }],
    ['is compressed', { headers: { 'content-encoding': 'gzip' }, body: 'x' }],
    ['holds the key', { body: `{"signature":"${KEY}"}` }],
    ['came with 400', { status: 400, body: '{}' }],
  ])('leaves out a body that %s', async (_name, reply) => {
    const server = await startProvider(() => reply);
    const { evidence } = await open('vllm-proxy', server.origin);
    expect(await evidence.ofAnswer(answered(), NEVER)).toEqual({ id: 'chat/1' });
    expect(server.seen).toHaveLength(2);
  });

  it('keeps a body of the greatest length, whatever it is', async () => {
    const body = 'ä'.repeat(65_536);
    const server = await startProvider(() => ({ body }));
    const { evidence } = await open('vllm-proxy', server.origin);
    expect((await evidence.ofAnswer(answered(), NEVER)).signatures?.map((signature) => signature.body)).toEqual([
      body,
      body,
    ]);
  });

  it('has no more requests open than connections, two for each that asks the model', async () => {
    const server = await startProvider(() => ({ body: '{"signature":""}', delayMs: 5 }));
    const { evidence } = await open('near-direct', server.origin, { connections: 2 });
    await Promise.all(Array.from({ length: 20 }, () => evidence.ofAnswer(answered(), NEVER)));
    expect(server.seen).toHaveLength(40);
    expect(server.mostAtOnce()).toBe(4);
  });

  it('ends at once when it is cancelled between two tries', async () => {
    const server = await startProvider(() => ({ status: 404, body: '' }));
    const { evidence } = await open('near-direct', server.origin, { answerDelaysMs: [60_000] });
    expect(await evidence.ofAnswer(answered(), AbortSignal.timeout(50))).toEqual({ id: 'chat/1' });
  });

  it('waits as long as the provider asks', async () => {
    const server = await startProvider((_request, n) =>
      n === 0 ? { status: 429, headers: { 'retry-after': '0.05' }, body: '' } : { body: 'rcpt' },
    );
    const { evidence } = await open('aci', server.origin);
    const startedAt = performance.now();
    expect(await evidence.ofAnswer(answered({ receiptId: 'r' }), NEVER)).toEqual({ id: 'r', receipt: 'rcpt' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(45);
  });
});

describe('openTeeEndpoint()', () => {
  it('sends nothing before it is asked', async () => {
    const server = await startProvider(() => ({ body: '' }));
    const { identity } = await open('near-direct', server.origin);
    expect(identity.tee).toEqual({ provider: 'near-direct' });
    expect(server.seen).toEqual([]);
  });

  it.each(['completions', 'embeddings'] as const)('refuses %s before anything is announced or sent', async (api) => {
    const server = await startProvider(() => ({ body: CHAT }));
    const endpoint = await open('near-direct', server.origin);
    let announced = 0;
    const beforeSend = (): Promise<void> => Promise.resolve(void announced++);
    const options = sendOptions({ api, beforeSend });
    await expect(endpoint.send('{}', options)).rejects.toMatchObject({ code: 'ERR_ENDPOINT_API' });
    expect({ announced, seen: server.seen }).toEqual({ announced: 0, seen: [] });
    expect(await endpoint.send('{}', sendOptions({ api: 'chat', beforeSend }))).toMatchObject({ status: 'ok' });
    expect({ announced, seen: server.seen.length }).toEqual({ announced: 1, seen: 1 });
  });

  it('refuses a key that no header may hold', async () => {
    const credentials = { apiKey: 'line\nend', headers: {} };
    await expect(open('aci', 'http://127.0.0.1:9', { credentials })).rejects.toMatchObject({
      code: 'ERR_ENDPOINT_KEY',
    });
  });
});
