/**
 * Attestation documents of AWS Nitro enclaves: COSE_Sign1 over CBOR, under the pinned root of AWS.
 *
 * The certificate of a document lives for hours, so it is verified at the document's own time, which the security
 * module signs. Revocation is not checked: the lists of AWS are not part of the evidence.
 *
 * @see RFC 9052 §4.4 (what COSE_Sign1 signs); AWS Nitro Enclaves, "Verifying the root of trust"
 */
import { verify } from 'node:crypto';
import { concatBytes, encodeHex, encodeUtf8, equalBytes } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import type { TrustRoots, ValidityWindow } from '../claim.ts';
import { tryPublicKey } from '../signed-der.ts';
import { checkVendorChain } from '../vendor-chain.ts';
import { parseCertificate } from '../x509.ts';
import { parseCbor, type CborMap, type CborValue } from './cbor.ts';

/** Most bytes in a document. */
export const MAX_NITRO_BYTES = 65_536;

const PCR_BYTES = 48;
const MAX_PCR = 31;
const SIGNATURE_BYTES = 96;
const MAX_ISSUERS = 7;
// {1: -35}: the algorithm is ES384.
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);
const SIGNATURE_CONTEXT = concatBytes(Uint8Array.of(0x84, 0x6a), encodeUtf8('Signature1'));
const OWNER = { code: 'ERR_NITRO_CHAIN', name: 'Nitro document' } as const;
// Measurements of the image; an enclave that was started in debug mode has zeros in all of them.
const IMAGE_PCRS = [0, 1, 2] as const;

/** A document that verifies. */
export interface NitroDocument {
  readonly moduleId: string;
  /** The time of the security module, at which the document was verified. */
  readonly timestampMs: number;
  /** Registers by index, in lower-case hex. */
  readonly pcrs: ReadonlyMap<number, string>;
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  readonly window: ValidityWindow;
  readonly simulated: boolean;
}

interface Payload extends Omit<NitroDocument, 'window' | 'simulated'> {
  readonly certificate: Uint8Array;
  /** Root first. */
  readonly issuers: readonly Uint8Array[];
}

/**
 * Verify a document.
 *
 * What it is about, such as the nonce that was asked for, is for the caller to compare.
 *
 * @param bytes - The COSE array and nothing else.
 * @throws {@link VerificationError} `ERR_NITRO_FORM`, `ERR_NITRO_CHAIN`, `ERR_NITRO_SIGNATURE`, `ERR_NITRO_DEBUG`;
 *   `ERR_EVIDENCE_SIMULATED` for a root of the simulator that is not accepted
 */
export function verifyNitro(bytes: Uint8Array, roots: readonly TrustRoots[]): NitroDocument {
  const { payload: encoded, signature } = parseEnvelope(bytes);
  const { certificate, issuers, ...payload } = parsePayload(encoded);
  const chainContext = { atMs: payload.timestampMs, roots, kind: 'nitroCertificates' } as const;
  const read = () => [certificate, ...issuers.toReversed()].map(parseCertificate);
  const { leaf, window, simulated } = checkVendorChain(read, chainContext, OWNER);
  const key = tryPublicKey(leaf.spki);
  const options =
    key?.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : null;
  if (options === null || !verify('sha384', signedBytes(encoded), options, signature)) {
    throw new VerificationError('ERR_NITRO_SIGNATURE', 'cannot accept Nitro document: its certificate did not sign it');
  }
  checkProduction(payload.pcrs);
  return { ...payload, window, simulated };
}

function parseEnvelope(bytes: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  if (bytes.length > MAX_NITRO_BYTES) throw malformed(`it has more than ${MAX_NITRO_BYTES} bytes`);
  const envelope = parseCbor(bytes, malformed);
  if (!Array.isArray(envelope) || envelope.length !== 4) throw malformed('it is not an array of four');
  const [head, unprotected, payload, signature] = envelope as readonly CborValue[];
  const isHead = head instanceof Uint8Array && equalBytes(head, PROTECTED);
  if (!isHead || !(unprotected instanceof Map) || unprotected.size > 0)
    throw malformed('its headers are not ES384 alone');
  return { payload: byteString(payload, 'payload'), signature: byteString(signature, 'signature', SIGNATURE_BYTES) };
}

function parsePayload(bytes: Uint8Array): Payload {
  const map = parseCbor(bytes, malformed);
  if (!(map instanceof Map)) throw malformed('its payload is not a map');
  const fields: CborMap = map;
  const { digest, module_id: moduleId, timestamp } = Object.fromEntries(fields);
  if (digest !== 'SHA384') throw malformed('its digest is not SHA384');
  if (typeof moduleId !== 'string' || moduleId.length > 256) throw malformed('it names no module');
  if (typeof timestamp !== 'number') throw malformed('it has no time');
  const optional = (key: string): Uint8Array | null => {
    const value = fields.get(key) ?? null;
    return value === null ? null : byteString(value, key);
  };
  return {
    moduleId,
    timestampMs: timestamp,
    pcrs: parsePcrs(fields.get('pcrs')),
    certificate: byteString(fields.get('certificate'), 'certificate'),
    issuers: parseIssuers(fields.get('cabundle')),
    publicKey: optional('public_key'),
    userData: optional('user_data'),
    nonce: optional('nonce'),
  };
}

function parsePcrs(value: CborValue | undefined): ReadonlyMap<number, string> {
  if (!(value instanceof Map)) throw malformed('it has no registers');
  const pcrs = new Map<number, string>();
  for (const [index, register] of value as CborMap) {
    if (typeof index !== 'number' || index < 0 || index > MAX_PCR) throw malformed('a register has no index');
    pcrs.set(index, encodeHex(byteString(register, 'register', PCR_BYTES)));
  }
  if (!IMAGE_PCRS.every((index) => pcrs.has(index))) throw malformed('it does not have the registers of the image');
  return pcrs;
}

function parseIssuers(value: CborValue | undefined): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ISSUERS) throw malformed('it has no issuers');
  return value.map((certificate: CborValue) => byteString(certificate, 'issuer'));
}

function byteString(value: CborValue | undefined, name: string, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw malformed(`its ${name} is not a byte string${length === undefined ? '' : ` of ${length}`}`);
  }
  return value;
}

// RFC 9052 §4.4: ["Signature1", protected, external data (none), payload].
function signedBytes(payload: Uint8Array): Uint8Array {
  const length = payload.length;
  const head = length < 256 ? Uint8Array.of(0x58, length) : Uint8Array.of(0x59, length >> 8, length);
  const prefix = concatBytes(SIGNATURE_CONTEXT, Uint8Array.of(0x44), PROTECTED, Uint8Array.of(0x40));
  return concatBytes(prefix, head, payload);
}

function checkProduction(pcrs: ReadonlyMap<number, string>): void {
  if (!IMAGE_PCRS.every((index) => /^0+$/.test(pcrs.get(index) ?? ''))) return;
  throw new VerificationError('ERR_NITRO_DEBUG', 'cannot accept Nitro document: the enclave is in debug mode');
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_NITRO_FORM', `cannot read Nitro document: ${fault}`);
}
