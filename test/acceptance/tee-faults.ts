/**
 * What every fault of the simulator comes to, from the request to the verdict.
 *
 * One file of tests for each provider calls this, so that they run side by side.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerificationCode } from '../../src/core/errors.ts';
import type { TeeProvider } from '../../src/core/evidence-names.ts';
import { SIMULATOR_FAULTS, type SimulatorFault } from '../../src/endpoints/tee/simulator/faults.ts';
import type { Verification } from '../../src/verifier/verify.ts';
import {
  AS_VENDOR,
  codeOf,
  LAX,
  openBench,
  transcriptOf,
  verifyFolder,
  type RunChoice,
  type TeeBench,
} from './tee-runs.ts';

/** Faults that show in streams only. */
const STREAMED: readonly string[] = ['stream-cut'];

/** Faults that show when keys have changed, so that they need answers before and after. */
const ROTATING: readonly string[] = ['key-rotated', 'key-unattested'];

/** Tests of every fault that a provider can have. */
export function describeFaults(provider: TeeProvider): void {
  const faults = SIMULATOR_FAULTS.filter(({ modes }) => modes.includes(provider));
  const refused = faults.filter(({ code, name }) => code !== null && !ROTATING.includes(name));
  const bySession = refused.filter(({ about, name }) => about === 'session' && !isRefusedByProvider(name, provider));
  const byAnswer = refused.filter(({ about }) => about === 'response');
  let bench: TeeBench;
  beforeAll(async () => {
    bench = await openBench(provider);
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  describe(`${provider}: a fault of the attestation`, () => {
    it.each(bySession)('$name keeps the run from starting, and its evidence is refused: $code', async (fault) => {
      const folder = bench.folder();
      const code = codeAt(fault, provider);
      await expect(bench.run(folder, choiceOf(fault))).rejects.toMatchObject({ code });
      // What was fetched is on the disk, and nobody accepts it later.
      expect(codeOf(await verifyFolder(folder))).toBe(code);
    });

    it.each(bySession.filter((fault) => isTurnOf(fault, provider)))(
      '$name is found by a verifier where the runner did not look: $code',
      async (fault) => {
        const folder = bench.folder();
        const { reason } = await bench.run(folder, { ...choiceOf(fault), attestation: LAX });
        expect(reason).toBe('complete');
        const verification = await verifyFolder(folder);
        expect(codeOf(verification)).toBe(codeAt(fault, provider));
        expect(failedAxes(verification)).toEqual(['execution']);
      },
    );
  });

  if (provider === 'near-gateway') {
    it('an alias is refused by the gateway itself, because it is asked for none', async () => {
      const refused = bench.run(bench.folder(), { faults: ['model-alias'], single: true });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_ATTESTATION', status: 400 });
    });
  }

  if (byAnswer.length === 0) return;
  describe(`${provider}: a fault of answers`, () => {
    it.each(byAnswer)('$name is recorded, and the run is not verified: $code', async (fault) => {
      const folder = bench.folder();
      expect(await bench.run(folder, choiceOf(fault))).toMatchObject({ reason: 'complete' });
      expect(codeOf(await verifyFolder(folder))).toBe(fault.code);
      expect(codeOf(await verifyFolder(folder, AS_VENDOR))).toBe(fault.code);
    });

    it.each(byAnswer)('$name leaves no answer that counts where a level is required', async (fault) => {
      const folder = bench.folder();
      await bench.run(folder, { ...choiceOf(fault), attestation: AS_VENDOR, requireLevel: 'L3' });
      const { samples, execution } = await transcriptOf(folder);
      expect(samples?.map(({ unscored }) => unscored)).toEqual(['unattested']);
      expect(execution).toMatchObject({ answers: 0, level: 'L0' });
    });
  });
}

function choiceOf({ name }: SimulatorFault): RunChoice {
  return { faults: [name], stream: STREAMED.includes(name), single: true };
}

function isRefusedByProvider(name: string, provider: TeeProvider): boolean {
  return name === 'model-alias' && provider === 'near-gateway';
}

/** An ACI statement holds the nonce only inside the digest of all of it, so that nobody can say which part differs. */
function codeAt({ name, code }: SimulatorFault, provider: TeeProvider): VerificationCode | null {
  return name === 'wrong-nonce' && provider === 'aci' ? 'ERR_REPORT_DATA' : code;
}

function failedAxes(verification: Verification): readonly string[] {
  const axes = verification.verified ? verification.transcript.axes : verification.axes;
  return axes.filter(({ verdict }) => verdict === 'failed').map(({ axis }) => axis);
}

/** Each fault is tried in one provider, so that they share the work. */
function isTurnOf({ name, modes }: SimulatorFault, provider: TeeProvider): boolean {
  return modes[name.length % modes.length] === provider;
}
