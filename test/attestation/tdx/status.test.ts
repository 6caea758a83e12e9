import { describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../src/attestation/tdx/verify.ts';
import type { VerifiedQuote } from '../../../src/attestation/tdx/verify.ts';
import { AT_MS, BODY, QE, forge, level } from './forge.ts';
import type { Changes, Loose } from './forge.ts';

function verify(changes: Changes): VerifiedQuote {
  const { quote, collateral, roots } = forge(changes);
  return verifyQuote(quote, collateral, { roots, atMs: AT_MS });
}

const platform =
  (status: string): Changes['tcbInfo'] & object =>
  (info) =>
    (info['tcbLevels'] = [level(status, 13, ['OWN-SA-00005'])]);

const oldQe: Changes = { qeReport: (report) => report.set([3], QE.isvSvn) };
const oldModule: Changes = { body: (body) => body.set([5, 1, 3], BODY.teeTcbSvn) };

describe('status of a machine', () => {
  // Intel's convergence table: the status of the platform, and what an old QE or module makes of it.
  it.each([
    ['UpToDate', 'OutOfDate'],
    ['SWHardeningNeeded', 'OutOfDate'],
    ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
    ['OutOfDate', 'OutOfDate'],
    ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
  ])('%s becomes %s with an old QE or module', (status, converged) => {
    const tcbInfo = platform(status);
    expect(verify({ tcbInfo })).toMatchObject({ status, parts: { platform: status, qe: 'UpToDate' } });
    expect(verify({ ...oldQe, tcbInfo })).toMatchObject({ status: converged, parts: { qe: 'OutOfDate' } });
    expect(verify({ ...oldModule, tcbInfo })).toMatchObject({ status: converged, parts: { tdxModule: 'OutOfDate' } });
  });

  it('lists the advisories of every level that was matched once, sorted', () => {
    expect(verify({ ...oldQe, ...oldModule, sgx: { pceSvn: 5 } })).toMatchObject({
      status: 'OutOfDate',
      parts: { qe: 'OutOfDate', tdxModule: 'OutOfDate', platform: 'OutOfDate' },
      advisories: ['OWN-SA-00001', 'OWN-SA-00002', 'OWN-SA-00003', 'OWN-SA-00009'],
    });
  });

  it('of a first-generation module is that of the platform, which compares the version of the module too', () => {
    expect(verify({ body: (body) => body.set([5, 0, 3], BODY.teeTcbSvn) }).status).toBe('UpToDate');
    const older: Changes = { body: (body) => body.set([4, 0, 3], BODY.teeTcbSvn) };
    expect(() => verify(older)).toThrow(expect.objectContaining({ code: 'ERR_TCB_LEVEL' }));
  });

  it('is that of the first level which microcode reaches as well', () => {
    const tcbInfo = (info: Loose): void => {
      const [first, second] = [level('UpToDate', 13), level('SWHardeningNeeded', 13)];
      setTdxSvn(first, 2, 4);
      info['tcbLevels'] = [first, second];
    };
    expect(verify({ tcbInfo }).status).toBe('SWHardeningNeeded');
  });
});

describe('a TD 1.5 quote', () => {
  const launchedOld = (teeTcbSvn2: readonly number[], changes: Changes = {}): VerifiedQuote =>
    verify({
      ...oldModule,
      version: 5,
      td15: { teeTcbSvn2: Uint8Array.from([...teeTcbSvn2, ...new Uint8Array(13)]) },
      ...changes,
    });

  it('verifies like one of TD 1.0 in either version', () => {
    for (const changes of [{ version: 4 }, { version: 5 }, { version: 5, td15: {} }] as const) {
      expect(verify(changes)).toMatchObject({ version: changes.version, status: 'UpToDate' });
    }
  });

  it('advises a relaunch if only the module was old at launch and is not now', () => {
    expect(launchedOld([6, 1, 3])).toMatchObject({ status: 'TDRelaunchAdvised', parts: { tdxModule: 'OutOfDate' } });
    expect(launchedOld([5, 0, 3]).status).toBe('TDRelaunchAdvised');
    const tcbInfo = platform('ConfigurationNeeded');
    expect(launchedOld([6, 1, 3], { tcbInfo }).status).toBe('TDRelaunchAdvisedConfigurationNeeded');
  });

  it('stays out of date if a relaunch would not help', () => {
    expect(launchedOld([5, 1, 3]).status).toBe('OutOfDate');
    expect(launchedOld([6, 1, 2]).status).toBe('OutOfDate');
    expect(launchedOld([4, 0, 3]).status).toBe('OutOfDate');
    expect(launchedOld([6, 1, 3], oldQe).status).toBe('OutOfDate');
    expect(launchedOld([6, 1, 3], { sgx: { pceSvn: 5 } }).status).toBe('OutOfDate');
    expect(verify(oldModule).status).toBe('OutOfDate');
  });

  it('is refused if its present module is unknown', () => {
    expect(() => launchedOld([6, 2, 3])).toThrow(expect.objectContaining({ code: 'ERR_TDX_MODULE' }));
  });
});

describe('what a verified quote says', () => {
  it('is valid while everything that was used is', () => {
    const { window } = verify({
      certificates: { pck: { toMs: AT_MS + 5000 } },
      pckCrl: (list) => ({ ...list, fromMs: AT_MS - 3000 }),
    });
    expect(window).toEqual({ fromMs: AT_MS - 3000, toMs: AT_MS + 5000 });
  });

  it('holds at both ends of its window and not beyond', () => {
    const { quote, collateral, roots } = forge();
    const at = (atMs: number): VerifiedQuote => verifyQuote(quote, collateral, { roots, atMs });
    const { fromMs, toMs } = at(AT_MS).window;
    expect([at(fromMs).window, at(toMs).window]).toEqual([
      { fromMs, toMs },
      { fromMs, toMs },
    ]);
    expect(() => at(fromMs - 1)).toThrow(expect.objectContaining({ name: 'VerificationError' }));
    expect(() => at(toMs + 1)).toThrow(expect.objectContaining({ name: 'VerificationError' }));
  });

  it('names measured values, and the lower of the two evaluation numbers', () => {
    const verified = verify({});
    expect(verified.tcbEvaluationDataNumber).toBe(21);
    expect(verified.measurements).toMatchObject({ mr_td: 'ab'.repeat(48), rtmr3: '0'.repeat(96) });
  });

  it('is simulated if one of the roots that pin its own is', () => {
    const { quote, collateral, roots } = forge();
    const simulated = roots.map((root) => ({ ...root, simulated: true }));
    expect(verifyQuote(quote, collateral, { roots, atMs: AT_MS }).simulated).toBe(false);
    expect(verifyQuote(quote, collateral, { roots: [...roots, ...simulated], atMs: AT_MS }).simulated).toBe(true);
  });
});

function setTdxSvn(held: Loose, index: number, svn: number): void {
  const components = (held['tcb'] as { tdxtcbcomponents: { svn: number }[] }).tdxtcbcomponents;
  components[index] = { svn };
}
