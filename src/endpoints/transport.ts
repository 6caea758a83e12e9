/**
 * HTTP/1.1 over kept-alive connections of undici, with nothing above it.
 *
 * One call is one exchange: redirects are not followed, bodies are not decompressed, proxies from the environment are
 * not used, nothing is retried. Node's built-in fetch would cost eight times the CPU for things that are not wanted here.
 */
import type { Dispatcher, Pool } from 'undici';
import { awaitAbort, forgetAbort } from './cancellation.ts';
import { peerClients, type ObservedRequest, type PeerConnection } from './peer-key.ts';
import type { Exchange, ExchangeStatus, SendOptions, TransportCode } from './endpoint.ts';
import { parseRetryAfter } from './retry.ts';
import { transportCode } from './transport-code.ts';

/** One HTTP request. */
export interface TransportRequest extends Omit<SendOptions, 'beforeSend' | 'api'> {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Close the connection afterwards, so that the next request may reach another machine. */
  readonly reset?: boolean;
  /** Told of the headers of the response. */
  readonly onHeaders?: (header: (name: string) => string | null) => void;
}

/** The connections to one origin. */
export interface Transport {
  readonly exchange: (request: TransportRequest) => Promise<Exchange>;
  readonly close: () => Promise<void>;
}

// The whole of undici takes 150 ms to load, its pool 25 ms. The package has no export map and its version is pinned.
const POOL_MODULE: string = 'undici/lib/dispatcher/pool.js';

const ENDED = new Error('the exchange has ended');

const RECEIPT_ID = /^[\x21-\x7e]{1,256}$/;

/**
 * Connections to an origin, opened as requests need them and kept for the next.
 *
 * @param origin - Scheme, host and port, such as `https://api.openai.com`.
 * @param connections - Most connections at a time; an exchange waits for a free one, and that counts as its time.
 * @param ca - Certificates in PEM that are trusted beside those of Node; null for none.
 */
export async function openTransport(origin: string, connections: number, ca: string | null = null): Promise<Transport> {
  const { default: UndiciPool } = (await import(POOL_MODULE)) as { readonly default: typeof Pool };
  const tls = origin.startsWith('https:') ? { factory: await peerClients(ca) } : {};
  // Every exchange has a timer of its own, so the parser needs none.
  const pool = new UndiciPool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, ...tls });
  return {
    exchange: async (request) => {
      if (request.signal.aborted) return unsent();
      return await new Promise((resolve) => {
        const { path, method, headers, body, reset } = request;
        const closing = reset === undefined ? {} : { reset };
        const observer = new ExchangeHandler(request, resolve);
        const observed: ObservedRequest = { path, method, headers, body, ...closing, observer };
        pool.dispatch(observed, observer);
      });
    },
    close: () => pool.destroy(ENDED),
  };
}

/** The exchange of a request that was cancelled before a byte left. */
export function unsent(): Exchange {
  return {
    status: 'cancelled',
    httpStatus: null,
    response: null,
    errorCode: 'ERR_CANCELLED',
    retryAfterMs: null,
    latencyUs: 0,
    firstByteUs: null,
    peerSpki: null,
    receiptId: null,
  };
}

/** Gathers what comes in until the exchange has ended one way or another, and then tells it once. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  connection: PeerConnection | null = null;
  readonly #request: TransportRequest;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #sizeBytes = 0;
  #httpStatus: number | null = null;
  #encoding = 'identity';
  #retryAfterMs: number | null = null;
  #firstByteUs: number | null = null;
  #peerSpki: string | null = null;
  #receiptId: string | null = null;
  #ended = false;

  constructor(request: TransportRequest, resolve: (exchange: Exchange) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#fail('timeout', 'ERR_TIMEOUT'), request.timeoutMs);
    awaitAbort(request.signal, this.#cancel);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#peerSpki = this.connection?.spki ?? null;
    // The exchange may have ended while it waited for a connection; then nothing is sent.
    if (this.#ended) controller.abort(ENDED);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.#httpStatus = status;
    this.#encoding = headerText(headers, 'content-encoding') ?? 'identity';
    const retryAfter = headerText(headers, 'retry-after');
    this.#retryAfterMs = retryAfter === null ? null : parseRetryAfter(retryAfter, Date.now());
    const receiptId = headerText(headers, 'x-receipt-id');
    this.#receiptId = receiptId !== null && RECEIPT_ID.test(receiptId) ? receiptId : null;
    this.#request.onHeaders?.((name) => headerText(headers, name));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#firstByteUs ??= this.#elapsedUs();
    const room = this.#request.maxResponseBytes - this.#sizeBytes;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#sizeBytes += Math.min(chunk.length, room);
    if (chunk.length > room) this.#fail('network', 'ERR_RESPONSE_TOO_LARGE');
  }

  onResponseEnd(): void {
    // None was offered, and bytes that nobody can read without a decoder are no answer.
    if (this.#encoding !== 'identity') this.#fail('network', 'ERR_CONTENT_ENCODING');
    else this.#end(isSuccess(this.#httpStatus) ? 'ok' : 'http', null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // The connection is gone already.
    this.#controller = null;
    this.#fail('network', transportCode(error, this.#httpStatus !== null));
  }

  readonly #cancel = (): void => {
    this.#end('cancelled', 'ERR_CANCELLED');
  };

  // A status other than 2xx has already said what there is to say, whatever becomes of its body.
  #fail(status: 'timeout' | 'network', code: TransportCode): void {
    this.#end(this.#httpStatus === null || isSuccess(this.#httpStatus) ? status : 'http', code);
  }

  #end(status: ExchangeStatus, errorCode: TransportCode | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    forgetAbort(this.#request.signal, this.#cancel);
    if (errorCode !== null) this.#controller?.abort(ENDED);
    this.#resolve({
      status,
      httpStatus: this.#httpStatus,
      response: this.#httpStatus === null ? null : joined(this.#chunks),
      errorCode,
      retryAfterMs: this.#retryAfterMs,
      latencyUs: this.#elapsedUs(),
      firstByteUs: this.#firstByteUs,
      peerSpki: this.#peerSpki,
      receiptId: this.#receiptId,
    });
  }

  #elapsedUs(): number {
    return Math.round((performance.now() - this.#startedAt) * 1000);
  }
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

function headerText(headers: ResponseHeaders, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status <= 299;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}
