import { afterEach, describe, expect, it } from 'vitest';
import { openOpenAiCompatible, type Credentials } from '../../src/endpoints/openai-compatible.ts';
import { parseAnswer, type ParsedBody } from '../../src/transcript/wire/parse-answer.ts';
import { ANSWER, COMPLETION, ECHO, EVENTS, startFaultServer, unusedUrl, type Fault } from './fault-server.ts';
import { sendOptions } from './send-options.ts';
import type { Endpoint, Exchange, SendOptions } from '../../src/endpoints/endpoint.ts';
import type { PlanEndpoint } from '../../src/transcript/plan.ts';

const KEY = 'sk-very-secret';
const BODY = '{"messages":[{"content":"ä 😀 \\u001f","role":"user"}],"model":"fault-1"}';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function identity(baseUrl: string, stream = false): PlanEndpoint {
  const model = 'fault-1';
  return { kind: 'openai', name: 'faulty', base_url: baseUrl, model, stream, max_tokens_field: 'max_tokens' };
}

async function open(baseUrl: string, options: { stream?: boolean; credentials?: Credentials } = {}): Promise<Endpoint> {
  const credentials = options.credentials ?? { apiKey: KEY, headers: { 'x-team': 'evals' } };
  const connection = { baseUrl, connections: 4, credentials };
  const endpoint = await openOpenAiCompatible(identity(baseUrl, options.stream), connection);
  closers.push(endpoint.close);
  return endpoint;
}

async function serve(...faults: readonly Fault[]) {
  const server = await startFaultServer(({ n }) => faults[n % faults.length] ?? 'answer');
  closers.push(server.close);
  return { server, endpoint: await open(server.url) };
}

async function exchange(fault: Fault, options: Partial<SendOptions> = {}): Promise<Exchange> {
  const { endpoint } = await serve(fault);
  return await endpoint.send(BODY, sendOptions(options));
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

function parsed(result: Exchange): ParsedBody | null {
  return result.response === null ? null : parseAnswer(result.response);
}

describe('send()', () => {
  it('sends exactly the given bytes, announced before they leave', async () => {
    const { server, endpoint } = await serve('answer');
    const order: string[] = [];
    const beforeSend = async (body: Uint8Array): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`announced ${Buffer.from(body).toString('utf8')} with ${server.seen.length} seen`);
    };
    const { status } = await endpoint.send(BODY, sendOptions({ beforeSend }));
    expect(status).toBe('ok');
    expect(order).toEqual([`announced ${BODY} with 0 seen`]);
    expect(server.seen.map(({ body }) => body.toString('utf8'))).toEqual([BODY]);
  });

  it('sends the key, the further headers and nothing that describes the machine', async () => {
    const { server, endpoint } = await serve('answer');
    await endpoint.send(BODY, sendOptions());
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(seen?.headers).toEqual({
      host: new URL(server.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'touchstone',
      authorization: `Bearer ${KEY}`,
      'x-team': 'evals',
      'content-length': String(Buffer.byteLength(BODY)),
    });
  });

  it.each([
    ['chat', '/v1/chat/completions'],
    ['completions', '/v1/completions'],
    ['embeddings', '/v1/embeddings'],
  ] as const)('sends the same bytes and headers for %s, to %s', async (api, path) => {
    const { server, endpoint } = await serve('answer');
    await endpoint.send(BODY, sendOptions());
    const { status } = await endpoint.send(BODY, sendOptions({ api }));
    const [plain, seen] = server.seen;
    expect(status).toBe('ok');
    expect(seen).toEqual({ ...plain, n: 1, path });
  });

  it('sends no authorization without a key', async () => {
    const { server } = await serve('answer');
    const endpoint = await open(server.url, { credentials: { apiKey: null, headers: {} } });
    await endpoint.send(BODY, sendOptions());
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('keeps the response byte for byte', async () => {
    const result = await exchange('answer');
    expect(result).toMatchObject({ status: 'ok', httpStatus: 200, errorCode: null, retryAfterMs: null });
    expect(text(result.response)).toBe(COMPLETION);
    expect(parsed(result)).toMatchObject({ answer: { text: ANSWER, finish: 'stop', fingerprint: 'fp_fault' } });
    expect(result.firstByteUs).toBeLessThanOrEqual(result.latencyUs);
  });

  it('keeps the framing of a stream and tells when its first byte came', async () => {
    const { server } = await serve('stream');
    const endpoint = await open(server.url, { stream: true });
    const result = await endpoint.send(BODY, sendOptions());
    expect(text(result.response)).toBe(EVENTS.join(''));
    expect(server.seen[0]?.headers.accept).toBe('text/event-stream');
    expect(parsed(result)).toMatchObject({ answer: { text: ANSWER, finish: 'stop' } });
    // Four pauses of 2 ms lie between the first event and the last.
    expect(result.latencyUs - (result.firstByteUs ?? 0)).toBeGreaterThan(4_000);
  });

  it('keeps its connections for the next request', async () => {
    const { server, endpoint } = await serve('answer');
    for (let i = 0; i < 10; i++) await endpoint.send(BODY, sendOptions());
    // A request that follows at once may find the first connection not yet free.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('never opens more connections than it was given', async () => {
    const { server, endpoint } = await serve('answer');
    const results = await Promise.all(Array.from({ length: 20 }, () => endpoint.send(BODY, sendOptions())));
    expect(results.every(({ status }) => status === 'ok')).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(4);
  });

  it('never retries', async () => {
    const { server, endpoint } = await serve('unavailable');
    await endpoint.send(BODY, sendOptions());
    expect(server.seen).toHaveLength(1);
  });

  it('rejects with the very error of beforeSend and sends nothing', async () => {
    const { server, endpoint } = await serve('answer');
    const fault = new Error('disk full');
    await expect(endpoint.send(BODY, sendOptions({ beforeSend: () => Promise.reject(fault) }))).rejects.toBe(fault);
    expect(server.seen).toHaveLength(0);
  });

  it.each([true, false])('sends nothing once cancelled (before the gate: %s)', async (early) => {
    const { server, endpoint } = await serve('answer');
    const controller = new AbortController();
    if (early) controller.abort();
    const beforeSend = (): Promise<void> => Promise.resolve(controller.abort());
    const result = await endpoint.send(BODY, sendOptions({ signal: controller.signal, beforeSend }));
    expect(result).toMatchObject({ status: 'cancelled', httpStatus: null, response: null, errorCode: 'ERR_CANCELLED' });
    expect(server.seen).toHaveLength(0);
  });

  it('ends every exchange in flight when its signal aborts, without a warning for many of them', async () => {
    const { server } = await serve('hang');
    const endpoint = await open(server.url);
    const controller = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const open24 = Array.from({ length: 24 }, () => endpoint.send(BODY, sendOptions({ signal: controller.signal })));
    while (server.seen.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    const results = await Promise.all(open24);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    // What waited for a connection was never sent.
    expect(server.seen).toHaveLength(4);
    expect(warnings).toEqual([]);
  });

  it('ends every exchange when it is closed, those that wait for a connection, too', async () => {
    const { server, endpoint } = await serve('hang');
    const results = Array.from({ length: 6 }, () => endpoint.send(BODY, sendOptions()));
    while (server.seen.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    await endpoint.close();
    for (const result of results) expect(await result).toMatchObject({ status: 'network', errorCode: 'ERR_NETWORK' });
    expect(server.seen).toHaveLength(4);
  });
});

const CUT = COMPLETION.slice(0, 40);

describe('send() through faults of the transport', () => {
  const cases: readonly [Fault, Partial<Exchange>, string | null][] = [
    ['hang', { status: 'timeout', httpStatus: null, errorCode: 'ERR_TIMEOUT', firstByteUs: null }, null],
    ['reset-before', { status: 'network', httpStatus: null, errorCode: 'ECONNRESET' }, null],
    ['close-before', { status: 'network', httpStatus: null, errorCode: 'ECONNRESET' }, null],
    ['reset-mid-body', { status: 'network', httpStatus: 200, errorCode: 'ERR_BODY_CUT' }, CUT],
    ['close-mid-body', { status: 'network', httpStatus: 200, errorCode: 'ERR_BODY_CUT' }, CUT],
    ['length-too-long', { status: 'network', httpStatus: 200, errorCode: 'ERR_BODY_CUT' }, COMPLETION],
    ['not-http', { status: 'network', httpStatus: null, errorCode: 'ERR_HTTP_MALFORMED' }, null],
    ['rate-limit', { status: 'http', httpStatus: 429, errorCode: null, retryAfterMs: 2_000 }, null],
    ['rate-limit-date', { status: 'http', httpStatus: 429, errorCode: null, retryAfterMs: 3_600_000 }, null],
    ['rate-limit-cut', { status: 'http', httpStatus: 429, errorCode: 'ERR_BODY_CUT', retryAfterMs: 1_000 }, 'slow'],
    ['unavailable', { status: 'http', httpStatus: 503, errorCode: null, retryAfterMs: null }, 'try later'],
    ['bad-request', { status: 'http', httpStatus: 400, errorCode: null }, null],
    ['unauthorized', { status: 'http', httpStatus: 401, errorCode: null }, null],
    ['redirect', { status: 'http', httpStatus: 307, errorCode: null }, ''],
  ];

  it.each(cases)('%s', async (fault, want, body) => {
    const result = await exchange(fault, { timeoutMs: 80 + (fault === 'hang' ? 0 : 5_000) });
    expect(result).toMatchObject(want);
    if (body !== null) expect(text(result.response)).toBe(body);
  });

  it('oversized: keeps as much as it may', async () => {
    const result = await exchange('oversized', { maxResponseBytes: 70_000 });
    expect(result).toMatchObject({ status: 'network', httpStatus: 200, errorCode: 'ERR_RESPONSE_TOO_LARGE' });
    expect(text(result.response)).toBe('x'.repeat(70_000));
  });

  it('oversized: a body of exactly the limit is whole', async () => {
    const { status } = await exchange('oversized', { maxResponseBytes: 300_000 });
    expect(status).toBe('ok');
  });

  it('trickle: the time limit holds for the body, too, and keeps what came', async () => {
    const result = await exchange('trickle', { timeoutMs: 60 });
    expect(result).toMatchObject({ status: 'timeout', httpStatus: 200, errorCode: 'ERR_TIMEOUT' });
    expect(text(result.response)).toMatch(/^ +$/);
    expect(result.latencyUs).toBeGreaterThanOrEqual(59_000);
  });

  it('gzip: an encoding nobody asked for is not taken for an answer', async () => {
    const result = await exchange('gzip');
    expect(result).toMatchObject({ status: 'network', httpStatus: 200, errorCode: 'ERR_CONTENT_ENCODING' });
    // It cannot be searched for the key that was sent, so it is not kept.
    expect(result.response).toBeNull();
  });

  it('redirect: is not followed', async () => {
    const { server, endpoint } = await serve('redirect');
    await endpoint.send(BODY, sendOptions());
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });

  it('refused', async () => {
    const endpoint = await open(await unusedUrl());
    const result = await endpoint.send(BODY, sendOptions());
    expect(result).toMatchObject({ status: 'network', httpStatus: null, response: null, errorCode: 'ECONNREFUSED' });
  });

  it('refuses to speak TLS with a server that does not', async () => {
    const { server } = await serve('answer');
    const endpoint = await open(server.url.replace('http:', 'https:'));
    expect(await endpoint.send(BODY, sendOptions())).toMatchObject({ status: 'network', errorCode: 'ERR_TLS' });
  });

  it('answers the next request after every fault', async () => {
    const faults: readonly Fault[] = ['reset-mid-body', 'length-too-short', 'not-http', 'close-before'];
    for (const fault of faults) {
      const { endpoint } = await serve(fault, 'answer');
      await endpoint.send(BODY, sendOptions());
      expect(await endpoint.send(BODY, sendOptions()), fault).toMatchObject({ status: 'ok' });
    }
  });
});

describe('send() through faults of the answer: whole for the transport, and no answer for the transcript', () => {
  const cases: readonly [Fault, string][] = [
    ['html', 'ERR_BODY_NOT_JSON'],
    ['invalid-json', 'ERR_BODY_NOT_JSON'],
    ['invalid-utf8', 'ERR_BODY_NOT_UTF8'],
    ['length-too-short', 'ERR_BODY_NOT_JSON'],
    ['empty-body', 'ERR_BODY_NOT_JSON'],
    ['error-200', 'ERR_BODY_ERROR'],
    ['cut-stream', 'ERR_STREAM_CUT'],
    ['error-in-stream', 'ERR_BODY_ERROR'],
  ];

  it.each(cases)('%s', async (fault, want) => {
    const result = await exchange(fault);
    expect(result).toMatchObject({ status: 'ok', httpStatus: 200, errorCode: null });
    expect(parsed(result)).toEqual({ fault: want });
  });

  it('empty-answer: is an answer without text', async () => {
    expect(parsed(await exchange('empty-answer'))).toMatchObject({ answer: { text: '' } });
  });
});

describe('openOpenAiCompatible()', () => {
  it.each(['sk-1\n', ' sk-1', 'sk-ü', ''])(
    'refuses a key that no header may hold, without showing it: %j',
    async (apiKey) => {
      const opened = open('http://127.0.0.1:1/v1', { credentials: { apiKey, headers: {} } });
      const error: unknown = await opened.catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'ERR_ENDPOINT_KEY', message: expect.not.stringContaining('sk-') });
    },
  );

  it('refuses a header value that no header may hold, and names the header', async () => {
    const opened = open('http://127.0.0.1:1/v1', { credentials: { apiKey: null, headers: { 'x-team': 'a\r\nb: c' } } });
    await expect(opened).rejects.toMatchObject({
      code: 'ERR_ENDPOINT_KEY',
      message: expect.stringContaining('x-team'),
    });
  });

  it('holds no key in its identity', async () => {
    const endpoint = await open('http://127.0.0.1:1/v1');
    expect(JSON.stringify(endpoint)).not.toContain(KEY);
  });
});

describe('listModels()', () => {
  it('lists what has an id', async () => {
    const { server, endpoint } = await serve('models');
    expect(await endpoint.listModels()).toEqual([
      { id: 'fault-1', digest: null },
      { id: 'fault-2', digest: null },
    ]);
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      path: '/v1/models',
      headers: { authorization: `Bearer ${KEY}` },
    });
  });

  it.each<[Fault, object]>([
    ['unauthorized', { status: 401, retryable: false, message: 'cannot list models: got HTTP status 401' }],
    ['reset-before', { status: null, retryable: true, message: 'cannot list models: got ECONNRESET' }],
    ['html', { status: 200, message: 'cannot list models: got a body that is not a list of models' }],
    ['error-200', { status: 200, message: 'cannot list models: got a body that is not a list of models' }],
  ])('fails on %s without quoting the server', async (fault, want) => {
    const { endpoint } = await serve(fault);
    const error: unknown = await endpoint.listModels().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ERR_ENDPOINT_MODELS', ...want });
    expect(String(error)).not.toContain(ECHO);
  });
});
