/**
 * The bytes of a TDX quote, versions 4 and 5, as named fields. Nothing in it is trusted yet.
 *
 * Every length is checked against what is there, and nested data fills its frame exactly. Only bytes after the quote
 * are allowed, because guests hand out a fixed buffer; they are counted, not read.
 *
 * @see Intel TDX DCAP Quoting Library API, appendix 3 (quote format)
 */
import { encodeHex, tryDecodeUtf8 } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';

/** Longest accepted quote. */
export const MAX_QUOTE_BYTES = 65_536;

/** The report of a trust domain, each field in raw bytes. */
export interface TdReport {
  /** Version numbers of module and microcode at launch. */
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: Uint8Array;
  readonly tdAttributes: Uint8Array;
  readonly xfam: Uint8Array;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmrs: readonly Uint8Array[];
  /** 64 bytes of the guest's own choice. */
  readonly reportData: Uint8Array;
  /** Fields of TDX 1.5, if the quote has them. */
  readonly td15: { readonly teeTcbSvn2: Uint8Array; readonly mrServiceTd: Uint8Array } | null;
}

/** The report of the quoting enclave. */
export interface QeReport {
  readonly miscSelect: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

/** A quote. */
export interface TdxQuote {
  readonly version: 4 | 5;
  readonly report: TdReport;
  /** Header and body, which the attestation key signs. */
  readonly signed: Uint8Array;
  /** r and s. */
  readonly signature: Uint8Array;
  /** x and y of the attestation key. */
  readonly attestationKey: Uint8Array;
  readonly qe: {
    readonly report: QeReport;
    /** The report as the PCK signs it. */
    readonly signed: Uint8Array;
    readonly signature: Uint8Array;
    readonly authData: Uint8Array;
  };
  /** PEM of the PCK certificate and its issuers. */
  readonly pckChain: string;
  readonly trailingBytes: number;
}

const ECDSA_P256 = 2;
const TEE_TDX = 0x81;
const INTEL_QE_VENDOR = '939a7233f79c4ca9940a0db3957f0607';
const HEADER_BYTES = 48;
const TD10_BYTES = 584;
const TD15_BYTES = 648;
const BODY_TYPES: Readonly<Record<number, number>> = { 2: TD10_BYTES, 3: TD15_BYTES };
const QE_REPORT_BYTES = 384;
const QE_REPORT_CERTIFICATION = 6;
const PCK_CHAIN_CERTIFICATION = 5;

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_QUOTE_FORM', `cannot read a quote: ${fault}`);
}

interface Cursor {
  take(length: number): Uint8Array;
  u16(): number;
  u32(): number;
  left(): number;
}

function cursor(bytes: Uint8Array): Cursor {
  let offset = 0;
  const little = (length: number): number => own.take(length).reduceRight((value, byte) => value * 256 + byte, 0);
  const own: Cursor = {
    take(length) {
      if (length > bytes.length - offset)
        throw malformed(`it ends ${length - (bytes.length - offset)} bytes too early`);
      offset += length;
      return bytes.subarray(offset - length, offset);
    },
    u16: () => little(2),
    u32: () => little(4),
    left: () => bytes.length - offset,
  };
  return own;
}

/**
 * The fields of a quote.
 *
 * @throws {@link VerificationError} `ERR_QUOTE_FORM` unless it is a TDX quote of version 4 or 5, signed with ECDSA on
 *   P-256 by Intel's quoting enclave, that carries its PCK chain.
 */
export function parseQuote(bytes: Uint8Array): TdxQuote {
  if (bytes.length > MAX_QUOTE_BYTES) throw malformed(`it has more than ${MAX_QUOTE_BYTES} bytes`);
  const file = cursor(bytes);
  const version = readHeader(cursor(file.take(HEADER_BYTES)));
  const bodyBytes = version === 4 ? TD10_BYTES : readBodyFrame(file);
  const report = readReport(file.take(bodyBytes));
  const signed = bytes.subarray(0, bytes.length - file.left());
  const auth = cursor(file.take(file.u32()));
  const [signature, attestationKey] = [auth.take(64), auth.take(64)];
  const qe = readFrame(auth, QE_REPORT_CERTIFICATION);
  const qeSigned = qe.take(QE_REPORT_BYTES);
  const [qeSignature, authData] = [qe.take(64), qe.take(qe.u16())];
  const pck = readFrame(qe, PCK_CHAIN_CERTIFICATION);
  const pckChain = tryDecodeUtf8(pck.take(pck.left()));
  if (pckChain === null) throw malformed('its PCK chain is not text');
  return {
    version,
    report,
    signed,
    signature,
    attestationKey,
    qe: { report: readQeReport(qeSigned), signed: qeSigned, signature: qeSignature, authData },
    pckChain,
    trailingBytes: file.left(),
  };
}

function readHeader(header: Cursor): 4 | 5 {
  const version = header.u16();
  if (version !== 4 && version !== 5) throw malformed(`it has version ${version}, want 4 or 5`);
  if (header.u16() !== ECDSA_P256) throw malformed('its attestation key is not one of ECDSA on P-256');
  if (header.u32() !== TEE_TDX) throw malformed('it is not of a TDX machine');
  header.take(4);
  if (encodeHex(header.take(16)) !== INTEL_QE_VENDOR) throw malformed("its quoting enclave is not Intel's");
  return version;
}

function readBodyFrame(file: Cursor): number {
  const bodyBytes = BODY_TYPES[file.u16()];
  if (bodyBytes === undefined) throw malformed('its body is of an unknown type');
  if (file.u32() !== bodyBytes) throw malformed('its body has another size than its type');
  return bodyBytes;
}

/** Certification data, which has to fill the rest of what it is in. */
function readFrame(outer: Cursor, type: number): Cursor {
  if (outer.u16() !== type) throw malformed(`its certification data is not of type ${type}`);
  if (outer.u32() !== outer.left()) throw malformed('its certification data does not fill its frame');
  return cursor(outer.take(outer.left()));
}

function readReport(bytes: Uint8Array): TdReport {
  const body = cursor(bytes);
  return {
    teeTcbSvn: body.take(16),
    mrSeam: body.take(48),
    mrSignerSeam: body.take(48),
    seamAttributes: body.take(8),
    tdAttributes: body.take(8),
    xfam: body.take(8),
    mrTd: body.take(48),
    mrConfigId: body.take(48),
    mrOwner: body.take(48),
    mrOwnerConfig: body.take(48),
    rtmrs: [body.take(48), body.take(48), body.take(48), body.take(48)],
    reportData: body.take(64),
    td15: body.left() === 0 ? null : { teeTcbSvn2: body.take(16), mrServiceTd: body.take(48) },
  };
}

/** @see Intel SGX, REPORTBODY */
function readQeReport(bytes: Uint8Array): QeReport {
  const at = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return {
    miscSelect: at(16, 4),
    attributes: at(48, 16),
    mrSigner: at(128, 32),
    isvProdId: cursor(at(256, 2)).u16(),
    isvSvn: cursor(at(258, 2)).u16(),
    reportData: at(320, 64),
  };
}
