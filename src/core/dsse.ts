/**
 * DSSE envelopes: a payload, its type and signatures of both.
 *
 * {@link openEnvelope} accepts only the one byte form that {@link signEnvelope} writes: canonical JSON, strict base64 and
 * key ids that match the keys. So an envelope cannot be altered without a trace, not even where nothing is signed.
 *
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
 */
import { concatBytes, encodeBase64, encodeUtf8, tryDecodeBase64, tryDecodeUtf8 } from './bytes.ts';
import { canonicalize, isJsonObject, tryParseCanonical } from './canonical-json.ts';
import type { JsonObject } from './canonical-json.ts';
import { VerificationError } from './errors.ts';

/** More signatures than this are refused. */
const MAX_ENVELOPE_SIGNATURES = 16;

/** One signature in an envelope. */
interface EnvelopeSignature {
  /** Says which key to try; whether the signature holds is decided by the key alone. */
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** An envelope whose form is right; nothing is known about its signatures. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** A key that signs envelopes. */
export interface EnvelopeSigner {
  readonly keyid: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** A key whose signatures on envelopes can be verified. */
export interface EnvelopeVerifier {
  readonly keyid: string;
  readonly isValid: (message: Uint8Array, signature: Uint8Array) => boolean;
}

/** An envelope with at least one valid signature by a known key. */
export interface OpenedEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** Key ids of the known keys that signed, in the order of the envelope. */
  readonly keyids: readonly string[];
  /** Key ids of signatures by unknown keys: unverified. */
  readonly unknown: readonly string[];
}

/** The bytes that are signed: type and payload, each after its length in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType);
  return concatBytes(encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload);
}

/** A payload signed by the given keys, as the text of an envelope. Signatures keep the order of the signers. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signers: readonly EnvelopeSigner[]): string {
  const message = preAuthEncoding(payloadType, payload);
  const signatures = signers.map(({ keyid, sign }) => ({ keyid, signature: sign(message) }));
  return formatEnvelope({ payloadType, payload, signatures });
}

/**
 * The one text form of an envelope.
 *
 * @throws {@link VerificationError} `ERR_ENVELOPE_MALFORMED` if {@link parseEnvelope} would not give it back
 */
export function formatEnvelope({ payloadType, payload, signatures }: Envelope): string {
  const text = canonicalize({
    payload: encodeBase64(payload),
    payloadType,
    signatures: signatures.map(({ keyid, signature }) => ({ keyid, sig: encodeBase64(signature) })),
  });
  parseEnvelope(text);
  return text;
}

/**
 * The parts of an envelope in its one text form; no signature is verified.
 *
 * @param envelope - Text, or its UTF-8 bytes.
 * @throws {@link VerificationError} `ERR_ENVELOPE_MALFORMED`
 */
export function parseEnvelope(envelope: Uint8Array | string): Envelope {
  const text = typeof envelope === 'string' ? envelope : tryDecodeUtf8(envelope);
  const value = tryParseCanonical(text ?? '');
  const { payload, payloadType, signatures } = fieldsOf(value, ['payload', 'payloadType', 'signatures']);
  const payloadBytes = bytesOf(payload, 'payload');
  if (typeof payloadType !== 'string' || payloadType === '') throw malformed('payloadType is not a text');
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > MAX_ENVELOPE_SIGNATURES) {
    throw malformed(`want 1 to ${MAX_ENVELOPE_SIGNATURES} signatures`);
  }
  const parsed = signatures.map(parseSignature);
  if (new Set(parsed.map(({ keyid }) => keyid)).size < parsed.length) throw malformed('two signatures by one key');
  return { payloadType, payload: payloadBytes, signatures: parsed };
}

function parseSignature(value: unknown): EnvelopeSignature {
  const { keyid, sig } = fieldsOf(value, ['keyid', 'sig']);
  if (typeof keyid !== 'string' || keyid === '') throw malformed('keyid is not a text');
  return { keyid, signature: bytesOf(sig, 'sig') };
}

function fieldsOf(value: unknown, names: readonly string[]): JsonObject {
  if (isJsonObject(value) && Object.keys(value).join() === names.join()) return value;
  throw malformed(`want canonical JSON with exactly ${names.join(', ')}`);
}

function bytesOf(value: unknown, name: string): Uint8Array {
  const bytes = typeof value === 'string' ? tryDecodeBase64(value) : null;
  if (bytes === null) throw malformed(`${name} is not canonical base64`);
  return bytes;
}

/**
 * An envelope, verified: at least one signature is by a known key, and all those are valid.
 *
 * The payload given back is the very byte string that was verified.
 *
 * @param verifiers - The known keys.
 * @throws {@link VerificationError} `ERR_ENVELOPE_MALFORMED`, `ERR_ENVELOPE_SIGNATURE` if a signature under the key id of
 *   a known key is invalid, `ERR_ENVELOPE_UNTRUSTED` if no known key signed (detail: the unverified `envelope`)
 */
export function openEnvelope(text: Uint8Array | string, verifiers: readonly EnvelopeVerifier[]): OpenedEnvelope {
  const envelope = parseEnvelope(text);
  const { payloadType, payload, signatures } = envelope;
  const known = new Map(verifiers.map((verifier) => [verifier.keyid, verifier]));
  const message = preAuthEncoding(payloadType, payload);
  const keyids: string[] = [];
  const unknown: string[] = [];
  for (const { keyid, signature } of signatures) {
    const verifier = known.get(keyid);
    if (verifier && !verifier.isValid(message, signature)) {
      throw new VerificationError('ERR_ENVELOPE_SIGNATURE', `cannot open envelope: invalid signature by ${keyid}`);
    }
    (verifier ? keyids : unknown).push(keyid);
  }
  if (keyids.length === 0) {
    throw new VerificationError('ERR_ENVELOPE_UNTRUSTED', 'cannot open envelope: no signature by a known key', {
      detail: { envelope },
    });
  }
  return { payloadType, payload, keyids, unknown };
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_ENVELOPE_MALFORMED', `cannot parse envelope: ${fault}`);
}
