/**
 * Signatures over answers, as the vllm-proxy family and NEAR give them.
 *
 * What is signed is a text of two or three parts, `request:response` or `model:request:response`, with the SHA-256 of
 * the exact bytes of both bodies. The text that came with a signature is never trusted: only its form is read, and the
 * signature is checked over a text built from the caller's own hashes.
 *
 * @see EIP-191 version 0x45 for the ECDSA form; the Ed25519 form signs the text itself
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, decodeHex, encodeHex, encodeUtf8, isWellFormed } from '../core/bytes.ts';
import { isValidSignature } from '../core/ed25519.ts';
import { VerificationError } from '../core/errors.ts';
import type { ChatAlgorithm } from '../core/evidence-names.ts';
import { tryParseObject } from '../core/foreign-json.ts';
import { tryDecodeProviderHex } from './provider-hex.ts';

/** Most UTF-16 units in the body of a signature endpoint. */
export const MAX_CHAT_SIGNATURE_UNITS = 65_536;

const ECDSA_BYTES = 65;
const ED25519_BYTES = 64;
const ADDRESS_BYTES = { ecdsa: 20, ed25519: 32 } as const;
// Two digests at the end, each after a colon but the first of a text of two parts; what is before them is a model.
const SIGNED_TEXT = /^(?:(.{1,512}):)?([0-9a-f]{64}):([0-9a-f]{64})$/s;
const KINDS = ['provider_tee', 'gateway'] as const;

/** Whose key a gateway says it is. */
type SignatureKind = (typeof KINDS)[number];

/** A signature endpoint's answer, read but not verified. */
export interface ChatSignature {
  readonly algo: ChatAlgorithm;
  /** Lower-case hex: 20 bytes of an address for ECDSA, 32 of the public key for Ed25519. */
  readonly address: string;
  /** 65 bytes r ‖ s ‖ v for ECDSA, 64 for Ed25519. */
  readonly signature: Uint8Array;
  /** Model that the text names, or null for a text of two parts. */
  readonly model: string | null;
  readonly requestSha256: string;
  readonly responseSha256: string;
  readonly kind: SignatureKind | null;
}

/** What a signature has to be about; digests in lower-case hex. */
export interface SignedExchange {
  readonly requestSha256: string;
  readonly responseSha256: string;
  readonly model: string;
}

/**
 * Read the body of a signature endpoint's answer.
 *
 * @param algo - Algorithm that was asked for.
 * @returns Null if the body says that there is no signature.
 * @throws {@link VerificationError} `ERR_CHAT_FORM`
 */
export function parseChatSignature(body: string, algo: ChatAlgorithm): ChatSignature | null {
  const fields = body.length <= MAX_CHAT_SIGNATURE_UNITS ? tryParseObject(body) : null;
  if (fields === null) throw malformed('it is not a JSON object of the size of one');
  if (typeof fields['error_code'] === 'string' && fields['signature'] === undefined) return null;
  if (fields['signing_algo'] !== algo) throw malformed(`its algorithm is not ${algo}, which was asked for`);
  return {
    algo,
    address: encodeHex(hexField(fields['signing_address'], ADDRESS_BYTES[algo], 'address')),
    signature: hexField(fields['signature'], algo === 'ecdsa' ? ECDSA_BYTES : ED25519_BYTES, 'signature'),
    ...parseSignedText(fields['text']),
    kind: parseKind(fields['signature_kind']),
  };
}

function hexField(value: unknown, length: number, name: string): Uint8Array {
  const bytes = typeof value === 'string' ? tryDecodeProviderHex(value) : null;
  if (bytes?.length !== length) throw malformed(`its ${name} is not hex of ${length} bytes`);
  return bytes;
}

function parseSignedText(text: unknown): Pick<ChatSignature, 'model' | 'requestSha256' | 'responseSha256'> {
  const match = typeof text === 'string' && isWellFormed(text) ? SIGNED_TEXT.exec(text) : null;
  const [, model = null, requestSha256, responseSha256] = match ?? [];
  if (requestSha256 === undefined || responseSha256 === undefined) {
    throw malformed('its text does not end in two digests');
  }
  return { model, requestSha256, responseSha256 };
}

function parseKind(kind: unknown): SignatureKind | null {
  if (kind === undefined || kind === null) return null;
  const known = KINDS.find((name) => name === kind);
  if (known === undefined) throw malformed(`its kind is neither ${KINDS.join(' nor ')}`);
  return known;
}

/**
 * Check that a signature is one over this exchange by the address that it names.
 *
 * Whether that address is attested is not looked at.
 *
 * @throws {@link VerificationError} `ERR_CHAT_TEXT` for other bodies, `ERR_CHAT_MODEL` for another model,
 *   `ERR_CHAT_FORM` for an ECDSA signature that is not in its one accepted form, `ERR_CHAT_SIGNATURE`
 */
export function checkChatSignature(signed: ChatSignature, exchange: SignedExchange): void {
  const { requestSha256, responseSha256, model } = exchange;
  if (signed.requestSha256 !== requestSha256) throw otherText('request', signed.requestSha256, requestSha256);
  if (signed.responseSha256 !== responseSha256) throw otherText('response', signed.responseSha256, responseSha256);
  if (signed.model !== null && signed.model !== model) {
    throw new VerificationError('ERR_CHAT_MODEL', 'cannot accept signature: it names another model than was asked');
  }
  const halves = `${requestSha256}:${responseSha256}`;
  const text = encodeUtf8(signed.model === null ? halves : `${model}:${halves}`);
  if (!isSignedBy(signed, text)) {
    throw new VerificationError(
      'ERR_CHAT_SIGNATURE',
      `cannot verify ${signed.algo} signature: it is not ${by(signed)}`,
    );
  }
}

function by({ address }: ChatSignature): string {
  return `one of ${address} over these bodies`;
}

function isSignedBy({ algo, address, signature }: ChatSignature, text: Uint8Array): boolean {
  return algo === 'ecdsa'
    ? recoverAddress(text, signature) === address
    : isValidSignature(decodeHex(address), text, signature);
}

/**
 * The address whose key signed a message under EIP-191.
 *
 * One signature has one accepted form: r ‖ s ‖ v of 65 bytes with v 27 or 28 and s in the lower half of its range.
 *
 * @returns Lower-case hex of 20 bytes; null if no key can have made the signature.
 * @throws {@link VerificationError} `ERR_CHAT_FORM`
 */
export function recoverAddress(message: Uint8Array, signature: Uint8Array): string | null {
  const hash = keccak_256(concatBytes(encodeUtf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
  const parsed = parseEcdsa(signature);
  let publicKey: Uint8Array;
  try {
    publicKey = parsed.recoverPublicKey(hash).toBytes(false);
  } catch {
    // r is not the abscissa of a point.
    return null;
  }
  return encodeHex(keccak_256(publicKey.subarray(1)).subarray(12));
}

type EcdsaSignature = ReturnType<typeof secp256k1.Signature.fromBytes>;

function parseEcdsa(bytes: Uint8Array): EcdsaSignature {
  if (bytes.length !== ECDSA_BYTES) throw malformed(`it has ${bytes.length} bytes, want ${ECDSA_BYTES}`);
  const v = bytes[64];
  // 0 and 1 are the same two points under other names; taking them would give one signature two texts.
  if (v !== 27 && v !== 28) throw malformed(`its v is ${v}, want 27 or 28`);
  const parsed = tryCompact(bytes.subarray(0, 64));
  if (parsed === null) throw malformed('its r or s is out of range');
  // n - s would be a second signature of the same message by the same key.
  if (parsed.hasHighS()) throw malformed('its s is in the upper half of its range');
  return parsed.addRecoveryBit(v - 27);
}

function tryCompact(rs: Uint8Array): EcdsaSignature | null {
  try {
    return secp256k1.Signature.fromBytes(rs, 'compact');
  } catch {
    // Zero, or not below the order of the group.
    return null;
  }
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_CHAT_FORM', `cannot read chat signature: ${fault}`);
}

function otherText(half: string, got: string, want: string): VerificationError {
  return new VerificationError('ERR_CHAT_TEXT', `cannot accept signature: ${half} hash is ${got}, want ${want}`);
}
