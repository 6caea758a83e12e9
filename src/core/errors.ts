/**
 * Every error that this project throws on purpose.
 *
 * The class says what the caller should do; the code says what happened. Codes are public API: add freely, never
 * rename or reuse one. Messages say action, value, place and what was wanted; they never hold a secret, a prompt or
 * text of a model.
 */

/** Fix the command or the call. */
export type UsageCode = 'ERR_ENDPOINT_API' | 'ERR_ENDPOINT_KEY' | 'ERR_ENDPOINT_SPEC' | 'ERR_SANDBOX' | 'ERR_USAGE';

/** Fix the file. */
export type InputCode =
  | 'ERR_ARCHIVE_FORM'
  | 'ERR_ARCHIVE_LIMIT'
  | 'ERR_ARCHIVE_PATH'
  | 'ERR_BASE64'
  | 'ERR_CANONICAL_JSON'
  | 'ERR_CONFIG_SCHEMA'
  | 'ERR_CONFIG_YAML'
  | 'ERR_DIGEST'
  | 'ERR_ENDPOINT_CONFIG'
  | 'ERR_HARNESS_CONFIG'
  | 'ERR_HEX'
  | 'ERR_ITEMS_CHANGED'
  | 'ERR_ITEMS_DIGEST'
  | 'ERR_ITEMS_DUPLICATE'
  | 'ERR_ITEMS_EMPTY'
  | 'ERR_ITEMS_FIELD'
  | 'ERR_ITEMS_LIMIT'
  | 'ERR_ITEMS_MISSING'
  | 'ERR_ITEMS_SYNTAX'
  | 'ERR_JSON_SCHEMA'
  | 'ERR_KEY_ENCRYPTED'
  | 'ERR_KEY_MALFORMED'
  | 'ERR_KEY_UNSUPPORTED'
  | 'ERR_MODEL_UNKNOWN'
  | 'ERR_ORIGIN_DIGEST'
  | 'ERR_ORIGIN_FORM'
  | 'ERR_ORIGIN_LIMIT'
  | 'ERR_ORIGIN_MISSING'
  | 'ERR_ORIGIN_UNPINNED'
  | 'ERR_PATTERN'
  | 'ERR_PROMPT_RENDER'
  | 'ERR_PROMPT_TEMPLATE'
  | 'ERR_REPLAY_MALFORMED'
  | 'ERR_RESUME_CHECKPOINT'
  | 'ERR_RESUME_CONTENT'
  | 'ERR_RESUME_PLAN'
  | 'ERR_RESUME_RECORDS'
  | 'ERR_RESUME_VERSION'
  | 'ERR_RUN_EXISTS'
  | 'ERR_RUN_FINISHED'
  | 'ERR_RUN_LOCKED'
  | 'ERR_RUN_MISSING'
  | 'ERR_RUN_SECRET'
  | 'ERR_RUN_WRITE'
  | 'ERR_SCORER_CONFIG'
  | 'ERR_SCORER_TARGET'
  | 'ERR_STEP_LIMIT'
  | 'ERR_SUITE_EXISTS'
  | 'ERR_SUITE_LIMIT'
  | 'ERR_SUITE_MISSING'
  | 'ERR_SUITE_SCHEMA'
  | 'ERR_SUITE_SECRET'
  | 'ERR_SUITE_YAML'
  | 'ERR_UTF8'
  | 'ERR_WEIGHTS_MALFORMED';

/** Look at the endpoint or the network. */
export type EndpointCode =
  | 'ERR_ATTESTATION'
  | 'ERR_CAPABILITY'
  | 'ERR_DOWNLOAD'
  | 'ERR_ENDPOINT'
  | 'ERR_ENDPOINT_LISTEN'
  | 'ERR_ENDPOINT_MODELS';

/** Do not trust this transcript. */
export type VerificationCode =
  | 'ERR_AGGREGATE'
  | 'ERR_ATTEMPT'
  | 'ERR_ATTEMPT_LIMIT'
  | 'ERR_ATTESTATION_FORM'
  | 'ERR_ATTESTATION_NONCE'
  | 'ERR_BASELINE'
  | 'ERR_BUDGET'
  | 'ERR_BUNDLE_FORM'
  | 'ERR_BUNDLE_LIMIT'
  | 'ERR_BUNDLE_SEAL'
  | 'ERR_CERT_REVOKED'
  | 'ERR_CHAIN_CA'
  | 'ERR_CHAIN_FORM'
  | 'ERR_CHAIN_LEAF'
  | 'ERR_CHAIN_ROOT'
  | 'ERR_CHAIN_SIGNATURE'
  | 'ERR_CHAIN_TIME'
  | 'ERR_CHAT_FORM'
  | 'ERR_CHAT_KIND'
  | 'ERR_CHAT_MODEL'
  | 'ERR_CHAT_SIGNATURE'
  | 'ERR_CHAT_SIGNER'
  | 'ERR_CHAT_TEXT'
  | 'ERR_CHECKPOINT_MALFORMED'
  | 'ERR_CHECKPOINT_ORDER'
  | 'ERR_CHECKPOINT_ROOT'
  | 'ERR_CHECKPOINT_SIGNATURE'
  | 'ERR_CLOCK'
  | 'ERR_COLLATERAL_FORM'
  | 'ERR_COLLATERAL_MISSING'
  | 'ERR_COLLATERAL_SIGNATURE'
  | 'ERR_COLLATERAL_TIME'
  | 'ERR_COMPOSE'
  | 'ERR_CONCURRENCY'
  | 'ERR_CRL_MISSING'
  | 'ERR_CRL_SIGNATURE'
  | 'ERR_CRL_TIME'
  | 'ERR_END'
  | 'ERR_END_COUNTS'
  | 'ERR_ENVELOPE_MALFORMED'
  | 'ERR_ENVELOPE_SIGNATURE'
  | 'ERR_ENVELOPE_UNTRUSTED'
  | 'ERR_EVENT_DUPLICATE'
  | 'ERR_EVENT_LOG'
  | 'ERR_EVIDENCE_FILE'
  | 'ERR_EVIDENCE_FORM'
  | 'ERR_EVIDENCE_LEVEL'
  | 'ERR_EVIDENCE_PLACE'
  | 'ERR_EVIDENCE_SIMULATED'
  | 'ERR_FEATURE'
  | 'ERR_FILE_FORM'
  | 'ERR_FILE_MISSING'
  | 'ERR_FMSPC'
  | 'ERR_GPU_CHAIN'
  | 'ERR_GPU_FORM'
  | 'ERR_GPU_NONCE'
  | 'ERR_GPU_SIGNATURE'
  | 'ERR_HEADER'
  | 'ERR_INTENT_OPEN'
  | 'ERR_ITEMS_ROOT'
  | 'ERR_ITEM_COMMITMENT'
  | 'ERR_ITEM_FORM'
  | 'ERR_ITEM_MISSING'
  | 'ERR_ITEM_ORDER'
  | 'ERR_LINE_FORM'
  | 'ERR_MARK'
  | 'ERR_MEASUREMENT'
  | 'ERR_MODEL_ALIAS'
  | 'ERR_NITRO_CHAIN'
  | 'ERR_NITRO_DEBUG'
  | 'ERR_NITRO_FORM'
  | 'ERR_NITRO_SIGNATURE'
  | 'ERR_NOTE_MALFORMED'
  | 'ERR_NOTE_SIGNATURE'
  | 'ERR_NOTE_UNTRUSTED'
  | 'ERR_NRAS_KEY'
  | 'ERR_NRAS_SIGNATURE'
  | 'ERR_NRAS_VERDICT'
  | 'ERR_OPENING_COMMITMENT'
  | 'ERR_OPENING_FORM'
  | 'ERR_OPENING_STRAY'
  | 'ERR_OUTCOME_ANSWER'
  | 'ERR_OUTCOME_ORPHAN'
  | 'ERR_PLAN_FORM'
  | 'ERR_PLAN_SIGNATURE'
  | 'ERR_PLAN_SUITE'
  | 'ERR_PROBE'
  | 'ERR_PROBE_PLACE'
  | 'ERR_PROOF_LENGTH'
  | 'ERR_PROOF_RANGE'
  | 'ERR_PROOF_ROOT'
  | 'ERR_QE_IDENTITY'
  | 'ERR_QE_REPORT'
  | 'ERR_QUOTE_FORM'
  | 'ERR_QUOTE_SIGNATURE'
  | 'ERR_RECEIPT_FORM'
  | 'ERR_RECEIPT_SIGNATURE'
  | 'ERR_RECORD_FIELD'
  | 'ERR_RECORD_KIND'
  | 'ERR_RECORD_ORDER'
  | 'ERR_REPEAT'
  | 'ERR_REPORT_DATA'
  | 'ERR_REQUEST'
  | 'ERR_REQUEST_MESSAGES'
  | 'ERR_REQUEST_MODEL'
  | 'ERR_REQUEST_PARAMETERS'
  | 'ERR_RESULT'
  | 'ERR_RESULT_SIGNATURE'
  | 'ERR_RESUME'
  | 'ERR_RUN_UNFINISHED'
  | 'ERR_SCORE'
  | 'ERR_SCORE_DUPLICATE'
  | 'ERR_SCORE_EXTRACTED'
  | 'ERR_SCORE_OUTCOME'
  | 'ERR_SIGNATURE'
  | 'ERR_SIGNER_UNTRUSTED'
  | 'ERR_SSHSIG_MALFORMED'
  | 'ERR_SSHSIG_NAMESPACE'
  | 'ERR_SSHSIG_SIGNATURE'
  | 'ERR_SSHSIG_UNSUPPORTED'
  | 'ERR_STATEMENT_MALFORMED'
  | 'ERR_STOP'
  | 'ERR_STREAM_CUT'
  | 'ERR_SUITE_DIGEST'
  | 'ERR_SUITE_FORM'
  | 'ERR_TCB_LEVEL'
  | 'ERR_TCB_REVOKED'
  | 'ERR_TDX_MODULE'
  | 'ERR_TD_ATTRIBUTES'
  | 'ERR_TD_DEBUG'
  | 'ERR_TLS_KEY'
  | 'ERR_TURN'
  | 'ERR_UNSCORED_REASON';

/** The base of every error thrown on purpose; anything else that escapes is a bug of ours. */
export class TouchstoneError<C extends string = string> extends Error {
  readonly code: C;

  constructor(code: C, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** The command, the option or the call is wrong; nothing was read or sent. */
export class UsageError extends TouchstoneError<UsageCode> {}

/** A file is not what it should be; every part of the place that is known is also in the message. */
export class InputError extends TouchstoneError<InputCode> {
  readonly path: string | undefined;
  /** One-based. */
  readonly line: number | undefined;
  /** RFC 6901 JSON pointer. */
  readonly pointer: string | undefined;

  constructor(
    code: InputCode,
    message: string,
    options: ErrorOptions & { readonly path?: string; readonly line?: number; readonly pointer?: string } = {},
  ) {
    super(code, message, options);
    this.path = options.path;
    this.line = options.line;
    this.pointer = options.pointer;
  }
}

/** The endpoint or the network failed; `status` is the HTTP status, or null when there was no response. */
export class EndpointError extends TouchstoneError<EndpointCode> {
  readonly retryable: boolean;
  readonly status: number | null;

  constructor(
    code: EndpointCode,
    message: string,
    options: ErrorOptions & { readonly retryable: boolean; readonly status: number | null },
  ) {
    super(code, message, options);
    this.retryable = options.retryable;
    this.status = options.status;
  }
}

/** What was published does not verify; `detail` carries unverified facts for inspection and must not be trusted. */
export class VerificationError extends TouchstoneError<VerificationCode> {
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    code: VerificationCode,
    message: string,
    options: ErrorOptions & { readonly detail?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(code, message, options);
    this.detail = options.detail ?? {};
  }
}

/** Whether a caught value was thrown on purpose by this project, and with one of the given codes if any are given. */
export function isTouchstoneError(value: unknown, ...codes: readonly string[]): value is TouchstoneError {
  return value instanceof TouchstoneError && (codes.length === 0 || codes.includes(value.code));
}
