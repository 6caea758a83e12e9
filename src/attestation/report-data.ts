/**
 * Report data: the 64 bytes of a quote in which a machine names its keys and the nonce it was asked with.
 *
 * Each provider has a layout of its own. All are computed here and compared, never parsed.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, encodeHex, encodeUtf8, equalBytes } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';

const HALF = 32;
const EMPTY_HALF = new Uint8Array(HALF);

/** How a report of the vllm-proxy family names its signing key. */
export type AddressLayout = 'padded-address' | 'sha256(address||tls_spki_fp)';

/** What a Tinfoil report hashes, each 32 bytes; digests of the GPU and switch evidence only where a machine has it. */
export interface TinfoilStatement {
  readonly tlsKey: Uint8Array;
  readonly hpkeKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly gpuEvidence: Uint8Array | null;
  readonly switchEvidence: Uint8Array | null;
}

/**
 * The address of a secp256k1 public key: the last 20 bytes of its Keccak-256.
 *
 * @param publicKey - 64 bytes x ‖ y, or 65 with the leading 04.
 * @returns Null for another number of bytes or another leading byte.
 */
export function addressOfKey(publicKey: Uint8Array): Uint8Array | null {
  const prefixed = publicKey.length === 65 && publicKey[0] === 0x04;
  if (publicKey.length !== 64 && !prefixed) return null;
  return keccak_256(publicKey.subarray(prefixed ? 1 : 0)).subarray(12);
}

/**
 * Check that the first half of report data names a signing key.
 *
 * @param address - 20 bytes for ECDSA, 32 for Ed25519.
 * @param tlsKeys - SHA-256 digests of TLS public keys that it may be hashed with.
 * @returns The layout, and the TLS key that is named beside it.
 * @throws {@link VerificationError} `ERR_REPORT_DATA`
 */
export function checkAddress(
  reportData: Uint8Array,
  address: Uint8Array,
  tlsKeys: readonly Uint8Array[],
): { readonly layout: AddressLayout; readonly tlsKey: Uint8Array | null } {
  const half = reportData.subarray(0, HALF);
  const tlsKey = tlsKeys.find((key) => equalBytes(half, sha256(concatBytes(address, key)))) ?? null;
  if (tlsKey !== null) return { layout: 'sha256(address||tls_spki_fp)', tlsKey };
  const padded = concatBytes(address, EMPTY_HALF).subarray(0, HALF);
  if (equalBytes(half, padded)) return { layout: 'padded-address', tlsKey };
  throw otherData(`its first half is ${encodeHex(half)}, which is not for ${encodeHex(address)}`);
}

/**
 * Check a nonce of 32 bytes.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_NONCE`
 */
export function checkNonce(got: Uint8Array, want: Uint8Array): void {
  if (equalBytes(got, want)) return;
  throw new VerificationError(
    'ERR_ATTESTATION_NONCE',
    `cannot accept attestation: its nonce is ${encodeHex(got)}, want ${encodeHex(want)}`,
  );
}

/**
 * Report data of a Chutes instance: SHA-256(nonce ‖ key, both as the texts of the report) ‖ digest of the TLS key.
 *
 * @returns The digest of the TLS key.
 * @throws {@link VerificationError} `ERR_REPORT_DATA`
 */
export function checkChutes(reportData: Uint8Array, nonceText: string, keyText: string): Uint8Array {
  if (!equalBytes(reportData.subarray(0, HALF), sha256(encodeUtf8(nonceText + keyText)))) {
    throw otherData('its first half is not the hash of the nonce and the key of the report');
  }
  return reportData.slice(HALF);
}

/**
 * Report data of an ACI workload: the hash of a statement over its keys and the nonce, then zeros.
 *
 * @param keysetDigest - `sha256:` and 64 hex digits.
 * @param nonce - Null for the statement without a nonce.
 */
export function aciReportData(keysetDigest: string, nonce: Uint8Array | null): Uint8Array {
  const quoted = nonce === null ? 'null' : `"${encodeHex(nonce)}"`;
  const statement = `{"keyset_digest":"${keysetDigest}","nonce":${quoted},"purpose":"aci.report_data.v1"}`;
  return concatBytes(sha256(statement), EMPTY_HALF);
}

/** Report data of a Tinfoil enclave, version 3: the hash of its statement, then zeros. */
export function tinfoilReportData(statement: TinfoilStatement): Uint8Array {
  const { tlsKey, hpkeKey, nonce, gpuEvidence, switchEvidence } = statement;
  const parts = [tlsKey, hpkeKey, nonce, gpuEvidence, switchEvidence].filter((part) => part !== null);
  return concatBytes(sha256(concatBytes(...parts)), EMPTY_HALF);
}

/**
 * Check report data as a whole.
 *
 * @throws {@link VerificationError} `ERR_REPORT_DATA`
 */
export function checkReportData(got: Uint8Array, want: Uint8Array): void {
  if (!equalBytes(got, want)) throw otherData(`it is ${encodeHex(got)}, want ${encodeHex(want)}`);
}

function otherData(complaint: string): VerificationError {
  return new VerificationError('ERR_REPORT_DATA', `cannot accept report data: ${complaint}`);
}
