/**
 * Quotes of simulated trust domains, byte for byte in Intel's layout.
 *
 * The versions are 4, and 5 with a TD 1.0 or a TD 1.5 body. A quote ends in 70 zero bytes that belong to nothing, as
 * those of dstack do.
 *
 * @see Intel TDX DCAP Quoting Library API, appendix A
 */
import { createHash } from 'node:crypto';
import { concatBytes, encodeHex } from '../../../core/bytes.ts';
import { pemBytes } from './certificate.ts';
import { deriveBytes, deriveEcKey } from './ec-key.ts';
import type { SimulatorFaultName, SimulatorFaults } from './faults.ts';
import { PLATFORM_SVNS, ppid, type Platform } from './intel-pki.ts';

/** MRTD of every simulated trust domain: 48 bytes that can be read. */
export const SIMULATED_MRTD: string = encodeHex(Buffer.from('SIMULATED BY TOUCHSTONE: PROVES NOTHING'.padEnd(48, '.')));

/** Signer of the simulated quoting enclave, its product and its version. */
export const QE_MRSIGNER: string = encodeHex(deriveBytes(32, 'quoting enclave signer'));
export const QE_ISVPRODID = 2;
export const QE_ISVSVN = 4;

const QE_VENDOR = Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex');
const TEE_TCB_SVN = Uint8Array.of(7, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const XFAM = Buffer.from('e702060000000000', 'hex');
const ATTRIBUTE_DEBUG = 1n;
const ATTRIBUTE_SEPT_VE_DISABLE = 1n << 28n;
const TRAILING_BYTES = 70;
const QE_AUTH_BYTES = 32;
const PCK_CHAIN = 5;
const QE_CERTIFICATION = 6;

/** What is measured and reported in a quote. */
export interface QuoteContent {
  readonly mrConfigId: Uint8Array;
  /** RTMR0 to RTMR3, each of 48 bytes. */
  readonly rtmrs: readonly Uint8Array[];
  /** 64 bytes. */
  readonly reportData: Uint8Array;
}

/** A quote over the content by the platform. */
export function buildQuote(platform: Platform, content: QuoteContent, faults: SimulatorFaults): Uint8Array {
  const attestationKey = deriveEcKey('P-256', 'attestation key', ...platform.names);
  const flip = flipper(faults);
  const header = buildHeader(platform, faults);
  const body = buildBody(content, faults);
  const signature = attestationKey.sign(concatBytes(header, body));
  const auth = deriveBytes(QE_AUTH_BYTES, 'qe authentication data', ...platform.names);
  const qeReport = buildQeReport(sha256(attestationKey.point, auth), faults);
  const certification = concatBytes(
    flip('flip-qe-report', qeReport, 40),
    flip('flip-qe-signature', platform.pck.key.sign(qeReport), 40),
    u16(auth.length),
    flip('flip-qe-auth', auth, 7),
    counted(PCK_CHAIN, pckChain(platform, faults)),
  );
  const signed = concatBytes(
    flip('flip-quote-signature', signature, 40),
    flip('flip-attestation-key', attestationKey.point, 7),
    counted(QE_CERTIFICATION, certification),
  );
  const quote = concatBytes(
    flip('flip-quote-header', header, 30),
    // Within MROWNER, which nothing but the signature protects.
    flip('flip-quote-body', body, faults.has('quote-v5') || faults.has('quote-v5-td10') ? 240 : 234),
    u32(signed.length),
    signed,
    new Uint8Array(TRAILING_BYTES),
  );
  return faults.has('truncated-quote') ? quote.subarray(0, 1300) : quote;
}

function flipper(faults: SimulatorFaults): (name: SimulatorFaultName, bytes: Uint8Array, at: number) => Uint8Array {
  return (name, bytes, at) => (faults.has(name) ? bytes.with(at, (bytes[at] ?? 0) ^ 1) : bytes);
}

function buildHeader({ names }: Platform, faults: SimulatorFaults): Uint8Array {
  const version = faults.has('quote-v5') || faults.has('quote-v5-td10') ? 5 : 4;
  const userData = concatBytes(deriveBytes(16, 'qe id', ...names), u32(0));
  return concatBytes(u16(version), u16(2), u32(0x81), u32(0), QE_VENDOR, userData);
}

function buildBody(content: QuoteContent, faults: SimulatorFaults): Uint8Array {
  const { mrConfigId, rtmrs, reportData } = content;
  const signer = faults.has('module-signer') ? deriveBytes(48, 'module signer') : new Uint8Array(48);
  const body = concatBytes(
    TEE_TCB_SVN,
    deriveBytes(48, 'tdx module'),
    signer,
    new Uint8Array(8),
    u64(tdAttributes(faults)),
    XFAM,
    Buffer.from(SIMULATED_MRTD, 'hex'),
    mrConfigId,
    new Uint8Array(96),
    ...rtmrs,
    reportData,
  );
  if (faults.has('quote-v5-td10')) return concatBytes(u16(2), u32(body.length), body);
  if (!faults.has('quote-v5')) return body;
  const newer = concatBytes(body, TEE_TCB_SVN, new Uint8Array(48));
  return concatBytes(u16(3), u32(newer.length), newer);
}

function tdAttributes(faults: SimulatorFaults): bigint {
  const septVe = faults.has('sept-ve-off') ? 0n : ATTRIBUTE_SEPT_VE_DISABLE;
  return septVe | (faults.has('debug-bit') ? ATTRIBUTE_DEBUG : 0n);
}

function buildQeReport(keyDigest: Uint8Array, faults: SimulatorFaults): Uint8Array {
  const report = new Uint8Array(384);
  report.set(PLATFORM_SVNS, 0);
  // Attributes: initialised and with a provisioning key, in 64-bit mode; then XFRM.
  report.set([0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7], 48);
  report.set(deriveBytes(32, 'quoting enclave'), 64);
  report.set(faults.has('qe-signer') ? deriveBytes(32, 'other signer') : Buffer.from(QE_MRSIGNER, 'hex'), 128);
  report.set(concatBytes(u16(QE_ISVPRODID), u16(QE_ISVSVN)), 256);
  report.set(keyDigest, 320);
  return report;
}

function pckChain({ pki, pck, names }: Platform, faults: SimulatorFaults): Uint8Array {
  const at = Buffer.from(pck.der).indexOf(ppid(names));
  const leaf = faults.has('flip-pck') ? pck.der.with(at, (pck.der[at] ?? 0) ^ 1) : pck.der;
  return concatBytes(pemBytes(leaf, pki.platformCa.der, pki.root.der), new Uint8Array(1));
}

function counted(type: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(u16(type), u32(bytes.length), bytes);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
