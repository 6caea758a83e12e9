/** From a configured endpoint to an open one, whatever kind it is. */
import { UsageError } from '../core/errors.ts';
import {
  isRemote,
  type EmbeddedConfig,
  type EndpointConfig,
  type RemoteConfig,
  type ReplayConfig,
  type TeeConfig,
} from './config.ts';
import { NO_CREDENTIALS, openOpenAiCompatible, type Credentials } from './openai-compatible.ts';
import { readCertificates } from './read-certificates.ts';
import { readRecording } from './read-recording.ts';
import type { FindMessages } from './replay.ts';
import type { Endpoint } from './endpoint.ts';
import type { LocalServer } from './listen.ts';
import type { PlanEndpoint, PlanTee } from '../transcript/plan.ts';

/** Base URL that is recorded for servers of our own: their port is chosen anew for every run. */
const LOCAL_BASE_URL = 'http://127.0.0.1/v1';

/** What an endpoint is opened with. */
export interface OpenOptions {
  /** Most requests in flight. */
  readonly connections: number;
  /** From {@link readCredentials}; none if not given. */
  readonly credentials?: Credentials;
  /** Finds the items of a recording that names no messages. */
  readonly findMessages?: FindMessages;
  /** Worker threads of an embedded model; default: one per processor. */
  readonly workers?: number;
  /** Folder of weight files; default: that of the package. */
  readonly modelFolder?: string;
}

/**
 * The credentials that a configuration names.
 *
 * @param lookUp - The value of an environment variable.
 * @throws {@link UsageError} `ERR_ENDPOINT_KEY` if a variable is not set, or empty
 */
export function readCredentials(config: EndpointConfig, lookUp: (name: string) => string | undefined): Credentials {
  if (!isRemote(config)) return NO_CREDENTIALS;
  const read = (variable: string, what: string): string => {
    const value = lookUp(variable);
    if (value !== undefined && value !== '') return value;
    const message = `cannot ask ${config.name}: environment variable ${variable} is not set; it holds ${what}`;
    throw new UsageError('ERR_ENDPOINT_KEY', message);
  };
  return {
    apiKey: config.apiKeyEnv === null ? null : read(config.apiKeyEnv, 'the key'),
    headers: Object.fromEntries(
      Object.entries(config.headersEnv).map(([name, variable]) => [name, read(variable, `header ${name}`)]),
    ),
  };
}

/**
 * Open an endpoint; embedded models and recordings get a server of their own, which `close` ends.
 *
 * No request is sent to a server of somebody else: whether anybody answers there shows with the first one.
 *
 * @throws {@link UsageError} `ERR_ENDPOINT_KEY` if a credential has a character that no HTTP header may hold
 * @throws {@link InputError} `ERR_REPLAY_MALFORMED`; `ERR_MODEL_UNKNOWN`, `ERR_WEIGHTS_MALFORMED` of an embedded model;
 *   `ERR_ENDPOINT_CONFIG` for a file without certificates; system errors of their files
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN` if a server of our own cannot listen
 */
export async function openEndpoint(config: EndpointConfig, options: OpenOptions): Promise<Endpoint> {
  if (config.kind === 'embedded') return await openEmbedded(config, options);
  if (config.kind === 'replay') return await openReplay(config, options);
  return await openServer(config, options);
}

async function openServer(
  config: RemoteConfig,
  { connections, credentials = NO_CREDENTIALS }: OpenOptions,
): Promise<Endpoint> {
  const { baseUrl, caFile } = config;
  const ca = caFile === null ? null : await readCertificates(caFile);
  const connection = { baseUrl, connections, credentials, ca };
  const identity = identityOf(config, baseUrl);
  if (config.kind === 'openai') return await openOpenAiCompatible(identity, connection);
  const { openTeeEndpoint } = await import('./tee/open-tee.ts');
  const { provider, collateral, nras } = config;
  return await openTeeEndpoint(identity, { ...connection, provider, companions: { collateral, nras } });
}

async function openEmbedded(config: EmbeddedConfig, options: OpenOptions): Promise<Endpoint> {
  const [{ startEmbeddedServer }, { readEmbeddedModels }] = await Promise.all([
    import('./embedded/server.ts'),
    import('./embedded/models.ts'),
  ]);
  const models = await readEmbeddedModels([config.model], options.modelFolder);
  const { workers } = options;
  const server = await startEmbeddedServer({ models, ...(workers === undefined ? {} : { workers }) });
  const endpoint = await openOwn(config, server, options);
  // The digest is asked of the server, as it would be of any other, and not taken from the file it was started with.
  const weights = (await endpoint.listModels()).find(({ id }) => id === config.model)?.digest ?? null;
  return weights === null ? endpoint : { ...endpoint, identity: { ...endpoint.identity, weights } };
}

async function openReplay(config: ReplayConfig, options: OpenOptions): Promise<Endpoint> {
  const recording = await readRecording(config.path, options.findMessages ?? null);
  const { startReplayServer } = await import('./replay-server.ts');
  const recordings = new Map([[config.model, recording]]);
  return await openOwn(config, await startReplayServer({ recordings }), options);
}

async function openOwn(config: EndpointConfig, server: LocalServer, { connections }: OpenOptions): Promise<Endpoint> {
  const connection = { baseUrl: server.url, connections, credentials: NO_CREDENTIALS };
  const endpoint = await openOpenAiCompatible(identityOf(config, LOCAL_BASE_URL), connection);
  const close = async (): Promise<void> => {
    await endpoint.close();
    await server.close();
  };
  return { ...endpoint, close };
}

function identityOf(config: EndpointConfig, baseUrl: string): PlanEndpoint {
  const { kind, name, model, stream, maxTokensField, extra } = config;
  return {
    kind,
    name,
    base_url: baseUrl,
    model,
    stream,
    max_tokens_field: maxTokensField,
    ...(extra === null ? {} : { extra }),
    ...(config.kind === 'tee' ? { tee: teeOf(config) } : {}),
  };
}

function teeOf({ provider, simulated }: TeeConfig): PlanTee {
  return { provider, ...(simulated ? { simulated } : {}) };
}
