/**
 * What Intel publishes about its platforms, for the simulated ones: revocation lists, `tcb_info`, `qe_identity`.
 *
 * All of it is issued at the start of the UTC day before the clock and lives 30 days, so it changes once a day.
 */
import { encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import { issueRevocationList, toPem, type Certificate } from './certificate.ts';
import { deriveEcKey, type EcKey } from './ec-key.ts';
import type { SimulatorFaults } from './faults.ts';
import { PLATFORM_PCESVN, PLATFORM_SVNS, SIMULATED_FMSPC, type Platform } from './intel-pki.ts';
import { QE_ISVPRODID, QE_ISVSVN, QE_MRSIGNER } from './quote.ts';

const DAY_MS = 86_400_000;
const LIFE_MS = 30 * DAY_MS;
const TCB_DATE = '2025-05-14T00:00:00Z';
const ZERO_SIGNER = '0'.repeat(96);
/** The first two are the module's and not compared once the module has an identity of its own. */
const TDX_SVNS = [5, 0, 3, ...Array.from({ length: 13 }, () => 0)];

/** Collateral in the shape that dcap-qvl reads and writes; lists and signatures in hex, chains in PEM. */
export interface Collateral {
  readonly pck_crl_issuer_chain: string;
  readonly root_ca_crl: string;
  readonly pck_crl: string;
  readonly tcb_info_issuer_chain: string;
  readonly tcb_info: string;
  readonly tcb_info_signature: string;
  readonly qe_identity_issuer_chain: string;
  readonly qe_identity: string;
  readonly qe_identity_signature: string;
}

interface Life {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The collateral of platforms at a time; they have one tree of certificates. Requires at least one. */
export function buildCollateral(
  platforms: readonly [Platform, ...Platform[]],
  nowMs: number,
  faults: SimulatorFaults,
): Collateral {
  const [platform] = platforms;
  const { root, platformCa, tcbSigning } = platform.pki;
  const signer = faults.has('wrong-chain-leaf') ? platform.pck : tcbSigning;
  const chain =
    signer === tcbSigning ? toPem(tcbSigning.der, root.der) : toPem(platform.pck.der, platformCa.der, root.der);
  const life = signedLife(nowMs, faults);
  const tcbInfo = JSON.stringify(buildTcbInfo(life, faults));
  const qeIdentity = JSON.stringify(buildQeIdentity(life));
  return {
    pck_crl_issuer_chain: toPem(platformCa.der, root.der),
    root_ca_crl: faults.has('root-crl-missing') ? '' : encodeHex(rootList(platform, nowMs, faults)),
    pck_crl: faults.has('crl-missing') ? '' : encodeHex(pckList(platforms, nowMs, faults)),
    tcb_info_issuer_chain: chain,
    tcb_info: faults.has('flip-tcb-info') ? oneDayLater(tcbInfo) : tcbInfo,
    tcb_info_signature: signText(signer, tcbInfo),
    qe_identity_issuer_chain: chain,
    qe_identity: faults.has('flip-qe-identity') ? oneDayLater(qeIdentity) : qeIdentity,
    qe_identity_signature: signText(signer, qeIdentity),
  };
}

function signText({ key }: Certificate, text: string): string {
  return encodeHex(key.sign(encodeUtf8(text)));
}

// One digit, in a value that stays a date that a verifier would take.
function oneDayLater(text: string): string {
  return text.replace('-14T', '-15T');
}

function lifeFrom(fromMs: number): Life {
  return { fromMs, toMs: fromMs + LIFE_MS };
}

function lastIssue(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS - DAY_MS;
}

function signedLife(nowMs: number, faults: SimulatorFaults): Life {
  if (faults.has('collateral-expired')) return lifeFrom(lastIssue(nowMs) - 2 * LIFE_MS);
  if (faults.has('collateral-future')) return lifeFrom(lastIssue(nowMs) + 3 * DAY_MS);
  return lifeFrom(lastIssue(nowMs));
}

function rootList({ pki }: Platform, nowMs: number, faults: SimulatorFaults): Uint8Array {
  const revoked = faults.has('root-crl-revoking') ? [pki.platformCa] : [];
  return issueRevocationList({ issuer: pki.root, ...lifeFrom(lastIssue(nowMs)), revoked });
}

function pckList(platforms: readonly [Platform, ...Platform[]], nowMs: number, faults: SimulatorFaults): Uint8Array {
  const forger: EcKey | undefined = faults.has('crl-forged') ? deriveEcKey('P-256', 'forger') : undefined;
  const list = issueRevocationList({
    issuer: platforms[0].pki.platformCa,
    ...lifeFrom(lastIssue(nowMs) - (faults.has('crl-expired') ? 2 * LIFE_MS : 0)),
    revoked: faults.has('crl-revoking') ? platforms.map(({ pck }) => pck) : [],
    ...(forger === undefined ? {} : { signer: forger }),
  });
  // The last byte belongs to the signature.
  return faults.has('flip-crl') ? list.with(list.length - 1, (list.at(-1) ?? 0) ^ 1) : list;
}

function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function dates({ fromMs, toMs }: Life): object {
  return { issueDate: isoSeconds(fromMs), nextUpdate: isoSeconds(toMs) };
}

function buildTcbInfo(life: Life, faults: SimulatorFaults): object {
  const [first, second] = tcbStatuses(faults);
  // Raising what the first level asks for puts the platform, which stays what it is, below it.
  const raise = first === null ? 0 : 1;
  return {
    id: 'TDX',
    version: 3,
    ...dates(life),
    fmspc: faults.has('fmspc-mismatch') ? '53494d554c42' : SIMULATED_FMSPC,
    pceId: faults.has('pceid-mismatch') ? '0001' : '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 19,
    tdxModule: { mrsigner: ZERO_SIGNER, attributes: '0000000000000000', attributesMask: 'FFFFFFFFFFFFFFFF' },
    tdxModuleIdentities: [buildModuleIdentity(faults)],
    tcbLevels: [
      buildTcbLevel(PLATFORM_PCESVN + raise, 'UpToDate', []),
      buildTcbLevel(faults.has('tcb-unmatched') ? PLATFORM_PCESVN + 1 : 5, second, ['SIM-SA-00001', 'SIM-SA-00002']),
    ],
  };
}

/** Status of the platform if it is not the first, and of the second level. */
function tcbStatuses(faults: SimulatorFaults): readonly [string | null, string] {
  if (faults.has('tcb-revoked')) return ['Revoked', 'Revoked'];
  if (faults.has('tcb-configuration')) return ['ConfigurationNeeded', 'ConfigurationNeeded'];
  if (faults.has('tcb-outdated') || faults.has('tcb-unmatched')) return ['OutOfDate', 'OutOfDate'];
  return [null, 'OutOfDate'];
}

function buildTcbLevel(pcesvn: number, tcbStatus: string, advisories: readonly string[]): object {
  const components = (svns: readonly number[]): object[] => svns.map((svn) => ({ svn }));
  return {
    tcb: { sgxtcbcomponents: components(PLATFORM_SVNS), pcesvn, tdxtcbcomponents: components(TDX_SVNS) },
    tcbDate: TCB_DATE,
    tcbStatus,
    ...(advisories.length === 0 ? {} : { advisoryIDs: advisories }),
  };
}

function buildModuleIdentity(faults: SimulatorFaults): object {
  const lowest = faults.has('module-svn-low') ? 9 : 2;
  return {
    id: 'TDX_01',
    mrsigner: ZERO_SIGNER,
    attributes: '0000000000000000',
    attributesMask: 'FFFFFFFFFFFFFFFF',
    tcbLevels: [
      { tcb: { isvsvn: Math.max(lowest, 6) }, tcbDate: TCB_DATE, tcbStatus: 'UpToDate' },
      { tcb: { isvsvn: lowest }, tcbDate: TCB_DATE, tcbStatus: 'OutOfDate', advisoryIDs: ['SIM-SA-00003'] },
    ],
  };
}

function buildQeIdentity(life: Life): object {
  return {
    id: 'TD_QE',
    version: 2,
    ...dates(life),
    tcbEvaluationDataNumber: 19,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: QE_MRSIGNER.toUpperCase(),
    isvprodid: QE_ISVPRODID,
    tcbLevels: [{ tcb: { isvsvn: QE_ISVSVN }, tcbDate: TCB_DATE, tcbStatus: 'UpToDate' }],
  };
}
