/** Which keys and which nonce a machine is bound to by the report data of its quote. */
import { encodeHex, equalBytes, tryDecodeHex } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import type { AttestedKey, ValidityWindow } from './claim.ts';
import { find, findAfter, type Finding, type Missing, type Shown } from './finding.ts';
import { tryDecodeProviderHex } from './provider-hex.ts';
import {
  aciReportData,
  addressOfKey,
  checkAddress,
  checkChutes,
  checkNonce,
  checkReportData,
  tinfoilReportData,
} from './report-data.ts';
import type { KeyStatement, MachineReport } from './reports/machine-report.ts';

/** A key without the machine that has it. */
type Key = Pick<AttestedKey, 'algo' | 'address'>;

/** What report data is checked against. */
export interface BindingContext {
  readonly nonce: Uint8Array;
  readonly atMs: number;
  /** Hex digest of the TLS key that the runner saw, or null. */
  readonly spki: string | null;
}

/** What report data shows. */
export interface KeyBinding {
  /** Keys that answers are signed with. */
  readonly keys: Finding<readonly Key[]>;
  readonly nonce: Finding<unknown>;
  /** Hex digest of the TLS key at which the runner's connection ended. */
  readonly tls: Finding<string>;
  /** Digest of the GPU evidence. */
  readonly gpu: Finding<unknown>;
  /** The nonce that GPU evidence has to be over. */
  readonly gpuNonce: Uint8Array;
  /** How long the keys are valid by their own word. */
  readonly windows: readonly ValidityWindow[];
}

type Statement<L extends KeyStatement['layout']> = Extract<KeyStatement, { readonly layout: L }>;

const NO_GPU_DIGEST: Finding<unknown> = {
  status: 'unknown',
  reason: 'the report data has no digest of GPU evidence, which could be of another machine',
};

/** The binding of a machine's keys, nonce and TLS key. */
export function bindKeys(report: MachineReport, reportData: Uint8Array, context: BindingContext): KeyBinding {
  const { keys } = report;
  if (keys === null) return { ...unbound(context), keys: { status: 'unknown', reason: 'the report names no key' } };
  switch (keys.layout) {
    case 'address':
      return bindAddress(keys, report, reportData, context);
    case 'chutes':
      return bindChutes(keys, reportData, context);
    case 'aci':
      return bindAci(keys, reportData, context);
    case 'tinfoil':
      return bindTinfoil(keys, reportData, context);
  }
}

/** A binding of which nothing is known, because no quote vouches for report data. */
export function unbound({ nonce }: BindingContext): KeyBinding {
  const nothing = { status: 'unknown', reason: 'no quote vouches for report data' } as const;
  return { keys: nothing, nonce: nothing, tls: nothing, gpu: nothing, gpuNonce: nonce, windows: [] };
}

function bindAddress(
  { algo, address, publicKey, tlsKey }: Statement<'address'>,
  { endsConnection }: MachineReport,
  reportData: Uint8Array,
  context: BindingContext,
): KeyBinding {
  const seen = endsConnection && context.spki !== null ? tryDecodeHex(context.spki) : null;
  const bound = find(() => {
    if (algo === 'ecdsa' && publicKey !== null) checkOwnKey(address, publicKey);
    const read = checkAddress(
      reportData,
      address,
      [tlsKey, seen].filter((key) => key !== null),
    );
    const beside = read.tlsKey === null ? '' : `, hashed with TLS key ${encodeHex(read.tlsKey)}`;
    return { value: read, reason: `${algo} key ${encodeHex(address)} is in the report data${beside}` };
  });
  return {
    keys: keysOf(bound, [{ algo, address: encodeHex(address) }]),
    nonce: find(() => {
      checkNonce(reportData.subarray(32), context.nonce);
      return { value: null, reason: nonceReason(context) };
    }),
    tls: findAfter(bound, 'the binding of the key', (read) =>
      endsConnection
        ? findTls(read.tlsKey === null ? [] : [read.tlsKey], context)
        : { missing: 'the connection of the runner does not end in this machine' },
    ),
    gpu: NO_GPU_DIGEST,
    gpuNonce: context.nonce,
    windows: [],
  };
}

// A report that gives a key beside the address must not give another one's.
function checkOwnKey(address: Uint8Array, publicKey: Uint8Array): void {
  const own = addressOfKey(publicKey);
  if (own !== null && equalBytes(own, address)) return;
  throw new VerificationError(
    'ERR_REPORT_DATA',
    `cannot accept ${encodeHex(address)}: it is not that of the public key`,
  );
}

function findTls(bound: readonly Uint8Array[], { spki }: BindingContext): Shown<string> | Missing {
  if (bound.length === 0) return { missing: 'the report data names no TLS key' };
  if (spki === null) return { missing: 'the runner recorded no TLS key of the connection' };
  if (!bound.some((key) => encodeHex(key) === spki)) {
    throw new VerificationError('ERR_TLS_KEY', `cannot accept connection: its TLS key ${spki} is not the one attested`);
  }
  return { value: spki, reason: `TLS key ${spki}, at which the runner says that its connection ended, is attested` };
}

function bindChutes(statement: Statement<'chutes'>, reportData: Uint8Array, context: BindingContext): KeyBinding {
  const { nonceText, keyText } = statement;
  const bound = find(() => {
    const tlsKey = encodeHex(checkChutes(reportData, nonceText, keyText));
    const reason = `the encryption key of the instance is in the report data, with TLS key ${tlsKey}; no key signs answers`;
    return { value: tlsKey, reason };
  });
  return {
    keys: keysOf(bound, []),
    nonce: ofStatement(bound, tryDecodeProviderHex(nonceText) ?? new Uint8Array(), context),
    tls: { status: 'unknown', reason: 'the connection of the runner ends in a relay, not in this machine' },
    gpu: NO_GPU_DIGEST,
    // GPUs of an instance are asked with the digest of nonce and key.
    gpuNonce: reportData.slice(0, 32),
    windows: [],
  };
}

// The statement holds the nonce only inside a hash, so one that does not match says nothing about what differs.
function bindAci(statement: Statement<'aci'>, reportData: Uint8Array, context: BindingContext): KeyBinding {
  const { keysetDigest, receiptKeys, tlsKeys } = statement;
  const isWithoutNonce = equalBytes(reportData, aciReportData(keysetDigest, null));
  const asked = find(() => {
    checkReportData(reportData, aciReportData(keysetDigest, isWithoutNonce ? null : context.nonce));
    checkKeyset(statement, context);
    return {
      value: null,
      reason: `keyset ${keysetDigest} with ${receiptKeys.length} receipt keys is in the report data`,
    };
  });
  return {
    keys: keysOf(
      asked,
      receiptKeys.map((key) => ({ algo: 'ed25519', address: encodeHex(key) })),
    ),
    nonce: find(() => {
      const wanted = aciReportData(keysetDigest, context.nonce);
      if (equalBytes(reportData, wanted)) return { value: null, reason: nonceReason(context) };
      const got = isWithoutNonce ? 'no nonce' : 'another nonce or another keyset';
      throw new VerificationError('ERR_ATTESTATION_NONCE', `cannot accept attestation: its statement has ${got}`);
    }),
    tls: findAfter(asked, 'the binding of the keyset', () => findTls(tlsKeys, context)),
    gpu: NO_GPU_DIGEST,
    gpuNonce: context.nonce,
    windows: [{ fromMs: Number.NEGATIVE_INFINITY, toMs: statement.notAfterMs }],
  };
}

function checkKeyset({ statedDigest, keysetDigest, notAfterMs }: Statement<'aci'>, { atMs }: BindingContext): void {
  if (statedDigest !== keysetDigest) {
    throw new VerificationError('ERR_REPORT_DATA', `cannot accept keyset ${keysetDigest}: the report states another`);
  }
  if (notAfterMs < atMs) {
    throw new VerificationError('ERR_REPORT_DATA', `cannot accept keyset ${keysetDigest}: it is no longer valid`);
  }
}

function bindTinfoil(stated: Statement<'tinfoil'>, reportData: Uint8Array, context: BindingContext): KeyBinding {
  const { statement, gpuEvidence } = stated;
  const bound = find(() => {
    checkReportData(reportData, tinfoilReportData(statement));
    const [tlsKey, hpkeKey] = [encodeHex(statement.tlsKey), encodeHex(statement.hpkeKey)];
    return { value: statement, reason: `TLS key ${tlsKey} and HPKE key ${hpkeKey} are in the report data` };
  });
  return {
    keys: keysOf(bound, []),
    nonce: ofStatement(bound, statement.nonce, context),
    tls: findAfter(bound, 'the binding of the key', () => findTls([statement.tlsKey], context)),
    gpu: findAfter(bound, 'the binding of the key', () => findGpuDigest(statement.gpuEvidence, gpuEvidence)),
    gpuNonce: context.nonce,
    windows: [],
  };
}

function findGpuDigest(stated: Uint8Array | null, got: Uint8Array | null): Shown<unknown> | Missing {
  if (stated === null) return { missing: 'the report data has no digest of GPU evidence' };
  if (got === null) return { missing: 'the report has no GPU evidence' };
  if (!equalBytes(stated, got)) {
    const hex = encodeHex(got);
    throw new VerificationError('ERR_REPORT_DATA', `cannot accept GPU evidence ${hex}: the report data has another`);
  }
  return { value: null, reason: `the report data has the digest ${encodeHex(got)} of the GPU evidence` };
}

function keysOf(bound: Finding<unknown>, keys: readonly Key[]): Finding<readonly Key[]> {
  return bound.status === 'asserted' ? { ...bound, value: keys } : bound;
}

// A nonce that stands beside the keys in the report counts only if report data vouches for it.
function ofStatement(bound: Finding<unknown>, nonce: Uint8Array, context: BindingContext): Finding<unknown> {
  return findAfter(bound, 'the binding of the key', () => {
    checkNonce(nonce, context.nonce);
    return { value: null, reason: nonceReason(context) };
  });
}

function nonceReason({ nonce }: BindingContext): string {
  return `the report data has the nonce ${encodeHex(nonce)} that was asked for`;
}
