/**
 * Intel's signed statements as typed values: TCB info of a platform family, identity of the quoting enclave.
 *
 * @see Intel PCS API v4, `/tdx/certification/v4/tcb` (version 3) and `/tdx/certification/v4/qe/identity` (version 2)
 */
import { encodeHex, tryDecodeUtf8 } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import type { ValidityWindow } from '../claim.ts';
import { tryParseJson } from '../../core/foreign-json.ts';
import { jsonFields } from './json-fields.ts';
import type { JsonFields } from './json-fields.ts';

const PLATFORM_STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
] as const;
const VERSION_STATUSES = ['UpToDate', 'OutOfDate', 'Revoked'] as const;

interface Level<S> {
  readonly status: S;
  readonly advisories: readonly string[];
}

/** A level of a module or an enclave, reached by its version number. */
export interface VersionLevel extends Level<(typeof VERSION_STATUSES)[number]> {
  readonly isvSvn: number;
}

/** A level of a platform, reached by the version numbers of all its components. */
export interface PlatformLevel extends Level<(typeof PLATFORM_STATUSES)[number]> {
  readonly sgxSvns: readonly number[];
  readonly pceSvn: number;
  readonly tdxSvns: readonly number[];
}

/** What a TDX module has to be. */
export interface ModuleIdentity {
  /** `TDX_` and the major version in two upper-case hex digits; empty for the first version. */
  readonly id: string;
  readonly mrSigner: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  readonly levels: readonly VersionLevel[];
}

interface Statement {
  readonly window: ValidityWindow;
  /** Grows with every recovery that Intel publishes. */
  readonly evaluationDataNumber: number;
}

/** What Intel says about a family of platforms. */
export interface TcbInfo extends Statement {
  /** Lower-case hex. */
  readonly fmspc: string;
  readonly pceId: string;
  /** The module of major version 0, and those of later ones. */
  readonly firstModule: ModuleIdentity;
  readonly modules: readonly ModuleIdentity[];
  /** Best first. */
  readonly levels: readonly PlatformLevel[];
}

/** What Intel says about the quoting enclave for TDX. */
export interface QeIdentity extends Statement {
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  /** Best first. */
  readonly levels: readonly VersionLevel[];
}

const COMPONENTS = 16;
const ADVISORY = /^[A-Z0-9-]{1,32}$/;

/**
 * The TCB info in its signed bytes.
 *
 * @throws {@link VerificationError} `ERR_COLLATERAL_FORM` unless it is one for TDX, version 3.
 */
export function parseTcbInfo(bytes: Uint8Array): TcbInfo {
  const info = readStatement(bytes, 'tcb_info', { id: 'TDX', version: 3 });
  // The only defined way to compare levels.
  checkNumber(info, 'tcbType', 0, 'tcb_info');
  return {
    ...readValidity(info),
    fmspc: encodeHex(info.bytes('fmspc', 6)),
    pceId: encodeHex(info.bytes('pceId', 2)),
    firstModule: { id: '', ...readModule(info.object('tdxModule')), levels: [] },
    modules: info.list('tdxModuleIdentities', 'optional').map((module) => ({
      id: module.text('id', /^TDX_[0-9A-F]{2}$/),
      ...readModule(module),
      levels: module.list('tcbLevels').map(readVersionLevel),
    })),
    levels: info.list('tcbLevels').map(readPlatformLevel),
  };
}

/**
 * The identity of the quoting enclave in its signed bytes.
 *
 * @throws {@link VerificationError} `ERR_COLLATERAL_FORM` unless it is the one for TDX, version 2.
 */
export function parseQeIdentity(bytes: Uint8Array): QeIdentity {
  const identity = readStatement(bytes, 'qe_identity', { id: 'TD_QE', version: 2 });
  return {
    ...readValidity(identity),
    miscSelect: identity.bytes('miscselect', 4),
    miscSelectMask: identity.bytes('miscselectMask', 4),
    attributes: identity.bytes('attributes', 16),
    attributesMask: identity.bytes('attributesMask', 16),
    mrSigner: identity.bytes('mrsigner', 32),
    isvProdId: identity.integer('isvprodid'),
    levels: identity.list('tcbLevels').map(readVersionLevel),
  };
}

function readStatement(bytes: Uint8Array, name: string, wanted: { id: string; version: number }): JsonFields {
  const text = tryDecodeUtf8(bytes);
  const fields = jsonFields(text === null ? undefined : tryParseJson(text), name);
  fields.text('id', new RegExp(`^${wanted.id}$`));
  checkNumber(fields, 'version', wanted.version, name);
  return fields;
}

function checkNumber(fields: JsonFields, key: string, wanted: number, name: string): void {
  if (fields.integer(key) === wanted) return;
  throw new VerificationError('ERR_COLLATERAL_FORM', `cannot read collateral at ${name}.${key}: want ${wanted}`);
}

function readValidity(fields: JsonFields): Statement {
  const window = { fromMs: fields.timeMs('issueDate'), toMs: fields.timeMs('nextUpdate') };
  return { window, evaluationDataNumber: fields.integer('tcbEvaluationDataNumber') };
}

function readModule(module: JsonFields): Omit<ModuleIdentity, 'id' | 'levels'> {
  return {
    mrSigner: module.bytes('mrsigner', 48),
    attributes: module.bytes('attributes', 8),
    attributesMask: module.bytes('attributesMask', 8),
  };
}

function readVersionLevel(level: JsonFields): VersionLevel {
  return { ...readLevel(level, VERSION_STATUSES), isvSvn: level.object('tcb').integer('isvsvn') };
}

function readPlatformLevel(level: JsonFields): PlatformLevel {
  const tcb = level.object('tcb');
  return {
    ...readLevel(level, PLATFORM_STATUSES),
    sgxSvns: readSvns(tcb, 'sgxtcbcomponents'),
    pceSvn: tcb.integer('pcesvn'),
    tdxSvns: readSvns(tcb, 'tdxtcbcomponents'),
  };
}

function readSvns(tcb: JsonFields, key: string): readonly number[] {
  const components = tcb.list(key);
  if (components.length !== COMPONENTS) {
    throw new VerificationError('ERR_COLLATERAL_FORM', `cannot read collateral: want ${COMPONENTS} ${key}`);
  }
  return components.map((component) => component.integer('svn'));
}

function readLevel<S extends string>(level: JsonFields, statuses: readonly S[]): Level<S> {
  const text = level.text('tcbStatus', /^[A-Za-z]{1,64}$/);
  const status = statuses.find((known) => known === text);
  if (status === undefined) {
    throw new VerificationError('ERR_COLLATERAL_FORM', `cannot read collateral: status ${text} is not known`);
  }
  return { status, advisories: level.texts('advisoryIDs', ADVISORY) };
}
