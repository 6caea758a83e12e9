/**
 * The verdict on a TDX quote, top to bottom: pinned roots, Intel's collateral, a given time.
 *
 * Every step throws; a value comes back only if all of them passed. Nothing is fetched, and no clock is read. Whether
 * the machine is fit for production is a second question, see {@link checkProduction}.
 *
 * @see Intel SGX DCAP Quote Verification Library, `Verifiers/QuoteVerifier.cpp`
 */
import { concatBytes, encodeHex, equalBytes } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import { sha256 } from '../../core/sha256.ts';
import { checkChain, named } from '../chain.ts';
import type { CheckedChain } from '../chain.ts';
import type { TrustRoots, ValidityWindow } from '../claim.ts';
import { checkCrl, checkNotRevoked, parseCrl } from '../crl.ts';
import { isRawSignature, p256Spki } from '../signed-der.ts';
import { checkClock, describeWindow, intersectWindows, isWithin } from '../window.ts';
import { commonName, parsePemChain } from '../x509.ts';
import type { KeyUsage } from '../x509.ts';
import { parseCollateral } from './collateral.ts';
import type { Collateral, SignedStatement } from './collateral.ts';
import { readPlatform } from './pck.ts';
import type { PckPlatform } from './pck.ts';
import { isDebuggable } from './policy.ts';
import { parseQuote } from './quote.ts';
import type { TdReport, TdxQuote } from './quote.ts';
import { parseQeIdentity, parseTcbInfo } from './statements.ts';
import { assessTcb } from './tcb.ts';
import type { TcbAssessment } from './tcb.ts';

/** What a quote is checked against. */
export interface QuoteContext {
  readonly roots: readonly TrustRoots[];
  /** The moment at which everything has to be valid, in milliseconds since 1970. */
  readonly atMs: number;
}

/** A genuine quote. */
export interface VerifiedQuote extends TcbAssessment {
  readonly version: 4 | 5;
  readonly report: TdReport;
  /** Measured values in lower-case hex by name: mr_td, rtmr0 … rtmr3, mr_config_id, mr_owner, mr_seam, … */
  readonly measurements: Readonly<Record<string, string>>;
  /** 64 bytes of the guest's own choice. */
  readonly reportData: Uint8Array;
  /** Whether the host can look into the machine. */
  readonly debug: boolean;
  /** Lower-case hex. */
  readonly fmspc: string;
  /** The lower of the numbers of the two statements: how recent Intel's view is that they state. */
  readonly tcbEvaluationDataNumber: number;
  /** When everything that was used is valid. */
  readonly window: ValidityWindow;
  /** Whether it is under the root of the simulator, and so proves nothing. */
  readonly simulated: boolean;
  /** Bytes after the quote, which nobody signed. */
  readonly trailingBytes: number;
}

/**
 * Verify a TDX quote.
 *
 * @param quoteBytes - Version 4 or 5, as the guest got it.
 * @param collateralBytes - A JSON file as {@link parseCollateral} reads it.
 * @throws {@link VerificationError}
 *   `ERR_CLOCK`, `ERR_QUOTE_FORM`;
 *   `ERR_COLLATERAL_MISSING`, `ERR_COLLATERAL_FORM`, `ERR_COLLATERAL_SIGNATURE`, `ERR_COLLATERAL_TIME`;
 *   `ERR_CHAIN_FORM`, `ERR_CHAIN_ROOT`, `ERR_EVIDENCE_SIMULATED`, `ERR_CHAIN_CA`, `ERR_CHAIN_LEAF`,
 *   `ERR_CHAIN_SIGNATURE`, `ERR_CHAIN_TIME`;
 *   `ERR_CRL_MISSING`, `ERR_CRL_SIGNATURE`, `ERR_CRL_TIME`, `ERR_CERT_REVOKED`;
 *   `ERR_FMSPC` for collateral of another platform;
 *   `ERR_QE_REPORT`, `ERR_QUOTE_SIGNATURE`;
 *   `ERR_QE_IDENTITY`, `ERR_TDX_MODULE`, `ERR_TCB_LEVEL`, `ERR_TCB_REVOKED`.
 */
export function verifyQuote(quoteBytes: Uint8Array, collateralBytes: Uint8Array, context: QuoteContext): VerifiedQuote {
  checkClock(context.atMs);
  // From here on every byte is the attacker's until a step says otherwise.
  const quote = parseQuote(quoteBytes);
  const collateral = parseCollateral(collateralBytes);

  const chains = checkChains(quote, collateral, context);
  const lists = checkRevocation(collateral, chains, context.atMs);

  checkStatement(collateral.tcbInfo, chains.tcbSigner);
  const tcbInfo = parseTcbInfo(collateral.tcbInfo.bytes);
  checkCurrent('tcb_info', tcbInfo.window, context.atMs);
  checkStatement(collateral.qeIdentity, chains.qeSigner);
  const qeIdentity = parseQeIdentity(collateral.qeIdentity.bytes);
  checkCurrent('qe_identity', qeIdentity.window, context.atMs);

  const platform = readPlatform(chains.pck.leaf);
  checkSamePlatform(platform, tcbInfo);
  checkQeReport(quote, chains.pck);
  checkQuoteSignature(quote);

  const all = Object.values(chains);
  return {
    ...assessTcb({ report: quote.report, qe: quote.qe.report, platform, tcbInfo, qeIdentity }),
    version: quote.version,
    report: quote.report,
    measurements: measurementsOf(quote.report),
    reportData: quote.report.reportData,
    debug: isDebuggable(quote.report),
    fmspc: platform.fmspc,
    tcbEvaluationDataNumber: Math.min(tcbInfo.evaluationDataNumber, qeIdentity.evaluationDataNumber),
    window: intersectWindows([...all, ...lists, tcbInfo, qeIdentity].map(({ window }) => window)),
    simulated: all.some(({ simulated }) => simulated),
    trailingBytes: quote.trailingBytes,
  };
}

/** What a chain is for. Intel's root certifies keys for several purposes; the name alone tells their leaves apart. */
interface Purpose {
  readonly name: RegExp;
  readonly leaf: 'authority' | 'end-entity';
  readonly usage: KeyUsage;
  readonly length: number;
}

const PCK: Purpose = { name: /SGX PCK Certificate/, leaf: 'end-entity', usage: 'digitalSignature', length: 3 };
const CRL: Purpose = { name: /SGX PCK (Platform|Processor) CA/, leaf: 'authority', usage: 'crlSign', length: 2 };
const STATEMENT: Purpose = { name: /SGX TCB Signing/, leaf: 'end-entity', usage: 'digitalSignature', length: 2 };

interface Chains {
  readonly pck: CheckedChain;
  readonly crlIssuer: CheckedChain;
  readonly tcbSigner: CheckedChain;
  readonly qeSigner: CheckedChain;
}

function checkChains(quote: TdxQuote, collateral: Collateral, context: QuoteContext): Chains {
  const pck = checkPurpose(quote.pckChain, PCK, context);
  const crlIssuer = checkPurpose(collateral.pckCrlIssuerChain, CRL, context);
  const tcbSigner = checkPurpose(collateral.tcbInfo.issuerChain, STATEMENT, context);
  const { issuerChain } = collateral.qeIdentity;
  // As a rule one chain signs both statements; checking it once saves an eighth of the whole.
  const shared = issuerChain === collateral.tcbInfo.issuerChain;
  const qeSigner = shared ? tcbSigner : checkPurpose(issuerChain, STATEMENT, context);
  // With several roots accepted, evidence under one must not be vouched for by collateral under another.
  if (![crlIssuer, tcbSigner, qeSigner].every(({ root }) => equalBytes(root.spki, pck.root.spki))) {
    throw new VerificationError('ERR_CHAIN_ROOT', 'cannot use collateral: it is under another root than the quote');
  }
  return { pck, crlIssuer, tcbSigner, qeSigner };
}

function checkPurpose(pem: string, { name, leaf, usage, length }: Purpose, context: QuoteContext): CheckedChain {
  const chain = checkChain(parsePemChain(pem), { ...context, kind: 'intelSpki', leaf });
  if (!name.test(commonName(chain.leaf.subject)) || !chain.leaf.keyUsage.has(usage)) {
    throw new VerificationError('ERR_CHAIN_LEAF', `cannot use ${named(chain.leaf)}: want one for ${name.source}`);
  }
  if (chain.intermediates.length + 2 === length) return chain;
  throw new VerificationError('ERR_CHAIN_FORM', `cannot use ${named(chain.leaf)}: want a chain of ${length}`);
}

function checkRevocation(collateral: Collateral, chains: Chains, atMs: number): readonly { window: ValidityWindow }[] {
  const { pck, crlIssuer, tcbSigner, qeSigner } = chains;
  const rootList = parseCrl(collateral.rootCaCrl);
  checkCrl(rootList, pck.root, atMs);
  // The authority of the PCK and the one that signs the list may have different certificates, but not different keys.
  const [authority] = pck.intermediates;
  if (authority === undefined || !equalBytes(authority.spki, crlIssuer.leaf.spki)) {
    throw new VerificationError('ERR_CRL_MISSING', 'cannot find the revocation list of the authority of the PCK');
  }
  const pckList = parseCrl(collateral.pckCrl);
  checkCrl(pckList, crlIssuer.leaf, atMs);
  checkNotRevoked(pck.leaf, pckList);
  for (const certificate of [authority, crlIssuer.leaf, tcbSigner.leaf, qeSigner.leaf]) {
    checkNotRevoked(certificate, rootList);
  }
  return [rootList, pckList];
}

// The signature covers the text as it is: written anew, it could have other bytes with the same meaning.
function checkStatement({ name, bytes, signature }: SignedStatement, { leaf }: CheckedChain): void {
  if (isRawSignature(bytes, signature, leaf.spki)) return;
  throw new VerificationError('ERR_COLLATERAL_SIGNATURE', `cannot accept ${name}: not signed by ${named(leaf)}`);
}

function checkCurrent(name: string, window: ValidityWindow, atMs: number): void {
  if (isWithin(window, atMs)) return;
  throw new VerificationError('ERR_COLLATERAL_TIME', `cannot use ${name}: ${describeWindow(window, atMs)}`);
}

function checkSamePlatform(pck: PckPlatform, collateral: Pick<PckPlatform, 'fmspc' | 'pceId'>): void {
  if (pck.fmspc === collateral.fmspc && pck.pceId === collateral.pceId) return;
  const [is, wanted] = [collateral, pck].map(({ fmspc, pceId }) => `FMSPC ${fmspc} and PCE ${pceId}`);
  throw new VerificationError('ERR_FMSPC', `cannot use tcb_info: it is about ${is}, want ${wanted}`);
}

// The PCK signs the report of the quoting enclave, which in turn vouches for the attestation key.
function checkQeReport({ qe, attestationKey }: TdxQuote, { leaf }: CheckedChain): void {
  if (!isRawSignature(qe.signed, qe.signature, leaf.spki)) {
    throw new VerificationError(
      'ERR_QE_REPORT',
      'cannot accept the report of the quoting enclave: not signed by the PCK',
    );
  }
  const wanted = concatBytes(sha256(concatBytes(attestationKey, qe.authData)), new Uint8Array(32));
  if (!equalBytes(qe.report.reportData, wanted)) {
    throw new VerificationError('ERR_QE_REPORT', 'cannot accept the attestation key: the quoting enclave has another');
  }
}

function checkQuoteSignature({ signed, signature, attestationKey }: TdxQuote): void {
  if (isRawSignature(signed, signature, p256Spki(attestationKey))) return;
  throw new VerificationError('ERR_QUOTE_SIGNATURE', 'cannot accept a quote: not signed by its attestation key');
}

function measurementsOf(report: TdReport): Readonly<Record<string, string>> {
  const fields = {
    mr_td: report.mrTd,
    mr_config_id: report.mrConfigId,
    mr_owner: report.mrOwner,
    mr_owner_config: report.mrOwnerConfig,
    mr_seam: report.mrSeam,
    mr_signer_seam: report.mrSignerSeam,
    td_attributes: report.tdAttributes,
    tee_tcb_svn: report.teeTcbSvn,
    xfam: report.xfam,
    ...Object.fromEntries(report.rtmrs.map((rtmr, index) => [`rtmr${index}`, rtmr])),
  };
  return Object.fromEntries(Object.entries(fields).map(([name, bytes]) => [name, encodeHex(bytes)]));
}
