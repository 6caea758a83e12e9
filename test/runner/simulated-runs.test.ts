/** Whole runs against the simulator with the real checks: whatever it does wrong, runner and verifier say the same of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBundle } from '../../src/archive/bundle-source.ts';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { openFolder } from '../../src/archive/folder-source.ts';
import { createAttestationCheck } from '../../src/attestation/check.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../../src/core/evidence-names.ts';
import { openTeeEndpoint } from '../../src/endpoints/tee/open-tee.ts';
import { SIMULATOR_FAULTS, type SimulatorFaultName } from '../../src/endpoints/tee/simulator/faults.ts';
import { startTeeSimulator } from '../../src/endpoints/tee/simulator/server.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import { runSuite, type RunInput } from '../../src/runner/run.ts';
import type { RunOptions } from '../../src/runner/plan-run.ts';
import type { RunSource } from '../../src/transcript/source.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import { answer, MODEL, NOW_MS } from '../endpoints/tee/simulator/serving.ts';
import { temporaryFolder, toyInput, toySuite } from './toy.ts';

const CHECK = createAttestationCheck({ allowSimulated: true });

interface Simulated {
  readonly folder: string;
  /** Run; gives the code with which it was refused, or null. */
  run(more?: Partial<RunInput>): Promise<string | null>;
  verify(source?: RunSource): Promise<Verification>;
}

async function simulated(mode: TeeProvider, faults: readonly SimulatorFaultName[] = [], items = 4): Promise<Simulated> {
  const simulator = await startTeeSimulator({ mode, model: MODEL, answer, clock: () => NOW_MS, tls: true, faults });
  onTestFinished(simulator.close);
  const identity = {
    kind: 'tee',
    name: 'simulated',
    base_url: 'https://127.0.0.1/v1',
    model: MODEL,
    stream: faults.includes('stream-cut'),
    max_tokens_field: 'max_tokens',
    tee: { provider: mode, simulated: true },
  } as const;
  const endpoint = await openTeeEndpoint(identity, {
    baseUrl: simulator.url,
    connections: 4,
    credentials: { apiKey: null, headers: {} },
    ca: simulator.certificate,
    provider: mode,
    companions: {
      collateral: { kind: 'pccs', url: simulator.vendorUrl },
      nras: `${simulator.vendorUrl}/v3/attest/gpu`,
    },
    answerDelaysMs: [1, 1],
  });
  onTestFinished(endpoint.close);
  const temporary = await temporaryFolder();
  onTestFinished(() => temporary.remove());
  const folder = join(temporary.path, 'run');
  const suiteFolder = join(temporary.path, 'suite');
  await mkdir(suiteFolder);
  const suite = await toySuite(suiteFolder, items);
  const environment = { ...systemEnvironment, nowMs: () => NOW_MS };
  return {
    folder,
    async run(more = {}) {
      const input = toyInput({ folder, suite, endpoint, environment, attestation: CHECK, ...more });
      return await runSuite(input).then(
        ({ reason }) => (reason === 'complete' ? null : reason),
        (cause: unknown) => {
          if (!isTouchstoneError(cause)) throw cause;
          return cause.code;
        },
      );
    },
    verify: async (source) => await verifyRun(source ?? (await openFolder(folder)), { attestation: CHECK }),
  };
}

const codeOf = (verification: Verification): string | null => (verification.verified ? null : verification.fault.code);

const one = (requireLevel?: RunOptions['requireLevel']): { readonly options: RunOptions } => ({
  options: { concurrency: 1, ...(requireLevel === undefined ? {} : { requireLevel }) },
});

describe('a run against the simulator', () => {
  it.each(TEE_PROVIDERS)('%s is attested, archived, published and verified', async (mode) => {
    const { folder, run, verify } = await simulated(mode);
    expect(await run({ options: { concurrency: 2, requireLevel: 'L1' } })).toBeNull();
    const bundle = join(folder, '..', 'run.touchstone.jsonl.gz');
    await writeBundle(folder, bundle, { level: 'D3' });
    for (const source of [await openFolder(folder), await openBundle(bundle)]) {
      const verification = await verify(source);
      if (!verification.verified) throw verification.fault;
      const { execution, axes } = verification.transcript;
      expect(execution).toMatchObject({
        level: 'L1',
        suffixes: ['~simulated'],
        simulated: true,
        answers: 4,
        checked: 4,
      });
      expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({ verdict: 'declared' });
      expect(execution?.signers.length).toBe(mode === 'tinfoil' ? 0 : 1);
    }
    // Nobody takes it for more than it is by accident.
    const strict = await verifyRun(await openFolder(folder), {
      attestation: createAttestationCheck({ allowSimulated: false }),
    });
    expect(codeOf(strict)).toBe('ERR_EVIDENCE_SIMULATED');
  });

  it('is refused at its start where the simulator is not allowed', async () => {
    const { run } = await simulated('near-direct');
    const attestation = createAttestationCheck({ allowSimulated: false });
    expect(await run({ attestation })).toBe('ERR_EVIDENCE_SIMULATED');
  });

  // What refuses an attestation is tested beside the checks; here are one of each part, and all that is not refused.
  const parts: readonly SimulatorFaultName[] = [
    'flip-pck',
    'crl-revoking',
    'wrong-nonce',
    'compose-mismatch',
    'gpu-nonce',
  ];
  const bySession = SIMULATOR_FAULTS.filter(
    ({ about, code, name }) => about === 'session' && (code === null || parts.includes(name)),
  );
  it.each(bySession)(
    'with $name in its attestation is refused at its start, or verifies',
    async ({ name, code, modes }) => {
      const { run, verify } = await simulated(modes[0] ?? 'near-direct', [name], 1);
      expect(await run(one())).toBe(code);
      if (code === null) expect(codeOf(await verify())).toBeNull();
    },
  );

  const byAnswer = SIMULATOR_FAULTS.filter(({ about }) => about === 'response');
  it.each(byAnswer)(
    'with $name in its answers fails the verifier if that contradicts one',
    async ({ name, code, modes }) => {
      const { run, verify } = await simulated(modes[0] ?? 'near-direct', [name], 5);
      expect(await run(one())).toBeNull();
      expect(codeOf(await verify())).toBe(code);
    },
  );

  // The acceptance tests try every fault in every mode; here is one mode of each.
  it.each(byAnswer.map((fault) => ({ ...fault, mode: fault.modes.at(-1) ?? 'near-direct' })))(
    'with $name in the answers of $mode leaves out what does not count, if a level is asked for',
    async ({ name, code, mode }) => {
      const { run, verify } = await simulated(mode, [name], 5);
      expect(await run(one('L1'))).toBeNull();
      const verification = await verify();
      if (!verification.verified) throw verification.fault;
      const left = verification.transcript.end?.counts['unscored_unattested'] ?? 0;
      if (code === null) expect(left).toBe(0);
      else expect(left).toBeGreaterThan(0);
    },
  );
});
