/**
 * What the runner knows of an endpoint: one request body in, one exchange out.
 *
 * An exchange says what the transport saw and keeps the bytes; what the bytes mean is read by `parseAnswer` of the
 * transcript, so that the verifier can read them again. An endpoint never retries: every attempt is the runner's.
 */
import type { SessionEvidence } from '../attestation/claim.ts';
import type { ChatAlgorithm } from '../core/evidence-names.ts';
import type { AnswerEvidence } from '../transcript/evidence.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';
import type { Api } from '../transcript/wire/dialogue.ts';

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
  /** Hex SHA-256 of the public key of the TLS peer on the connection that was used; null without TLS or connection. */
  readonly peerSpki: string | null;
  /** Id of the receipt that the response names in its header, if it is at most 256 visible ASCII characters. */
  readonly receiptId: string | null;
}

/** An attestation as fetched, with the address it came from. */
export interface FetchedAttestation extends SessionEvidence {
  /** Scheme, host, path and query; never a credential. */
  readonly url: string;
}

/** Where evidence about an endpoint comes from. */
export interface EvidenceSource {
  /** Algorithms with which answers are signed; empty where none are. */
  readonly algorithms: readonly ChatAlgorithm[];
  /**
   * Attestations over a nonce of 32 bytes: one for each algorithm, or one where there is no choice.
   *
   * @throws {@link EndpointError} `ERR_ATTESTATION`
   */
  readonly attest: (nonce: Uint8Array, signal: AbortSignal) => Promise<readonly FetchedAttestation[]>;
  /**
   * What the provider says about an answer that has just come. It waits for its own limiter, tries again while the
   * provider does not know the answer yet, and leaves out what cannot be had.
   */
  readonly ofAnswer: (exchange: Exchange, signal: AbortSignal) => Promise<AnswerEvidence>;
  /** Number of requests sent for evidence so far. */
  readonly requests: () => number;
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
  /** What the body is for; `chat` if not given. */
  readonly api?: Api;
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
   * Requires well-formed canonical JSON, made for the API of the options. Resolves however the exchange ends; rejects
   * only with an error of `beforeSend`, a bug, or an API that the endpoint may not be asked through.
   *
   * @throws {@link UsageError} `ERR_ENDPOINT_API`, before `beforeSend` is called
   */
  readonly send: (body: string, options: SendOptions) => Promise<Exchange>;
  /** @throws {@link EndpointError} `ERR_ENDPOINT_MODELS` */
  readonly listModels: () => Promise<readonly ListedModel[]>;
  /** Present if the endpoint gives evidence. */
  readonly evidence?: EvidenceSource;
  /** Drop every connection; exchanges still open end with `network`. */
  readonly close: () => Promise<void>;
}
