/**
 * Intel's collateral for a quote: revocation lists and signed statements about platforms and the quoting enclave.
 *
 * The file has the shape that dcap-qvl gave it: one JSON object with nine texts. The two statements are texts inside,
 * because their signatures cover exactly these bytes.
 */
import { encodeUtf8, isWellFormed, tryDecodeHex, tryDecodeUtf8 } from '../../core/bytes.ts';
import { isJsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import type { VerificationCode } from '../../core/errors.ts';
import { tryParseJson } from '../../core/foreign-json.ts';

/** Longest accepted collateral file. */
export const MAX_COLLATERAL_BYTES: number = 4 << 20;

const FIELDS = [
  'pck_crl_issuer_chain',
  'root_ca_crl',
  'pck_crl',
  'tcb_info_issuer_chain',
  'tcb_info',
  'tcb_info_signature',
  'qe_identity_issuer_chain',
  'qe_identity',
  'qe_identity_signature',
] as const;

type FieldName = (typeof FIELDS)[number];

/** A statement of Intel: its exact bytes, the signature over them as r and s, and the chain of the signer in PEM. */
export interface SignedStatement {
  readonly name: 'tcb_info' | 'qe_identity';
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly issuerChain: string;
}

/** Collateral, of which nothing is trusted yet. */
export interface Collateral {
  /** PEM chain of the authority that signs the list of revoked PCK certificates. */
  readonly pckCrlIssuerChain: string;
  /** Revocation lists in DER. */
  readonly rootCaCrl: Uint8Array;
  readonly pckCrl: Uint8Array;
  readonly tcbInfo: SignedStatement;
  readonly qeIdentity: SignedStatement;
}

function fault(code: VerificationCode, text: string): VerificationError {
  return new VerificationError(code, `cannot read collateral: ${text}`);
}

/**
 * The parts of a collateral file.
 *
 * @throws {@link VerificationError} `ERR_COLLATERAL_FORM`; `ERR_COLLATERAL_MISSING` and, for a revocation list,
 *   `ERR_CRL_MISSING` if a part is absent or empty.
 */
export function parseCollateral(bytes: Uint8Array): Collateral {
  const text = bytes.length > MAX_COLLATERAL_BYTES ? null : tryDecodeUtf8(bytes);
  const object = text === null ? undefined : tryParseJson(text);
  if (!isJsonObject(object))
    throw fault('ERR_COLLATERAL_FORM', `want a JSON object of at most ${MAX_COLLATERAL_BYTES} bytes`);
  const known: readonly string[] = FIELDS;
  if (!Object.keys(object).every((key) => known.includes(key))) {
    throw fault('ERR_COLLATERAL_FORM', `want no fields but ${FIELDS.join(', ')}`);
  }
  const field = (name: FieldName): string => {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined || value === '') throw fault(missingCode(name), `${name} is missing`);
    if (typeof value !== 'string' || !isWellFormed(value)) throw fault('ERR_COLLATERAL_FORM', `want text in ${name}`);
    return value;
  };
  return readParts(field);
}

function missingCode(name: FieldName): VerificationCode {
  return name.endsWith('_crl') ? 'ERR_CRL_MISSING' : 'ERR_COLLATERAL_MISSING';
}

function readParts(field: (name: FieldName) => string): Collateral {
  const hex = (name: FieldName): Uint8Array => {
    const bytes = tryDecodeHex(field(name));
    if (bytes === null) throw fault('ERR_COLLATERAL_FORM', `want lower-case hex in ${name}`);
    return bytes;
  };
  const statement = (name: SignedStatement['name']): SignedStatement => ({
    name,
    bytes: encodeUtf8(field(name)),
    signature: hex(`${name}_signature`),
    issuerChain: field(`${name}_issuer_chain`),
  });
  return {
    tcbInfo: statement('tcb_info'),
    qeIdentity: statement('qe_identity'),
    // Before the chain of its issuer: a service that has no list sends none, and it is the list that is missed.
    rootCaCrl: hex('root_ca_crl'),
    pckCrl: hex('pck_crl'),
    pckCrlIssuerChain: field('pck_crl_issuer_chain'),
  };
}
