/** Runs whose answers are programs, with a sandbox that runs nothing: how they end is said by the test. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { UsageError } from '../../src/core/errors.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { Sandbox, Trial, TrialEnd } from '../../src/scoring/trial.ts';
import { loadSuite, type LoadedSuite } from '../../src/suites/load.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import { fakeEndpoint } from './fake-endpoint.ts';
import { temporaryFolder, toyInput } from './toy.ts';

const SIZE = 12;

/** A suite of answers that are programs; the endpoint answers with the number in the question. */
async function programSuite(folder: string): Promise<LoadedSuite> {
  const rows = Array.from({ length: SIZE }, (_, n) => ({ n, target: { prompt: 'x = ', tests: `assert x == ${n}` } }));
  await writeFile(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const yaml = [
    'id: programs',
    'version: 1.0.0',
    'title: Say a number in Python',
    'licence: CC0-1.0',
    'items: { file: items.jsonl, input: [n], target: target }',
    "prompt: 'say {{ n }}'",
    'scorer: { id: python-tests, version: 1, max_steps: 1000 }',
  ];
  await writeFile(join(folder, 'suite.yaml'), `${yaml.join('\n')}\n`);
  return await loadSuite(join(folder, 'suite.yaml'));
}

interface FakeSandbox extends Sandbox {
  readonly trials: Trial[];
}

// Later programs end first, so that order shows.
function fakeSandbox(endOf: (source: string, time: number) => TrialEnd): FakeSandbox {
  const trials: Trial[] = [];
  return {
    trials,
    ready: () => Promise.resolve(),
    async run(trial) {
      trials.push(trial);
      const waits = Math.max(1, 30 - trials.length);
      await new Promise((resolve) => void setTimeout(resolve, waits));
      return endOf(trial.source, trials.length);
    },
    evaluate: () => Promise.resolve({ end: 'failed', output: null }),
    close: () => Promise.resolve(),
  };
}

const isEven = (source: string): TrialEnd => (Number(/x = (\d+)/.exec(source)?.[1]) % 2 === 0 ? 'passed' : 'failed');

describe('a suite whose answers are programs', () => {
  const folders: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((remove) => remove()));
  });

  async function setUp(): Promise<{ readonly folder: string; readonly suite: LoadedSuite }> {
    const { path, remove } = await temporaryFolder();
    folders.push(remove);
    return { folder: join(path, 'run'), suite: await programSuite(path) };
  }

  async function run(endOf: (source: string, time: number) => TrialEnd): Promise<string> {
    const { folder, suite } = await setUp();
    await runSuite(toyInput({ folder, suite, endpoint: fakeEndpoint(), sandbox: fakeSandbox(endOf) }));
    return folder;
  }

  async function verify(folder: string, sandbox?: Sandbox): Promise<Verification> {
    const options = sandbox === undefined ? {} : { sandbox };
    return await verifyRun(await openSource(folder), { keepSamples: true, ...options });
  }

  it('refuses before the first request if there is no sandbox, and leaves no folder behind', async () => {
    const { folder, suite } = await setUp();
    const endpoint = fakeEndpoint();
    await expect(runSuite(toyInput({ folder, suite, endpoint }))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SANDBOX' }),
    );
    const broken: Sandbox = {
      ...fakeSandbox(isEven),
      ready: () => Promise.reject(new UsageError('ERR_SANDBOX', 'cannot run')),
    };
    await expect(runSuite(toyInput({ folder, suite, endpoint, sandbox: broken }))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SANDBOX' }),
    );
    expect(endpoint.sent).toEqual([]);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it('records how each program ended, and a verifier runs them all again', async () => {
    const folder = await run(isEven);
    const sandbox = fakeSandbox(isEven);
    const verification = await verify(folder, sandbox);
    if (!verification.verified) throw verification.fault;
    const { metrics, samples, axes } = verification.transcript;
    expect(metrics[0]?.result).toMatchObject({ num: SIZE / 2, den: SIZE });
    // In the order of their records, although the programs end in another.
    const recorded = (await readFile(join(folder, 'records.jsonl'), 'utf8')).matchAll(/"index":(\d+),"k":"score"/g);
    expect(samples?.map(({ index }) => index)).toEqual([...recorded].map(([, index]) => Number(index)));
    expect(new Set(samples?.map(({ rule }) => rule))).toEqual(new Set(['whole:passed', 'whole:failed']));
    expect(sandbox.trials.map(({ source }) => source).toSorted()).toEqual(
      Array.from({ length: SIZE }, (_, n) => `x = ${n}\nassert x == ${n}`).toSorted(),
    );
    expect(sandbox.trials[0]).toMatchObject({ language: 'python', maxSteps: 1000, setUp: '' });
    expect(axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
      verdict: 'proven',
      coverage: { checked: SIZE, total: SIZE },
    });
  });

  it('is not scored again where there is no sandbox, and says so', async () => {
    const folder = await run(isEven);
    const absent: Sandbox = {
      ...fakeSandbox(isEven),
      ready: () => Promise.reject(new UsageError('ERR_SANDBOX', 'cannot run')),
    };
    for (const verification of [await verify(folder), await verify(folder, absent)]) {
      if (!verification.verified) throw verification.fault;
      const scoring = verification.transcript.axes.find(({ axis }) => axis === 'scoring');
      expect(scoring).toMatchObject({ verdict: 'declared', coverage: { checked: 0, total: SIZE } });
      expect(scoring?.scope).toContain('not scored again here');
      expect(verification.transcript.samples?.some(({ rescored }) => rescored)).toBe(false);
    }
  });

  it('does not verify if a program ends otherwise', async () => {
    const folder = await run(isEven);
    const verification = await verify(
      folder,
      fakeSandbox((source) => (source.startsWith('x = 7\n') ? 'passed' : isEven(source))),
    );
    expect(verification).toMatchObject({ verified: false, fault: { code: 'ERR_SCORE_EXTRACTED' } });
  });

  it.each(['timed-out', 'crashed'] as const)('%s here or there is no contradiction, and not proven', async (end) => {
    const oneEnds = (source: string): TrialEnd => (source.startsWith('x = 4\n') ? end : isEven(source));
    for (const [there, here] of [
      [isEven, oneEnds],
      [oneEnds, isEven],
    ] as const) {
      const verification = await verify(await run(there), fakeSandbox(here));
      if (!verification.verified) throw verification.fault;
      expect(verification.transcript.axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
        verdict: 'proven',
        coverage: { checked: SIZE - 1, total: SIZE },
      });
      expect(verification.transcript.samples?.filter(({ rescored }) => !rescored)).toHaveLength(1);
    }
    // On both sides it is a wrong answer like any other.
    const agreed = await verify(await run(oneEnds), fakeSandbox(oneEnds));
    expect(agreed).toMatchObject({ verified: true, transcript: { metrics: [{ result: { num: SIZE / 2 - 1 } }] } });
  });

  it('ends a run whose sandbox is lost, and a resume judges what was answered', async () => {
    const { folder, suite } = await setUp();
    const { resumeRun } = await import('../../src/runner/resume.ts');
    const endpoint = fakeEndpoint();
    const lost: Sandbox = {
      ...fakeSandbox(isEven),
      run: () => Promise.reject(new UsageError('ERR_SANDBOX', 'cannot run')),
    };
    const input = toyInput({ folder, suite, endpoint, sandbox: lost, options: { concurrency: 2 } });
    await expect(runSuite(input)).rejects.toThrow(expect.objectContaining({ code: 'ERR_SANDBOX' }));
    const asked = endpoint.sent.length;
    expect(await readFile(join(folder, 'records.jsonl'), 'utf8')).not.toContain('"k":"score"');
    const { options: _options, ...rest } = input;
    const end = await resumeRun({ ...rest, sandbox: fakeSandbox(isEven) });
    expect(end.reason).toBe('complete');
    // Nothing that was answered is asked again.
    expect(endpoint.sent).toHaveLength(SIZE);
    expect(asked).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
  });
});
