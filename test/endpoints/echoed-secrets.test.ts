import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/endpoints/endpoint.ts';
import { withholdEchoes } from '../../src/endpoints/echoed-secrets.ts';
import type { Transport, TransportRequest } from '../../src/endpoints/transport.ts';

const KEY = 'sk-proj-0123/456789';

const OK: Exchange = {
  status: 'ok',
  httpStatus: 200,
  response: null,
  errorCode: null,
  retryAfterMs: null,
  latencyUs: 5,
  firstByteUs: 4,
  peerSpki: null,
  receiptId: null,
};

function answering(exchange: Partial<Exchange>, body: string): Transport {
  const response = Buffer.from(body);
  return { exchange: () => Promise.resolve({ ...OK, response, ...exchange }), close: () => Promise.resolve() };
}

async function received(values: readonly string[], body: string, exchange: Partial<Exchange> = {}): Promise<Exchange> {
  return await withholdEchoes(answering(exchange, body), values).exchange({} as TransportRequest);
}

describe('withholdEchoes()', () => {
  it.each([
    ['as it is', `{"authorization":"Bearer ${KEY}"}`],
    ['as PHP writes JSON', '{"authorization":"Bearer sk-proj-0123\\/456789"}'],
    ['in the middle of a page', `<html>${KEY}</html>`],
  ])('leaves out a body with the key %s', async (_, body) => {
    const expected = { status: 'network', httpStatus: 200, response: null, errorCode: 'ERR_RESPONSE_SECRET' };
    expect(await received([KEY], body)).toEqual({ ...OK, ...expected });
  });

  it('finds the secret in a header value of two words, and one with quotes', async () => {
    expect(await received([`Bearer ${KEY}`], KEY)).toMatchObject({ response: null });
    expect(await received(['a "quoted" secret"of"mine'], '{"x":"secret\\"of\\"mine"}')).toMatchObject({
      response: null,
    });
  });

  it('leaves the status of an exchange that was no success', async () => {
    const denied = await received([KEY], `bad key ${KEY}`, { status: 'http', httpStatus: 401 });
    expect(denied).toMatchObject({ status: 'http', httpStatus: 401, response: null, errorCode: 'ERR_RESPONSE_SECRET' });
    const late = await received([KEY], KEY, { status: 'timeout', errorCode: 'ERR_TIMEOUT' });
    expect(late).toMatchObject({ status: 'timeout', response: null, errorCode: 'ERR_RESPONSE_SECRET' });
  });

  it('leaves out a compressed body, which may hold anything', async () => {
    const exchange = { status: 'network', errorCode: 'ERR_CONTENT_ENCODING' } as const;
    expect(await received([KEY], 'gz', exchange)).toMatchObject({ ...exchange, response: null });
    expect((await received([], 'gz', exchange)).response).not.toBeNull();
  });

  it('leaves out a receipt id with the key, and keeps any other', async () => {
    expect(await received([KEY], '{}', { receiptId: `rcpt-${KEY}` })).toMatchObject({ status: 'ok', receiptId: null });
    expect(await received([KEY], '{}', { receiptId: 'rcpt-1' })).toMatchObject({ status: 'ok', receiptId: 'rcpt-1' });
  });

  it('keeps every other body, also one with a placeholder for a key', async () => {
    expect((await received([KEY, 'evals'], 'the team is evals, the key sk-proj-0123')).status).toBe('ok');
    expect((await received(['ollama', 'not-needed'], 'ollama is not-needed')).status).toBe('ok');
    expect((await received([''], '')).response).toHaveLength(0);
  });
});
