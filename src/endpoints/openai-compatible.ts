/** An endpoint behind the API of any OpenAI-compatible server. */
import { UsageError } from '../core/errors.ts';
import { checkApi } from './api-paths.ts';
import { withholdEchoes } from './echoed-secrets.ts';
import { parseModels } from './models.ts';
import { openTransport, type Transport } from './transport.ts';
import type { Endpoint, ListedModel } from './endpoint.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';

/** Secrets, as values; they are sent and never recorded, shown or put into an error. */
export interface Credentials {
  readonly apiKey: string | null;
  /** Further headers by name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** No credentials at all, for servers that ask for none. */
export const NO_CREDENTIALS: Credentials = { apiKey: null, headers: {} };

/** Where to connect, and how. */
export interface Connection {
  /** In the form of `normalizeBaseUrl`; it may differ from the recorded one by the port of a server of our own. */
  readonly baseUrl: string;
  /** Most connections at a time. */
  readonly connections: number;
  readonly credentials: Credentials;
  /** Certificates in PEM that are trusted beside those of Node; none if not given. */
  readonly ca?: string | null;
  /** Further headers that are no secret. */
  readonly headers?: Readonly<Record<string, string>>;
}

const LIST_TIMEOUT_MS = 10_000;
const LIST_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Open an endpoint.
 *
 * No byte is sent before the first `send`. Proxies from the environment are not used.
 *
 * @param identity - What the plan records of it.
 * @throws {@link UsageError} `ERR_ENDPOINT_KEY` if a credential has a character that no HTTP header may hold.
 */
export async function openOpenAiCompatible(identity: PlanEndpoint, connection: Connection): Promise<Endpoint> {
  const { origin, pathname } = new URL(connection.baseUrl);
  const basePath = pathname === '/' ? '' : pathname;
  const headers = {
    ...requestHeaders(connection),
    accept: identity.stream ? 'text/event-stream' : 'application/json',
    'content-type': 'application/json',
  };
  const [transport, { createWireSend }] = await Promise.all([
    openDiscreet(origin, connection),
    import('./wire-client.ts'),
  ]);
  const send = createWireSend(connection.baseUrl, { transport, basePath, headers });
  return {
    identity,
    send: async (body, options) => {
      checkApi(identity, options.api ?? 'chat');
      return await send(body, options);
    },
    listModels: () => listModels(transport, `${basePath}/models`, headers),
    close: transport.close,
  };
}

/**
 * Connections to the origin of a base URL, over which no credential comes back.
 *
 * @param connection - Of its URL only the credentials matter; they may go to this origin and to no other.
 */
export async function openDiscreet(
  origin: string,
  { connections, credentials, ca = null }: Omit<Connection, 'baseUrl'>,
): Promise<Transport> {
  const { apiKey, headers } = credentials;
  return withholdEchoes(await openTransport(origin, connections, ca), [apiKey ?? '', ...Object.values(headers)]);
}

/**
 * The headers of every request of a connection, credentials included.
 *
 * @throws {@link UsageError} `ERR_ENDPOINT_KEY` if a credential has a character that no HTTP header may hold.
 */
export function requestHeaders({
  credentials: { apiKey, headers },
  headers: plain = {},
}: Pick<Connection, 'credentials' | 'headers'>): Readonly<Record<string, string>> {
  if (apiKey !== null) checkHeaderValue(apiKey, 'the API key');
  for (const [name, value] of Object.entries(headers)) checkHeaderValue(value, `the value of header ${name}`);
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'touchstone',
    ...plain,
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    ...headers,
  };
}

// A trailing newline is the usual fault; the message must not show the value.
function checkHeaderValue(value: string, what: string): void {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return;
  throw new UsageError('ERR_ENDPOINT_KEY', `cannot send ${what}: want printable ASCII without spaces around it`);
}

async function listModels(
  transport: Transport,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly ListedModel[]> {
  const exchange = await transport.exchange({
    method: 'GET',
    path,
    headers: { ...headers, accept: 'application/json' },
    body: null,
    timeoutMs: LIST_TIMEOUT_MS,
    maxResponseBytes: LIST_MAX_BYTES,
    signal: new AbortController().signal,
  });
  return parseModels(exchange);
}
