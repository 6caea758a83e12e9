/** Starts and ends HTTP servers of our own. */
import type { Server } from 'node:http';
import { EndpointError } from '../core/errors.ts';

/** A running server. */
export interface LocalServer {
  /** Base URL for an OpenAI client, such as `http://127.0.0.1:49152/v1`. */
  readonly url: string;
  /** Ends every connection. */
  readonly close: () => Promise<void>;
}

/**
 * Listen, and say where.
 *
 * @param port - 0 lets the system choose a free one.
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN`
 */
export async function listen(server: Server, port: number, host: string): Promise<LocalServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const details = { cause, retryable: false, status: null };
      reject(new EndpointError('ERR_ENDPOINT_LISTEN', `cannot listen on ${host} port ${port}`, details));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/v1`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
