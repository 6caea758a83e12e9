import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openTransport, type Transport, type TransportRequest } from '../../src/endpoints/transport.ts';
import { COMPLETION, startFaultServer } from './fault-server.ts';
import { selfSigned, type SelfSigned } from './self-signed.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const GET: TransportRequest = {
  method: 'GET',
  path: '/',
  headers: {},
  body: null,
  timeoutMs: 10_000,
  maxResponseBytes: 1000,
  signal: new AbortController().signal,
};

/** Independent of certificates: the hash of the key that the server was made with. */
function spkiOf({ publicKey }: SelfSigned): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}

async function serve(identity: SelfSigned, headers: Record<string, string> = {}) {
  const server: Server = createServer(identity, (_request, response) => {
    response.writeHead(200, headers).end('{}');
  });
  let connections = 0;
  server.on('secureConnection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, origin, connections: () => connections };
}

async function open(origin: string, ca: string | null, connections = 1): Promise<Transport> {
  const transport = await openTransport(origin, connections, ca);
  closers.push(transport.close);
  return transport;
}

describe('the TLS peer of an exchange', () => {
  it('is known by the hash of its public key', async () => {
    const identity = selfSigned();
    const { origin } = await serve(identity);
    const { status, peerSpki } = await (await open(origin, identity.cert)).exchange(GET);
    expect({ status, peerSpki }).toEqual({ status: 'ok', peerSpki: spkiOf(identity) });
  });

  it('is that of the very connection, when the key of the server changes', async () => {
    const [before, after] = [selfSigned(), selfSigned()];
    const { server, origin, connections } = await serve(before);
    const transport = await open(origin, before.cert + after.cert);
    const first = await transport.exchange(GET);
    server.setSecureContext(after);
    const kept = await transport.exchange({ ...GET, reset: true });
    const fresh = await transport.exchange(GET);
    expect([first, kept, fresh].map(({ peerSpki }) => peerSpki)).toEqual([
      spkiOf(before),
      spkiOf(before),
      spkiOf(after),
    ]);
    expect(connections()).toBe(2);
  });

  it('is told apart for connections side by side', async () => {
    const [one, other] = [selfSigned(), selfSigned()];
    const { server, origin } = await serve(one);
    const transport = await open(origin, one.cert + other.cert, 2);
    server.removeAllListeners('request');
    const waiting: (() => void)[] = [];
    server.on('request', (_request, response) => {
      waiting.push(() => response.end('{}'));
      if (waiting.length === 1) server.setSecureContext(other);
      else for (const answer of waiting.toReversed()) answer();
    });
    const first = transport.exchange(GET);
    await once(server, 'request');
    const second = await transport.exchange(GET);
    expect([(await first).peerSpki, second.peerSpki]).toEqual([spkiOf(one), spkiOf(other)]);
  });

  it('proves its key on every connection: sessions are not resumed', async () => {
    const identity = selfSigned();
    const { server, origin } = await serve(identity);
    const transport = await open(origin, identity.cert);
    const resumed: boolean[] = [];
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    await transport.exchange({ ...GET, reset: true });
    await transport.exchange(GET);
    expect(resumed).toEqual([false, false]);
  });

  it('is refused without its certificate', async () => {
    const { origin } = await serve(selfSigned());
    const { status, errorCode, peerSpki } = await (await open(origin, null)).exchange(GET);
    expect({ status, errorCode, peerSpki }).toEqual({ status: 'network', errorCode: 'ERR_TLS', peerSpki: null });
  });

  it('is null without TLS', async () => {
    const server = await startFaultServer(() => 'answer');
    closers.push(server.close);
    const transport = await open(new URL(server.url).origin, null);
    const { response, peerSpki } = await transport.exchange(GET);
    expect({ response: Buffer.from(response ?? []).toString(), peerSpki }).toEqual({
      response: COMPLETION,
      peerSpki: null,
    });
  });
});

describe('the receipt id of an exchange', () => {
  it.each([
    ['is what the response names', 'rcpt-1', 'rcpt-1'],
    ['is null for a name with spaces', 'rcpt 1', null],
    ['is null for a name beyond 256 characters', 'r'.repeat(257), null],
    ['has up to 256 characters', 'r'.repeat(256), 'r'.repeat(256)],
  ])('%s', async (_name, header, want) => {
    const identity = selfSigned();
    const { origin } = await serve(identity, { 'x-receipt-id': header });
    const { receiptId } = await (await open(origin, identity.cert)).exchange(GET);
    expect(receiptId).toBe(want);
  });
});
