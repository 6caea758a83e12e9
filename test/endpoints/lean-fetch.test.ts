import { describe, expect, it } from 'vitest';
import { leanFetch, type LeanTarget, type WireCall, type WireCalls } from '../../src/endpoints/lean-fetch.ts';
import { createWireSend } from '../../src/endpoints/wire-client.ts';
import { sendOptions } from './send-options.ts';
import type { Exchange } from '../../src/endpoints/endpoint.ts';
import type { TransportRequest } from '../../src/endpoints/transport.ts';

const FINE: Exchange = {
  status: 'ok',
  httpStatus: 200,
  response: Buffer.from('{}'),
  errorCode: null,
  retryAfterMs: null,
  latencyUs: 1,
  firstByteUs: 1,
  peerSpki: null,
  receiptId: null,
};

function target(sent: TransportRequest[], exchange: () => Promise<Exchange>): LeanTarget {
  const transport = {
    exchange: (request: TransportRequest): Promise<Exchange> => {
      sent.push(request);
      return exchange();
    },
    close: () => Promise.resolve(),
  };
  return { transport, basePath: '/v1', headers: { authorization: 'Bearer sk-1' } };
}

function call(): WireCall {
  return { options: sendOptions(), exchange: null, failure: null };
}

describe('leanFetch()', () => {
  it('sends the bytes that were announced, by identity', async () => {
    const sent: TransportRequest[] = [];
    const body = Buffer.from('{}');
    const announced = call();
    const calls: WireCalls = new WeakMap([[body, announced]]);
    const fetch = leanFetch(
      calls,
      target(sent, () => Promise.resolve(FINE)),
    );
    const response = await fetch('http://h/v1', { method: 'POST', body });
    expect(sent[0]?.body).toBe(body);
    expect(announced.exchange).toBe(FINE);
    expect(response).toMatchObject({ ok: true, status: 200 });
    expect(await response.text()).toBe('');
    expect([...response.headers.entries()]).toEqual([]);
  });

  it.each([['equal bytes'], ['text'], ['nothing']])('sends no %s instead of them', async (what) => {
    const sent: TransportRequest[] = [];
    const calls: WireCalls = new WeakMap([[Buffer.from('{}'), call()]]);
    const fetch = leanFetch(
      calls,
      target(sent, () => Promise.resolve(FINE)),
    );
    const body = { 'equal bytes': Buffer.from('{}'), text: '{}' }[what];
    await expect(fetch('http://h/v1', { method: 'POST', body })).rejects.toThrow(
      'the body to send is not the one announced',
    );
    expect(sent).toEqual([]);
  });
});

describe('createWireSend()', () => {
  it('rejects with a bug of the transport as it is', async () => {
    const bug = new RangeError('bug');
    const send = createWireSend(
      'http://h/v1',
      target([], () => Promise.reject(bug)),
    );
    await expect(send('{}', call().options)).rejects.toBe(bug);
  });

  it('takes nothing from the environment of the package', async () => {
    const names = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_CUSTOM_HEADERS', 'OPENAI_LOG'];
    const before = names.map((name) => [name, process.env[name]] as const);
    const values = ['sk-env', 'http://elsewhere/v1', 'org-env', 'X-Env: 1', 'debug'];
    for (const [index, name] of names.entries()) process.env[name] = values[index];
    const sent: TransportRequest[] = [];
    try {
      await createWireSend(
        'http://h/v1',
        target(sent, () => Promise.resolve(FINE)),
      )('{}', call().options);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: 'Bearer sk-1' } });
    expect(sent[0]?.headers).toEqual({ authorization: 'Bearer sk-1' });
  });
});
