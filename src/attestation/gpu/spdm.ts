/**
 * Evidence of NVIDIA GPUs and switches: a measurement report signed by a key that the device was made with.
 *
 * The report is an SPDM exchange, the request as it was sent and the response as it came. Hopper, Blackwell and NVSwitch
 * have one layout. That the measurements are those of a released driver is not checked here: this needs reference
 * values of NVIDIA that are not part of the evidence, and neither is revocation.
 *
 * @see DMTF DSP0274 §10.11 (GET_MEASUREMENTS and MEASUREMENTS)
 */
import { verify } from 'node:crypto';
import { encodeHex, equalBytes, tryDecodeBase64, tryDecodeUtf8 } from '../../core/bytes.ts';
import { isJsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import type { TrustRoots, ValidityWindow } from '../claim.ts';
import { tryPublicKey } from '../signed-der.ts';
import { checkVendorChain } from '../vendor-chain.ts';
import { commonName, parsePemChain } from '../x509.ts';

/** Most devices in one list of evidence. */
export const MAX_GPUS = 64;

const MAX_REPORT_BYTES = 65_536;
const REQUEST_BYTES = 37;
const NONCE_BYTES = 32;
const SIGNATURE_BYTES = 96;
// Version 1.1, GET_MEASUREMENTS, signature requested, all measurements; and the answer to it.
const REQUEST_HEAD = Uint8Array.of(0x11, 0xe0, 0x01, 0xff);
const RESPONSE_HEAD = Uint8Array.of(0x11, 0x60);
const MAX_SLOT = 7;
const OWNER = { code: 'ERR_GPU_CHAIN', name: 'GPU evidence' } as const;

/** Evidence of one device, read but not verified. */
export interface GpuEvidence {
  /** Request and response. */
  readonly report: Uint8Array;
  /** Certificates of the device, its own first. */
  readonly chainPem: string;
}

/** What the evidence is checked against. */
export interface GpuContext {
  /** The 32 bytes that were asked for. */
  readonly nonce: Uint8Array;
  readonly atMs: number;
  readonly roots: readonly TrustRoots[];
}

/** A device whose evidence verifies. */
export interface VerifiedGpu {
  /** What it is by its chain, such as `GH100 A01 GSP BROM`. */
  readonly kind: string;
  /** Lower-case hex SHA-256 of its certificate, which tells devices apart. */
  readonly certificateSha256: string;
  readonly measurementCount: number;
  readonly window: ValidityWindow;
  readonly simulated: boolean;
}

/**
 * The devices in a list as providers give it, each with `certificate` and `evidence` in base64.
 *
 * @param list - A parsed value; what else an entry says is not signed and not looked at.
 * @throws {@link VerificationError} `ERR_GPU_FORM`
 */
export function parseGpuEvidence(list: unknown): readonly GpuEvidence[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_GPUS) {
    throw malformed(`want a list of 1 to ${MAX_GPUS} devices`);
  }
  return list.map((entry: unknown) => {
    if (!isJsonObject(entry)) throw malformed('a device is not an object');
    // The chain comes out of a fixed buffer and may have zeros after its last line.
    const chain = tryDecodeUtf8(base64Field(entry['certificate']))?.replace(/\0+$/, '');
    if (chain === undefined) throw malformed('a chain is not text');
    return { report: base64Field(entry['evidence']), chainPem: chain };
  });
}

function base64Field(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' && value.length <= 2 * MAX_REPORT_BYTES ? tryDecodeBase64(value) : null;
  if (bytes === null) throw malformed('a field is not canonical base64 of bounded length');
  return bytes;
}

/**
 * Verify the evidence of one device.
 *
 * @throws {@link VerificationError} `ERR_GPU_FORM`, `ERR_GPU_NONCE`, `ERR_GPU_CHAIN`, `ERR_GPU_SIGNATURE`, `ERR_CLOCK`;
 *   `ERR_EVIDENCE_SIMULATED` for a device of the simulator that is not accepted
 */
export function verifySpdm({ report, chainPem }: GpuEvidence, { nonce, atMs, roots }: GpuContext): VerifiedGpu {
  const { requested, signed, signature, measurementCount } = parseReport(report);
  if (!equalBytes(requested, nonce)) {
    const got = encodeHex(requested);
    throw new VerificationError(
      'ERR_GPU_NONCE',
      `cannot accept GPU evidence: it is over ${got}, want ${encodeHex(nonce)}`,
    );
  }
  const chainContext = { atMs, roots, kind: 'nvidiaCertificates' } as const;
  const { leaf, window, simulated } = checkVendorChain(() => parsePemChain(chainPem), chainContext, OWNER);
  if (!isSignedByKey(signed, leaf.spki, signature)) {
    throw new VerificationError('ERR_GPU_SIGNATURE', 'cannot accept GPU evidence: its device did not sign the report');
  }
  const kind = commonName(leaf.issuer);
  return { kind, certificateSha256: sha256Hex(leaf.der), measurementCount, window, simulated };
}

interface SpdmReport {
  readonly requested: Uint8Array;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly measurementCount: number;
}

function parseReport(report: Uint8Array): SpdmReport {
  if (report.length > MAX_REPORT_BYTES) throw malformed(`the report has more than ${MAX_REPORT_BYTES} bytes`);
  const take = cursor(report);
  const request = take(REQUEST_BYTES);
  const slot = request[REQUEST_BYTES - 1] ?? 0;
  if (!equalBytes(request.subarray(0, REQUEST_HEAD.length), REQUEST_HEAD) || slot > MAX_SLOT) {
    throw malformed('the request is not one for all measurements, signed');
  }
  const head = take(8);
  if (!equalBytes(head.subarray(0, 2), RESPONSE_HEAD)) throw malformed('the response holds no measurements');
  const measurementCount = head[4] ?? 0;
  checkRecord(take(littleEndian(head.subarray(5, 8))), measurementCount);
  take(NONCE_BYTES);
  take(littleEndian(take(2)));
  const signed = report.subarray(0, report.length - SIGNATURE_BYTES);
  const signature = take(SIGNATURE_BYTES);
  if (signature.byteOffset - report.byteOffset !== signed.length)
    throw malformed('there are bytes after the signature');
  return { requested: request.subarray(4, 4 + NONCE_BYTES), signed, signature, measurementCount };
}

// Each block: index, specification, length; the blocks fill the record.
function checkRecord(record: Uint8Array, count: number): void {
  const take = cursor(record);
  let left = record.length;
  for (let block = 0; block < count; block++) {
    const length = littleEndian(take(4).subarray(2));
    take(length);
    left -= 4 + length;
  }
  if (left !== 0) throw malformed(`the record does not hold ${count} measurements and nothing else`);
}

function cursor(bytes: Uint8Array): (length: number) => Uint8Array {
  let offset = 0;
  return (length) => {
    if (length > bytes.length - offset) throw malformed('the report ends too early');
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function isSignedByKey(signed: Uint8Array, spki: Uint8Array, signature: Uint8Array): boolean {
  const key = tryPublicKey(spki);
  return (
    key?.asymmetricKeyDetails?.namedCurve === 'secp384r1' &&
    verify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
  );
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_GPU_FORM', `cannot read GPU evidence: ${fault}`);
}
