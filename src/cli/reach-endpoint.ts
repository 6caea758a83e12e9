/** Opens an endpoint and finds out, before anything is planned, whether anybody answers there. */
import { EndpointError } from '../core/errors.ts';
import { isRemote, type EndpointConfig, type RemoteConfig } from '../endpoints/config.ts';
import type { Endpoint, ListedModel } from '../endpoints/endpoint.ts';
import { openEndpoint, readCredentials } from '../endpoints/open.ts';
import type { FindMessages } from '../endpoints/replay.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { Message } from '../transcript/wire/request.ts';
import { warn, withHint } from './say.ts';

/** How to open an endpoint. */
export interface ReachOptions {
  /** Most requests in flight. */
  readonly connections: number;
  /** The suite that is asked; a recording may need it to find its items. Null for a judge, whose questions are no items. */
  readonly suite: LoadedSuite | null;
}

/**
 * An open endpoint that answers.
 *
 * @throws {@link EndpointError} if nobody answers, or credentials are refused; {@link UsageError} `ERR_ENDPOINT_KEY`
 */
export async function reachEndpoint(config: EndpointConfig, { connections, suite }: ReachOptions): Promise<Endpoint> {
  const credentials = readCredentials(config, (name) => process.env[name]);
  const findMessages = config.kind === 'replay' && suite !== null ? await messageFinder(suite) : undefined;
  const endpoint = await openEndpoint(config, {
    connections,
    credentials,
    ...(findMessages === undefined ? {} : { findMessages }),
  });
  if (!isRemote(config)) return endpoint;
  try {
    checkModel(config.model, await endpoint.listModels());
    return endpoint;
  } catch (error) {
    // Many servers have no list of models; only silence and closed doors are faults.
    if (error instanceof EndpointError && !isUnreachable(error)) return endpoint;
    await endpoint.close();
    throw error instanceof EndpointError ? unreachable(error, config) : error;
  }
}

function isUnreachable({ status }: EndpointError): boolean {
  return status === null || status === 401 || status === 403;
}

/** The error of an endpoint that could not be asked for its models, with its name and address. */
export function unreachable(cause: EndpointError, { name, baseUrl }: RemoteConfig): EndpointError {
  const { code, message, retryable, status } = cause;
  const error = new EndpointError(code, `cannot use ${name} at ${baseUrl}: ${message}`, { cause, retryable, status });
  return status === null || !isUnreachable(cause)
    ? error
    : withHint(error, 'the server refuses the key: check the variable that holds it');
}

function checkModel(model: string, listed: readonly ListedModel[]): void {
  if (listed.length === 0 || listed.some(({ id }) => id === model || id === `models/${model}`)) return;
  const names = listed.slice(0, 8).map(({ id }) => id);
  const more = listed.length > names.length ? ' …' : '';
  warn(`the server does not list the model "${model}"; it lists ${names.join(', ')}${more}`);
}

/** Finds the messages of an item: recordings of others name the item only, so every prompt is rendered here once. */
export async function messageFinder({ items, renderer }: LoadedSuite): Promise<FindMessages> {
  const byIndex: (readonly Message[])[] = [];
  const byId = new Map<string, readonly Message[]>();
  for await (const { id, input } of items()) {
    const messages = renderer.render(input);
    byIndex.push(messages);
    byId.set(id, messages);
  }
  return (item) => ('id' in item ? byId.get(item.id) : byIndex[item.index]) ?? null;
}
