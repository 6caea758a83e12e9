/** A loopback server that answers as a test tells it, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SelfSigned } from '../self-signed.ts';

/** A request as it arrived. */
export interface SeenRequest {
  /** Method, path and query. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Counts connections. */
  readonly connection: number;
}

/** What a request is answered with. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly delayMs?: number;
}

/** A running server. */
export interface ProviderServer {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Most requests that were open at a time. */
  readonly mostAtOnce: () => number;
}

/** Start a server that ends with the test. */
export async function startProvider(
  reply: (request: SeenRequest, n: number) => Reply,
  tls: SelfSigned | null = null,
): Promise<ProviderServer> {
  const seen: SeenRequest[] = [];
  const connections = new Map<unknown, number>();
  let open = 0;
  let most = 0;
  const listener: RequestListener = (incoming, outgoing) => {
    most = Math.max(most, ++open);
    const connection = connections.get(incoming.socket) ?? connections.size;
    connections.set(incoming.socket, connection);
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { line: `${method} ${url}`, headers, body: Buffer.concat(parts).toString(), connection };
      const { status = 200, headers: fields = {}, body, delayMs = 0 } = reply(request, seen.push(request) - 1);
      setTimeout(() => {
        open--;
        outgoing.writeHead(status, fields).end(body);
      }, delayMs);
    });
  };
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const scheme = tls === null ? 'http' : 'https';
  return { origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, mostAtOnce: () => most };
}
