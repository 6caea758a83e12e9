/**
 * Which TLS key an exchange ended at.
 *
 * Each client of a pool has one connection at a time, so it can tell an exchange the key of the very socket that carries
 * it. Sessions are not resumed and not renegotiated: the key is one whose possession was proven on this socket.
 */
import { createRequire } from 'node:module';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { buildConnector, Client, Dispatcher, Pool } from 'undici';
import { digest } from '../core/digest.ts';

/** Dispatch options that say who is told of the connection. */
export interface ObservedRequest extends Dispatcher.DispatchOptions {
  /** Its connection is set before the exchange begins, if the connection has TLS. */
  readonly observer: { connection: PeerConnection | null };
}

/** The connection of one client. */
export interface PeerConnection {
  /** Hex SHA-256 of the public key of the peer, as SubjectPublicKeyInfo in DER; null before the first handshake. */
  readonly spki: string | null;
}

type Connector = buildConnector.connector;
type PoolFactory = NonNullable<Pool.Options['factory']>;

// The pool has loaded these parts of undici already; an import would read them again, which takes 10 ms.
const load = createRequire(import.meta.url);
const CLIENT_MODULE = 'undici/lib/dispatcher/client.js';
const CONNECT_MODULE = 'undici/lib/core/connect.js';

/**
 * Makes the clients of a pool, each of which tells its exchanges where they go.
 *
 * The pool has to be given nothing but {@link ObservedRequest}.
 *
 * @param ca - Certificates in PEM that are trusted beside those of Node; null for none.
 */
export async function peerClients(ca: string | null): Promise<PoolFactory> {
  const UndiciClient = load(CLIENT_MODULE) as typeof Client;
  const connectorOf = load(CONNECT_MODULE) as typeof buildConnector;
  const connector = connectorOf({ maxCachedSessions: 0, ...(ca === null ? {} : await trusting(ca)) });
  return (origin, options) => {
    const connection: { spki: string | null } = { spki: null };
    const client = new UndiciClient(origin, { ...options, connect: remembering(connector, connection) });
    const dispatch = client.dispatch.bind(client);
    client.dispatch = (request, handler) => {
      // The pool wraps handlers and hands on options as they are.
      (request as ObservedRequest).observer.connection = connection;
      return dispatch(request, handler);
    };
    return client;
  };
}

let lastTrusted: { readonly ca: string; readonly secureContext: SecureContext } | null = null;

// One context for all connections and pools: reading the roots of Node anew for each would take longer than a handshake.
async function trusting(ca: string): Promise<{ readonly secureContext: SecureContext }> {
  const { createSecureContext, rootCertificates } = await import('node:tls');
  if (lastTrusted?.ca !== ca)
    lastTrusted = { ca, secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) };
  return { secureContext: lastTrusted.secureContext };
}

function remembering(connector: Connector, connection: { spki: string | null }): Connector {
  return (options, callback) => {
    connection.spki = null;
    connector(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) return callback(error, null);
      connection.spki = keyOf(socket as TLSSocket);
      callback(null, socket);
    });
  };
}

function keyOf(socket: TLSSocket): string | null {
  socket.disableRenegotiation();
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key === undefined ? null : digest(key);
}
