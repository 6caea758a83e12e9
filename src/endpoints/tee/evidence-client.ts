/**
 * Requests for evidence: over connections of their own, a bounded number at a time, tried again within bounds.
 *
 * They share nothing with the requests to the model, so that neither waits for the other.
 */
import pLimit from 'p-limit';
import { awaitAbort, forgetAbort } from '../cancellation.ts';
import type { Exchange } from '../endpoint.ts';
import type { Transport, TransportRequest } from '../transport.ts';

/** One request for evidence. */
interface EvidenceRequest extends Pick<
  TransportRequest,
  'path' | 'signal' | 'timeoutMs' | 'maxResponseBytes' | 'onHeaders'
> {
  /** Body of a POST; a GET without it. */
  readonly body?: Uint8Array;
  /** Whether another try may end better. */
  readonly isWorthAgain: (exchange: Exchange) => boolean;
  /** Waits between the tries; one try more than there are waits. */
  readonly delaysMs: readonly number[];
}

/** Asks one server. */
export interface EvidenceClient {
  /** The exchange of the last try. It never rejects. */
  readonly ask: (request: EvidenceRequest) => Promise<Exchange>;
  /** Number of requests sent so far. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

/** Longest wait that a server can ask for between two tries. */
const MAX_WAIT_MS = 5_000;

/**
 * A client.
 *
 * @param headers - Of every request; they may hold credentials.
 * @param concurrency - Most requests at a time.
 */
export function createEvidenceClient(
  transport: Transport,
  headers: Readonly<Record<string, string>>,
  concurrency: number,
): EvidenceClient {
  const limit = pLimit(concurrency);
  let sent = 0;
  const once = async (request: EvidenceRequest, reset: boolean): Promise<Exchange> => {
    const { body = null, ...rest } = request;
    if (!request.signal.aborted) sent++;
    const method = body === null ? 'GET' : 'POST';
    const posted = body === null ? headers : { ...headers, 'content-type': 'application/json' };
    return await transport.exchange({ ...rest, method, headers: posted, body, ...(reset ? { reset } : {}) });
  };
  const ask = async (request: EvidenceRequest): Promise<Exchange> => {
    let exchange = await limit(once, request, false);
    for (const delayMs of request.delaysMs) {
      if (!request.isWorthAgain(exchange)) break;
      await pause(Math.max(delayMs, Math.min(exchange.retryAfterMs ?? 0, MAX_WAIT_MS)), request.signal);
      // Behind a load balancer another connection may reach the machine that knows.
      exchange = await limit(once, request, true);
    }
    return exchange;
  };
  return { ask, requests: () => sent, close: transport.close };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      forgetAbort(signal, end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    awaitAbort(signal, end);
  });
}
