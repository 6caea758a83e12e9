/**
 * The openai package, made to hand over a finished body byte for byte.
 *
 * Loading this module loads the package, so it is imported by the commands that send and by no other.
 */
import { OpenAI } from 'openai';
import { leanFetch, type LeanTarget, type WireCall, type WireCalls } from './lean-fetch.ts';
import type { Exchange, SendOptions } from './endpoint.ts';

type Built = ReturnType<OpenAI['buildRequest']>;
type BuildInput = Parameters<OpenAI['buildRequest']>[0];
type Fetch = NonNullable<ConstructorParameters<typeof OpenAI>[0]>['fetch'];

/** Longest delay of a timer; the time limit of an exchange is kept below, where a byte that arrives is seen. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

class WireClient extends OpenAI {
  // Its own headers describe the machine, and building them takes more CPU than the request; leanFetch has the headers.
  override buildRequest({ method, path, body }: BuildInput): Built {
    return Promise.resolve({
      req: { method, body } as Awaited<Built>['req'],
      url: this.baseURL + path,
      timeout: NO_TIMEOUT_MS,
    });
  }
}

/** Sends one body and tells the exchange. */
export type WireSend = (body: string, options: SendOptions) => Promise<Exchange>;

/**
 * A sender of chat completions over the package.
 *
 * @param baseUrl - As the package understands it: without a slash at the end.
 */
export function createWireSend(baseUrl: string, target: LeanTarget): WireSend {
  const calls: WireCalls = new WeakMap();
  const client = createClient(baseUrl, leanFetch(calls, target) as unknown as Fetch);
  return async (text, options) => {
    const body = Buffer.from(text, 'utf8');
    const call: WireCall = { options, exchange: null, failure: null };
    calls.set(body, call);
    try {
      await client.post('/chat/completions', { body }).asResponse();
    } catch (cause) {
      // For every status but 2xx the package makes an error of its own; the exchange says it better.
      if (call.exchange === null) throw call.failure === null ? cause : call.failure.cause;
    }
    if (call.exchange === null) throw new TypeError('the openai package answered without sending');
    return call.exchange;
  };
}

// Every option that the package would else read from the environment is given, the key as a placeholder.
function createClient(baseURL: string, fetch: Fetch): WireClient {
  return new WireClient({
    apiKey: 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL,
    fetch,
    maxRetries: 0,
    logLevel: 'off',
  });
}
