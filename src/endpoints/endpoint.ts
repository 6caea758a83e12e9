/**
 * What the runner knows of an endpoint: one request body in, one exchange out.
 *
 * An exchange says what the transport saw and keeps the bytes; what the bytes mean is read by `parseAnswer` of the
 * transcript, so that the verifier can read them again. An endpoint never retries: every attempt is the runner's.
 */
import type { PlanEndpoint } from '../transcript/plan.ts';

/** How an exchange ended; `lost`, the sixth status of an attempt, belongs to a runner that died. */
export type ExchangeStatus = 'ok' | 'http' | 'timeout' | 'network' | 'cancelled';

/** Why an exchange has no whole response; the complete list, so that no text of a server enters a record. */
export type TransportCode =
  | 'EAI_AGAIN'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ENOTFOUND'
  | 'ERR_BODY_CUT'
  | 'ERR_CANCELLED'
  | 'ERR_CONTENT_ENCODING'
  | 'ERR_HTTP_MALFORMED'
  | 'ERR_NETWORK'
  | 'ERR_RESPONSE_SECRET'
  | 'ERR_RESPONSE_TOO_LARGE'
  | 'ERR_TIMEOUT'
  | 'ERR_TLS'
  | 'ETIMEDOUT';

/** One attempt as the transport saw it. */
export interface Exchange {
  /**
   * `ok`: a whole 2xx response. `http`: any other HTTP status, redirects included, whatever became of its body.
   * `timeout`, `network` and `cancelled`: no whole 2xx response, for the reason in `errorCode`.
   */
  readonly status: ExchangeStatus;
  /** HTTP status, or null if no response began. */
  readonly httpStatus: number | null;
  /**
   * Body as received, event stream framing included; cut bodies are kept as far as they came. Null if none began, or if
   * a credential stands in it.
   */
  readonly response: Uint8Array | null;
  readonly errorCode: TransportCode | null;
  /** What a Retry-After header asked for, at most {@link MAX_RETRY_AFTER_MS}. */
  readonly retryAfterMs: number | null;
  /** From the moment the bytes could leave to the end of the exchange. */
  readonly latencyUs: number;
  /** From the same moment to the first byte of the body. */
  readonly firstByteUs: number | null;
}

/** Limits of one exchange, and the gate before it. */
export interface SendOptions {
  /** For everything after `beforeSend`: connecting, sending, waiting and receiving. */
  readonly timeoutMs: number;
  /** A longer body ends the exchange with `ERR_RESPONSE_TOO_LARGE`. */
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
  /** Resolves when the intent is durable; no byte leaves before. A rejection ends `send` with the same error. */
  readonly beforeSend: (body: Uint8Array) => Promise<void>;
}

/** A model as a server lists it. */
export interface ListedModel {
  readonly id: string;
  /** SHA-256 in hex of what it serves, weights or recording; only servers of this project say it. */
  readonly digest: string | null;
}

/** An open endpoint; connections are kept until `close`. */
export interface Endpoint {
  /** What the plan records; never a credential. */
  readonly identity: PlanEndpoint;
  /**
   * Send one request body, exactly these bytes, once.
   *
   * Requires the text of `requestBuilder`: well-formed canonical JSON. Resolves however the exchange ends; rejects only
   * with an error of `beforeSend` or a bug.
   */
  readonly send: (body: string, options: SendOptions) => Promise<Exchange>;
  /** @throws {@link EndpointError} `ERR_ENDPOINT_MODELS` */
  readonly listModels: () => Promise<readonly ListedModel[]>;
  /** Drop every connection; exchanges still open end with `network`. */
  readonly close: () => Promise<void>;
}
