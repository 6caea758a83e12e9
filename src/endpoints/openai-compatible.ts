/** An endpoint behind the chat completions API of any OpenAI-compatible server. */
import { UsageError } from '../core/errors.ts';
import { CHAT_PATH } from './base-url.ts';
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
  const headers = requestHeaders(identity.stream, connection.credentials);
  const { apiKey, headers: further } = connection.credentials;
  const [opened, { createWireSend }] = await Promise.all([
    openTransport(origin, connection.connections),
    import('./wire-client.ts'),
  ]);
  const transport = withholdEchoes(opened, [apiKey ?? '', ...Object.values(further)]);
  return {
    identity,
    send: createWireSend(connection.baseUrl, { transport, path: basePath + CHAT_PATH, headers }),
    listModels: () => listModels(transport, `${basePath}/models`, headers),
    close: transport.close,
  };
}

function requestHeaders(stream: boolean, { apiKey, headers }: Credentials): Readonly<Record<string, string>> {
  if (apiKey !== null) checkHeaderValue(apiKey, 'the API key');
  for (const [name, value] of Object.entries(headers)) checkHeaderValue(value, `the value of header ${name}`);
  return {
    accept: stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'user-agent': 'touchstone',
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
