import { createHash, X509Certificate } from 'node:crypto';
import { QuoteVerifier, type Collateral as QvlCollateral } from '@phala/dcap-qvl';
import { describe, expect, it } from 'vitest';
import { buildCollateral } from '../../../../src/endpoints/tee/simulator/collateral.ts';
import { buildEventLog } from '../../../../src/endpoints/tee/simulator/event-log.ts';
import type { SimulatorFaultName } from '../../../../src/endpoints/tee/simulator/faults.ts';
import { buildIntelPki, buildPlatform } from '../../../../src/endpoints/tee/simulator/intel-pki.ts';
import { buildQuote } from '../../../../src/endpoints/tee/simulator/quote.ts';
import { NOW_MS } from './serving.ts';

const CONTENT = {
  mrConfigId: new Uint8Array(48).fill(1),
  rtmrs: [2, 3, 4, 5].map((byte) => new Uint8Array(48).fill(byte)),
  reportData: new Uint8Array(64).fill(6),
};

function make(...names: SimulatorFaultName[]) {
  const faults = new Set(names);
  const platform = buildPlatform(buildIntelPki(faults), faults, 'test');
  const collateral = buildCollateral([platform], NOW_MS, faults);
  return { platform, collateral, quote: buildQuote(platform, CONTENT, faults) };
}

/** The verdict of another project's verifier under the simulated root. */
function judge(...names: SimulatorFaultName[]): string {
  const { collateral, quote } = make(...names);
  const bytes = (hex: string): number[] => [...Buffer.from(hex, 'hex')];
  const parts: QvlCollateral = {
    ...collateral,
    root_ca_crl: bytes(collateral.root_ca_crl),
    pck_crl: bytes(collateral.pck_crl),
    tcb_info_signature: bytes(collateral.tcb_info_signature),
    qe_identity_signature: bytes(collateral.qe_identity_signature),
  };
  const root = buildIntelPki(new Set()).root.der;
  return QuoteVerifier.newWithRootCa(Buffer.from(root)).verify(Buffer.from(quote), parts, NOW_MS / 1000).status;
}

describe('buildQuote()', () => {
  it('has its parts where Intel has them', () => {
    const quote = Buffer.from(make().quote);
    expect([quote.readUInt16LE(0), quote.readUInt16LE(2), quote.readUInt32LE(4)]).toEqual([4, 2, 0x81]);
    expect(quote.subarray(184, 232).toString()).toMatch(/^SIMULATED BY TOUCHSTONE/);
    expect(quote.subarray(232, 280)).toEqual(Buffer.alloc(48, 1));
    expect([376, 424, 472, 520, 568].map((at) => quote[at])).toEqual([2, 3, 4, 5, 6]);
    expect(quote.readUInt32LE(632) + 636 + 70).toBe(quote.length);
    expect([quote.readUInt16LE(764), quote.readUInt16LE(1218), quote.readUInt16LE(1252)]).toEqual([6, 32, 5]);
    const older = Buffer.from(make('quote-v5-td10').quote);
    expect([older.readUInt16LE(0), older.readUInt16LE(48), older.readUInt32LE(50)]).toEqual([5, 2, 584]);
    const newer = Buffer.from(make('quote-v5').quote);
    expect([newer.readUInt16LE(48), newer.readUInt32LE(50)]).toEqual([3, 648]);
  });

  it('is up to date for another verifier', () => {
    expect(judge()).toBe('UpToDate');
    expect(judge('quote-v5')).toBe('UpToDate');
    expect(judge('tcb-outdated')).toBe('OutOfDate');
    expect(judge('tcb-configuration')).toBe('ConfigurationNeeded');
  });

  const REFUSED: readonly SimulatorFaultName[] = [
    ...(['truncated-quote', 'flip-quote-header', 'flip-quote-body', 'flip-quote-signature'] as const),
    ...(['flip-attestation-key', 'flip-qe-report', 'flip-qe-signature', 'flip-qe-auth', 'flip-pck'] as const),
    ...(['foreign-root', 'qe-signer', 'crl-revoking', 'collateral-expired', 'collateral-future'] as const),
    ...(['flip-tcb-info', 'flip-qe-identity', 'fmspc-mismatch', 'tcb-revoked', 'tcb-unmatched'] as const),
  ];
  it.each(REFUSED)('is refused by another verifier with %s', (name) => {
    expect(() => judge(name)).toThrow();
  });
});

describe('buildPlatform()', () => {
  it('has a PCK under the platform CA under the root, as Node reads them', () => {
    const { platform } = make();
    const [pck, ca, root] = [platform.pck, platform.pki.platformCa, platform.pki.root].map(
      ({ der }) => new X509Certificate(der),
    );
    if (pck === undefined || ca === undefined || root === undefined) throw new Error('no chain');
    expect([pck.checkIssued(ca), ca.checkIssued(root), pck.ca, ca.ca]).toEqual([true, true, false, true]);
    expect([pck.verify(ca.publicKey), ca.verify(root.publicKey)]).toEqual([true, true]);
    expect(pck.subject).toBe('CN=Simulated SGX PCK Certificate\nO=SIMULATED');
    expect(new X509Certificate(make('non-ca-intermediate').platform.pki.platformCa.der).ca).toBe(false);
    expect(new Date(new X509Certificate(make('pck-expired').platform.pck.der).validTo).getTime()).toBeLessThan(NOW_MS);
  });
});

describe('buildEventLog()', () => {
  const values = {
    appId: '01'.repeat(20),
    composeHash: '02'.repeat(32),
    instanceId: '03'.repeat(20),
    kmsMeasurement: '04'.repeat(32),
    osImageHash: '05'.repeat(32),
    keyProvider: '{}',
  };

  it('gives runtime events the digest of their name and payload', () => {
    const { events } = buildEventLog(values, new Set());
    const event = events.find((candidate) => candidate.event === 'compose-hash');
    const input = Buffer.concat([Buffer.from('01000008', 'hex'), Buffer.from(':compose-hash:'), Buffer.alloc(32, 2)]);
    expect(event?.digest).toBe(createHash('sha384').update(input).digest('hex'));
    expect(events.at(-1)?.event).toBe('system-ready');
  });

  it('extends what an application adds after the start', () => {
    const honest = buildEventLog(values, new Set());
    const forged = buildEventLog(values, new Set(['duplicate-compose-hash'] as const));
    expect(forged.events.at(-1)?.event).toBe('compose-hash');
    expect(forged.rtmrs[3]).not.toEqual(honest.rtmrs[3]);
    expect(forged.rtmrs.slice(0, 3)).toEqual(honest.rtmrs.slice(0, 3));
  });
});
