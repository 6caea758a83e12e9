/**
 * Receipts of ACI gateways: what came in, what went out, signed by a key of the attested keyset.
 *
 * @see ACI specification §7 (receipts): Ed25519 over the RFC 8785 form of the document without its signature, so that
 *   any JSON encoding of the document verifies
 */
import { encodeUtf8, tryDecodeHex } from '../core/bytes.ts';
import { canonicalize, isJsonObject, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { isValidSignature, SIGNATURE_BYTES } from '../core/ed25519.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import { tryParseObject } from '../core/foreign-json.ts';

/** Most UTF-16 units in a receipt. */
export const MAX_RECEIPT_UNITS = 65_536;

const MAX_EVENTS = 256;
const MAX_NAME_UNITS = 512;
const BODY_HASH = /^sha256:([0-9a-f]{64})$/;

/** A receipt, read but not verified. */
export interface Receipt {
  /** Model that it names, or null. */
  readonly model: string | null;
  /** Lower-case hex SHA-256 of the body that the gateway received and of the one that it returned. */
  readonly requestSha256: string;
  readonly responseSha256: string;
  /** Whether the gateway says that it verified the machine behind it. */
  readonly upstreamVerified: boolean;
  readonly signature: Uint8Array;
  readonly signedBytes: Uint8Array;
}

/**
 * Read a receipt.
 *
 * @throws {@link VerificationError} `ERR_RECEIPT_FORM`
 */
export function parseReceipt(body: string): Receipt {
  const document = body.length <= MAX_RECEIPT_UNITS ? tryParseObject(body) : null;
  if (document === null) throw malformed('it is not a JSON object of the size of one');
  const events = parseEvents(document['event_log']);
  return {
    model: parseModel(document['model']),
    requestSha256: bodyHash(events, 'request.received'),
    responseSha256: bodyHash(events, 'response.returned'),
    upstreamVerified: events.some(({ type, result }) => type === 'upstream.verified' && result === 'verified'),
    signature: parseSignature(document['signature']),
    signedBytes: signedBytes(document),
  };
}

/**
 * The first of some Ed25519 keys that signed a receipt, or null.
 *
 * The key id of a receipt is not looked at: a name is no more than a hint, and keys are few.
 *
 * @param keys - Each lower-case hex of 32 bytes.
 */
export function findReceiptSigner(receipt: Receipt, keys: readonly string[]): string | null {
  const isSigner = (key: string): boolean =>
    isValidSignature(tryDecodeHex(key) ?? new Uint8Array(), receipt.signedBytes, receipt.signature);
  return keys.find(isSigner) ?? null;
}

function parseEvents(log: JsonValue | undefined): readonly JsonObject[] {
  if (!Array.isArray(log) || log.length > MAX_EVENTS || !log.every(isJsonObject)) {
    throw malformed(`its event log is not a list of at most ${MAX_EVENTS} events`);
  }
  return log;
}

// Two events of one type would leave open which of the bodies is meant.
function bodyHash(events: readonly JsonObject[], type: string): string {
  const [event, ...others] = events.filter((candidate) => candidate['type'] === type);
  const hash = event?.['body_hash'];
  const hex = typeof hash === 'string' && others.length === 0 ? BODY_HASH.exec(hash)?.[1] : undefined;
  if (hex === undefined) throw malformed(`it has no single ${type} event with a SHA-256`);
  return hex;
}

function parseModel(model: JsonValue | undefined): string | null {
  if (model === undefined || model === null) return null;
  if (typeof model !== 'string' || model.length > MAX_NAME_UNITS) throw malformed('its model is not a name');
  return model;
}

function parseSignature(signature: JsonValue | undefined): Uint8Array {
  const bytes = typeof signature === 'string' ? tryDecodeHex(signature) : null;
  if (bytes?.length !== SIGNATURE_BYTES) throw malformed(`its signature is not hex of ${SIGNATURE_BYTES} bytes`);
  return bytes;
}

function signedBytes(document: JsonObject): Uint8Array {
  const { signature: _, ...rest } = document;
  try {
    return encodeUtf8(canonicalize(rest));
  } catch (error) {
    if (!isTouchstoneError(error)) throw error;
    throw new VerificationError('ERR_RECEIPT_FORM', 'cannot read receipt: it has no canonical form', { cause: error });
  }
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_RECEIPT_FORM', `cannot read receipt: ${fault}`);
}
