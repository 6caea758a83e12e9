/**
 * Intel's statements about platforms, TDX modules and the quoting enclave, and the status that follows from them.
 *
 * The rules are those of Intel's own library: the first level that everything reaches counts, and the three statuses
 * converge to one. Where that library goes on with a revoked part, this one does not.
 *
 * @see Intel SGX DCAP Quote Verification Library, `Verifiers/Checks`; Intel PCS API v4, TCB info and identity
 */
import { encodeHex, equalBytes } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import type { VerificationCode } from '../../core/errors.ts';
import type { PckPlatform } from './pck.ts';
import type { QeReport, TdReport } from './quote.ts';
import type { ModuleIdentity, PlatformLevel, QeIdentity, TcbInfo, VersionLevel } from './statements.ts';

/** A status as Intel names it. */
type TcbStatus = PlatformLevel['status'] | 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded';

/** What a machine comes to, as a whole and by part. */
export interface TcbAssessment {
  readonly status: TcbStatus;
  readonly parts: {
    readonly qe: VersionLevel['status'];
    readonly tdxModule: VersionLevel['status'];
    readonly platform: PlatformLevel['status'];
  };
  /** Identifiers of Intel's advisories about the levels that were matched, sorted. */
  readonly advisories: readonly string[];
}

/** What a status is worked out of; all of it verified. */
export interface TcbEvidence {
  readonly report: TdReport;
  readonly qe: QeReport;
  readonly platform: PckPlatform;
  readonly tcbInfo: TcbInfo;
  readonly qeIdentity: QeIdentity;
}

function refuse(code: VerificationCode, text: string): VerificationError {
  return new VerificationError(code, `cannot accept the TCB: ${text}`);
}

/**
 * The status of a machine.
 *
 * @throws {@link VerificationError} `ERR_QE_IDENTITY` and `ERR_TDX_MODULE` for another enclave or module, or one below
 *   every level; `ERR_TCB_LEVEL` for a platform below every level; `ERR_TCB_REVOKED` if any part is revoked.
 */
export function assessTcb({ report, qe, platform, tcbInfo, qeIdentity }: TcbEvidence): TcbAssessment {
  const qeLevel = matchQe(qe, qeIdentity);
  const moduleLevel = matchModule(report, tcbInfo);
  const { sgx, tdx } = matchPlatform(report, platform, tcbInfo);
  const matched = [qeLevel, moduleLevel, sgx, tdx];
  const revoked = matched.find(({ status }) => status === 'Revoked');
  if (revoked !== undefined) throw refuse('ERR_TCB_REVOKED', 'a part of it is revoked');
  const launched = converge(tdx.status, moduleLevel.status);
  const relaunched =
    qeLevel.status === 'UpToDate' && moduleLevel.status === 'OutOfDate' && isCuredByRelaunch(report, tcbInfo, sgx);
  return {
    status: relaunched ? relaunchStatus(sgx.status, launched) : converge(launched, qeLevel.status),
    parts: { qe: qeLevel.status, tdxModule: moduleLevel.status, platform: tdx.status },
    advisories: [...new Set([qeLevel, moduleLevel, tdx].flatMap(({ advisories }) => advisories))].toSorted(),
  };
}

function matchQe(qe: QeReport, identity: QeIdentity): VersionLevel {
  const genuine =
    equalBytes(qe.mrSigner, identity.mrSigner) &&
    qe.isvProdId === identity.isvProdId &&
    equalMasked(qe.miscSelect, identity.miscSelect, identity.miscSelectMask) &&
    equalMasked(qe.attributes, identity.attributes, identity.attributesMask) &&
    // Whatever the mask leaves out: the memory of an enclave in debug mode can be read.
    ((qe.attributes[0] ?? 0) & SGX_DEBUG) === 0;
  if (!genuine) throw refuse('ERR_QE_IDENTITY', 'the quoting enclave is not the one that Intel describes');
  const level = identity.levels.find(({ isvSvn }) => qe.isvSvn >= isvSvn);
  if (level === undefined) throw refuse('ERR_QE_IDENTITY', 'the quoting enclave is below every level');
  return level;
}

const SGX_DEBUG = 0x02;
// Modules of the first major version have no levels of their own: the platform's cover them.
const COVERED_BY_PLATFORM: VersionLevel = { status: 'UpToDate', advisories: [], isvSvn: 0 };

function matchModule({ teeTcbSvn, mrSignerSeam, seamAttributes }: TdReport, tcbInfo: TcbInfo): VersionLevel {
  const [minor = 0, major = 0] = teeTcbSvn;
  const module = findModule(tcbInfo, major);
  const genuine =
    equalBytes(mrSignerSeam, module.mrSigner) &&
    equalMasked(seamAttributes, module.attributes, module.attributesMask) &&
    // Every defined bit of these lowers the protection.
    seamAttributes.every((byte) => byte === 0);
  if (!genuine) throw refuse('ERR_TDX_MODULE', 'the TDX module is not the one that Intel describes');
  if (major === 0) return COVERED_BY_PLATFORM;
  const level = module.levels.find(({ isvSvn }) => minor >= isvSvn);
  if (level === undefined) throw refuse('ERR_TDX_MODULE', 'the TDX module is below every level');
  return level;
}

function findModule({ firstModule, modules }: TcbInfo, major: number): ModuleIdentity {
  const id = `TDX_${encodeHex(Uint8Array.of(major)).toUpperCase()}`;
  const module = major === 0 ? firstModule : modules.find((known) => known.id === id);
  if (module === undefined) throw refuse('ERR_TDX_MODULE', `Intel describes no module ${id}`);
  return module;
}

/** The first level that the SGX components reach, and the first that the TDX components reach as well. */
function matchPlatform(
  { teeTcbSvn }: TdReport,
  platform: PckPlatform,
  { levels }: TcbInfo,
): { readonly sgx: PlatformLevel; readonly tdx: PlatformLevel } {
  // With a module of a later major version, its version is judged by the levels of that module alone.
  const firstTdx = (teeTcbSvn[1] ?? 0) > 0 ? 2 : 0;
  const reached = levels.filter((level) => platform.pceSvn >= level.pceSvn && reaches(platform.svns, level.sgxSvns));
  const [sgx] = reached;
  const tdx = reached.find((level) => reaches([...teeTcbSvn].slice(firstTdx), level.tdxSvns.slice(firstTdx)));
  if (sgx === undefined || tdx === undefined) throw refuse('ERR_TCB_LEVEL', 'the platform is below every level');
  return { sgx, tdx };
}

function reaches(svns: readonly number[], wanted: readonly number[]): boolean {
  return svns.length === wanted.length && svns.every((svn, index) => svn >= (wanted[index] ?? Infinity));
}

function equalMasked(actual: Uint8Array, wanted: Uint8Array, mask: Uint8Array): boolean {
  const masked = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => byte & (mask[index] ?? 0xff));
  return equalBytes(masked(actual), masked(wanted));
}

/** The worse of a platform's status and that of a part with a version of its own. */
function converge(platform: PlatformLevel['status'], part: VersionLevel['status']): PlatformLevel['status'] {
  if (part === 'UpToDate' || part === 'Revoked') return part === 'Revoked' ? part : platform;
  if (platform === 'UpToDate' || platform === 'SWHardeningNeeded') return 'OutOfDate';
  return platform.startsWith('Configuration') ? 'OutOfDateConfigurationNeeded' : platform;
}

/**
 * Whether the machine was brought up to date after the trust domain was launched, so that launching it anew is enough.
 *
 * @param sgx - Level that the SGX components reach; they have to be up to date.
 */
function isCuredByRelaunch({ td15 }: TdReport, tcbInfo: TcbInfo, sgx: PlatformLevel): boolean {
  const [latest] = tcbInfo.levels;
  if (td15 === null || latest === undefined || sgx.status.startsWith('OutOfDate')) return false;
  const [minor = 0, major = 0, microcode = 0] = td15.teeTcbSvn2;
  const [latestModule] = findModule(tcbInfo, major).levels;
  const wantedMinor = major === 0 ? latest.tdxSvns[0] : latestModule?.isvSvn;
  return minor >= (wantedMinor ?? Infinity) && microcode >= (latest.tdxSvns[2] ?? Infinity);
}

function relaunchStatus(sgx: PlatformLevel['status'], launched: PlatformLevel['status']): TcbStatus {
  const configure = [sgx, launched].some((status) => status.includes('Configuration'));
  return configure ? 'TDRelaunchAdvisedConfigurationNeeded' : 'TDRelaunchAdvised';
}
