/**
 * Probes an endpoint: asks what each probe asks, and tells what was found.
 *
 * Probes are no samples: nothing is scored, no budget is spent, and a request that fails for a reason of the moment is
 * sent again a few times, after short waits, of which only the last is recorded.
 */
import pLimit from 'p-limit';
import type { Capability } from '../core/capability-names.ts';
import type { Endpoint, Exchange } from '../endpoints/endpoint.ts';
import { isRetryable } from '../endpoints/retry.ts';
import { MAX_PROBE_RESPONSE_BYTES, type ProbeExchange } from '../transcript/probe/exchange.ts';
import { followProbe, type ProbeState } from '../transcript/probe/follow-probe.ts';
import type { ProbeFinding } from '../transcript/probe/probe.ts';
import type { RunEnvironment } from './environment.ts';
import { waitMs } from './retry.ts';

/** What an endpoint is probed with. */
export interface ProbingInput {
  readonly endpoint: Pick<Endpoint, 'identity' | 'send'>;
  /** In the order in which findings are told. */
  readonly capabilities: readonly Capability[];
  /** 32 hex digits that no server has seen before. */
  readonly nonce: string;
  /** Time limit of one request. */
  readonly timeoutMs: number;
  /** Most requests on their way at once; a few suffice. */
  readonly concurrency: number;
  readonly environment: Pick<RunEnvironment, 'random' | 'sleep'>;
  readonly signal: AbortSignal;
  /** Resolves when what led here is durable; no byte leaves before. */
  readonly beforeSend: () => Promise<void>;
}

/** What one probe has found, and in which exchanges. */
export interface Probed {
  readonly capability: Capability;
  readonly finding: ProbeFinding;
  readonly exchanges: readonly ProbeExchange[];
}

/** Probes that run at once: enough to be quick, too few to be limited for. */
const SIDE_BY_SIDE = 4;

const MAX_ATTEMPTS = 3;

/** A server that asks for more patience than this is not asked again. */
const LONGEST_WAIT_MS = 20_000;

/** Requests without a response, and none with one, after which nobody is there. */
const MAX_SILENT = SIDE_BY_SIDE;

/** Probe an endpoint; ends early, without the findings that are missing, if the signal is aborted. */
export async function* probeEndpoint(input: ProbingInput): AsyncGenerator<Probed, void> {
  const limit = pLimit(Math.min(SIDE_BY_SIDE, input.concurrency));
  const asker = createAsker(input);
  const running = input.capabilities.map((capability) => limit(() => probe(capability, input, asker)));
  try {
    for (const each of running) {
      const probed = await each;
      if (probed === null) return;
      yield probed;
    }
  } finally {
    limit.clearQueue();
    // Whoever stops listening leaves no failure behind that nobody hears of.
    for (const each of running) each.catch(() => undefined);
  }
}

async function probe(capability: Capability, input: ProbingInput, asker: Asker): Promise<Probed | null> {
  const context = { endpoint: input.endpoint.identity, nonce: input.nonce };
  const exchanges: ProbeExchange[] = [];
  for (;;) {
    const { ask, found } = followProbe(capability, context, exchanges);
    if (input.signal.aborted) return null;
    if (ask === null || asker.isSilent()) return { capability, finding: found, exchanges };
    const exchange = await asker.send(ask);
    if (exchange.status === 'cancelled') return null;
    exchanges.push(keptExchange(ask.body, { ...exchange, status: exchange.status }));
  }
}

type Ask = NonNullable<ProbeState['ask']>;

interface Asker {
  readonly send: (ask: Ask) => Promise<Exchange>;
  /** Whether nobody has answered anything, and is not likely to. */
  readonly isSilent: () => boolean;
}

function createAsker({ endpoint, timeoutMs, environment, signal, beforeSend }: ProbingInput): Asker {
  let silent = 0;
  let isHeard = false;
  const options = { timeoutMs, maxResponseBytes: MAX_PROBE_RESPONSE_BYTES, signal, beforeSend };
  const send = async ({ api, body }: Ask, attempt = 1): Promise<Exchange> => {
    const exchange = await endpoint.send(body, { ...options, api });
    if (exchange.httpStatus === null) silent++;
    else isHeard = true;
    if (attempt === MAX_ATTEMPTS || exchange.status === 'timeout' || !isRetryable(exchange)) return exchange;
    const wait = waitMs(attempt, exchange.retryAfterMs, environment.random());
    if (wait > LONGEST_WAIT_MS) return exchange;
    await environment.sleep(wait, signal);
    return await send({ api, body }, attempt + 1);
  };
  return { send: (ask) => send(ask), isSilent: () => !isHeard && silent >= MAX_SILENT };
}

type Uncancelled = Omit<Exchange, 'status'> & Pick<ProbeExchange, 'status'>;

function keptExchange(request: string, { status, httpStatus, errorCode, response }: Uncancelled): ProbeExchange {
  return {
    request,
    status,
    ...(httpStatus === null ? {} : { http: httpStatus }),
    ...(errorCode === null ? {} : { error: errorCode }),
    ...(response === null ? {} : { response }),
  };
}
