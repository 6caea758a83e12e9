/**
 * A `fetch` for the openai package that sends each body once and records the exchange below any parsing.
 *
 * The package knows neither the key nor the bodies of responses: the headers are added here and the response it gets is
 * a status without content. So no message it makes can hold a secret or an echo, and it has nothing to parse. Node's own
 * `fetch`, `Request`, `Response` and `Headers` are not used; they are slow to load and to run.
 */
import { API_PATHS } from './api-paths.ts';
import { unsent, type Transport } from './transport.ts';
import type { Exchange, SendOptions } from './endpoint.ts';

/** One `send` on its way through the package. */
export interface WireCall {
  readonly options: SendOptions;
  /** Set when the exchange has ended. */
  exchange: Exchange | null;
  /** Set when something failed that is no exchange: the gate before it, or a bug. */
  failure: { readonly cause: unknown } | null;
}

/** The calls in flight, each found by the very bytes it announced. */
export type WireCalls = WeakMap<Uint8Array, WireCall>;

/** What the package passes to `fetch`, as far as it matters. */
export interface LeanInit {
  readonly method?: string;
  readonly body?: unknown;
}

/** Where and with what every request of a client goes. */
export interface LeanTarget {
  readonly transport: Transport;
  /** Path of the base URL, which the path of the API follows. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The parts of a `Response` that the package reads. */
export interface LeanResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: { readonly get: () => null; readonly entries: () => readonly never[] };
  readonly body: null;
  readonly text: () => Promise<string>;
}

const NO_HEADERS: LeanResponse['headers'] = { get: () => null, entries: () => [] };

/**
 * The fetch over one target.
 *
 * A call is found by the identity of its bytes, so a body that the package had copied, changed or written anew would
 * find none and never leave.
 */
export function leanFetch(
  calls: WireCalls,
  target: LeanTarget,
): (url: string, init: LeanInit) => Promise<LeanResponse> {
  return async (_url, { body }) => {
    const call = body instanceof Uint8Array ? calls.get(body) : undefined;
    if (call === undefined || !(body instanceof Uint8Array))
      throw new TypeError('the body to send is not the one announced');
    const exchange = await exchanged(call, body, target);
    if (exchange.httpStatus === null) throw new TypeError('the exchange ended without a response');
    return leanResponse(exchange.httpStatus);
  };
}

async function exchanged(call: WireCall, body: Uint8Array, target: LeanTarget): Promise<Exchange> {
  const { beforeSend, signal, timeoutMs, maxResponseBytes, api = 'chat' } = call.options;
  const { transport, basePath, headers } = target;
  const path = basePath + API_PATHS[api];
  try {
    await beforeSend(body);
    call.exchange = signal.aborted
      ? unsent()
      : await transport.exchange({ method: 'POST', path, headers, body, signal, timeoutMs, maxResponseBytes });
    return call.exchange;
  } catch (cause) {
    call.failure = { cause };
    throw cause;
  }
}

function leanResponse(status: number): LeanResponse {
  const ok = status >= 200 && status <= 299;
  return { ok, status, url: '', headers: NO_HEADERS, body: null, text: () => Promise.resolve('') };
}
