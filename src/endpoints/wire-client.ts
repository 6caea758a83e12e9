/**
 * The openai package, made to hand over a finished body byte for byte.
 *
 * Loading this module loads the package, so it is imported by the commands that send and by no other.
 */
import { OpenAI } from 'openai';
import { API_PATHS } from './api-paths.ts';
import { leanFetch, type LeanTarget, type WireCall, type WireCalls } from './lean-fetch.ts';
import type { Exchange, SendOptions } from './endpoint.ts';

type Built = ReturnType<OpenAI['buildRequest']>;
type BuildInput = Parameters<OpenAI['buildRequest']>[0];
type FetchInput = Parameters<OpenAI['fetchWithTimeout']>;
type Fetch = NonNullable<ConstructorParameters<typeof OpenAI>[0]>['fetch'];

// Every option that the package would else read from the environment, the key as a placeholder.
const FIXED_OPTIONS = {
  apiKey: 'none',
  adminAPIKey: null,
  organization: null,
  project: null,
  webhookSecret: null,
  maxRetries: 0,
  logLevel: 'off',
} as const;

class WireClient extends OpenAI {
  readonly #fetch: ReturnType<typeof leanFetch>;

  constructor(baseURL: string, fetch: ReturnType<typeof leanFetch>) {
    super({ ...FIXED_OPTIONS, baseURL, fetch: fetch as unknown as Fetch });
    this.#fetch = fetch;
  }

  // The transport keeps the time limit, and knows the signal; a timer and a controller more for every request would be
  // paid for and never used.
  override async fetchWithTimeout(...[url, init = {}]: FetchInput): Promise<Response> {
    return (await this.#fetch(url as string, init)) as unknown as Response;
  }

  // Its own headers describe the machine, and building them takes more CPU than the request; leanFetch has the headers.
  override buildRequest({ method, path, body }: BuildInput): Built {
    return Promise.resolve({
      req: { method, body } as Awaited<Built>['req'],
      url: this.baseURL + path,
      timeout: 0,
    });
  }
}

/** Sends one body and tells the exchange. */
export type WireSend = (body: string, options: SendOptions) => Promise<Exchange>;

/**
 * A sender over the package.
 *
 * @param baseUrl - As the package understands it: without a slash at the end.
 */
export function createWireSend(baseUrl: string, target: LeanTarget): WireSend {
  const calls: WireCalls = new WeakMap();
  const client = new WireClient(baseUrl, leanFetch(calls, target));
  return async (text, options) => {
    const body = Buffer.from(text, 'utf8');
    const call: WireCall = { options, exchange: null, failure: null };
    calls.set(body, call);
    try {
      await client.post(API_PATHS[options.api ?? 'chat'], { body }).asResponse();
    } catch (cause) {
      // For every status but 2xx the package makes an error of its own; the exchange says it better.
      if (call.exchange === null) throw call.failure === null ? cause : call.failure.cause;
    }
    if (call.exchange === null) throw new TypeError('the openai package answered without sending');
    return call.exchange;
  };
}
