/**
 * Code execution on real data: 164 real tasks, recorded programs of three models, through the whole path and in the sandbox.
 *
 * Programs are stopped after a twentieth of the steps that the scorer allows by itself: what passes needs at most three
 * fifths of that, and what never ends need not be waited for.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { messageFinder } from '../../src/cli/reach-endpoint.ts';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import { passesTrial } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { isBuilt, warmSandbox } from '../scoring/sandbox/warm.ts';
import { describeRealData } from '../testdata.ts';
import { readScores } from './recorded-data.ts';

const KEY = secretKey('acceptance', new Uint8Array(32).fill(7));

interface Task {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly test: string;
  readonly canonical_solution?: string;
}

interface Output {
  readonly id: string;
  readonly sample: number;
  readonly output: string;
}

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly sample: number;
  readonly passed: boolean;
  readonly result: 'passed' | 'failed' | 'timed out';
}

interface Score {
  readonly model: string;
  readonly metric: string;
  readonly recomputed: number;
  readonly recomputed_count: number;
}

interface Model {
  readonly outputs: string;
  readonly tasks: string;
  readonly repeats: number;
  readonly right: number;
}

// Where the tests were made, requests and bs4 were installed: HumanEval/48 of CodeGen imports both and uses neither.
const PACKAGES = ['bs4', 'requests'];

const MODELS: Readonly<Record<string, Model>> = {
  'reflexion-simple-gpt-4': {
    outputs: 'outputs_reflexion-simple-gpt-4.jsonl',
    tasks: 'HumanEval.jsonl.gz',
    repeats: 1,
    right: 134,
  },
  'reflexion-simple-text-davinci-003': {
    outputs: 'outputs_reflexion-simple-text-davinci-003.jsonl',
    tasks: 'HumanEval.jsonl.gz',
    repeats: 1,
    right: 93,
  },
  'codegen-16B-mono': {
    outputs: 'outputs_codegen-16B-mono.jsonl.gz',
    tasks: 'codegen_prompts.jsonl',
    repeats: 10,
    right: 349,
  },
};

const suiteFile = (items: string, repeats: number): string => `
id: humaneval
version: 1.0.0
title: HumanEval
licence: MIT
source: github.com/openai/human-eval
items: { file: ${JSON.stringify(items)}, id: id, input: [prompt], target: target }
prompt: '{{ prompt }}'
parameters: { max_tokens: 512, temperature: 0, seed: 0 }
repeats: ${repeats}
unscored: { empty: scored }
scorer: { id: python-tests, version: 1, max_steps: 5000000, packages: ${JSON.stringify(PACKAGES)} }
`;

function itemOf({ task_id: id, prompt, test, entry_point, canonical_solution: solution }: Task): object {
  const tests = `${test}\ncheck(${entry_point})`;
  return { id, prompt, target: { prompt, tests, entry_point, ...(solution === undefined ? {} : { solution }) } };
}

describeRealData('HumanEval through the whole path', 'data/humaneval', (data) => {
  let folder: string;
  let sandbox: Sandbox;
  const transcripts = new Map<string, VerifiedTranscript>();

  async function readRows<T>(name: string): Promise<readonly T[]> {
    const bytes = await readFile(join(data, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    return text
      .trim()
      .split('\n')
      .map((line): T => JSON.parse(line));
  }

  async function runModel(name: string, model: Model): Promise<VerifiedTranscript> {
    const items = (await readRows<Task>(model.tasks)).map((task) => `${JSON.stringify(itemOf(task))}\n`);
    await writeFile(join(folder, `${name}.jsonl`), items.join(''));
    await writeFile(join(folder, `${name}.yaml`), suiteFile(`${name}.jsonl`, model.repeats));
    // Repeat r asks with seed r.
    const answers = (await readRows<Output>(model.outputs)).map(
      ({ id, sample, output }) => `${JSON.stringify({ id, seed: sample, output })}\n`,
    );
    await writeFile(join(folder, `${name}.answers.jsonl`), answers.join(''));
    const suite = await loadSuite(join(folder, `${name}.yaml`));
    const config = parseEndpointSpec(`replay:${join(folder, `${name}.answers.jsonl`)}#${name}`);
    const endpoint = await openEndpoint(config, { connections: 16, findMessages: await messageFinder(suite) });
    const runFolder = join(folder, name);
    try {
      await runSuite({
        folder: runFolder,
        suite,
        endpoint,
        sandbox,
        options: { concurrency: 16 },
        runner: { name: 'touchstone', version: '0.0.0', dirty: false, platform: 'test' },
        signer: { kind: 'ed25519', signer: localSigner(KEY) },
      });
    } finally {
      await endpoint.close();
    }
    // Running 1,640 programs once is enough for a test; without them it shows what a verifier says that has no sandbox.
    const again = model.repeats === 1 ? { sandbox } : {};
    const options = { trusted: [KEY.publicKey], keepSamples: true, ...again };
    const verification = await verifyRun(await openSource(runFolder), options);
    if (!verification.verified) throw verification.fault;
    return verification.transcript;
  }

  if (!isBuilt) {
    it.skip('the sandbox is not built: run node scripts/build.mjs', () => {});
    return;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'humaneval-'));
    sandbox = warmSandbox();
    for (const [name, model] of Object.entries(MODELS)) transcripts.set(name, await runModel(name, model));
  }, 240_000);

  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(MODELS))('%s: every verdict as recorded', async (name, { right, repeats }) => {
    const transcript = transcripts.get(name);
    expect(transcript?.metrics[0]?.result).toMatchObject({ num: right, den: 164 * repeats });
    const rows = (await readRows<Expected>('expected.jsonl')).filter(({ model }) => model === name);
    const expected = rows.map(({ id, sample, result }) => `${id} ${sample} ${result}`);
    const ends = transcript?.samples?.map(({ id, repeat, rule }) => {
      const end = rule?.split(':').at(-1);
      return `${id} ${repeat} ${end === 'out-of-steps' ? 'timed out' : end}`;
    });
    expect(ends?.toSorted()).toEqual(expected.toSorted());
  });

  it('counts and pass at 1, 2, 5 and 10 are the recomputed ones, in percent', () => {
    const scores = readScores<Score>(data);
    expect(scores).toHaveLength(6);
    for (const { model, metric, recomputed, recomputed_count } of scores) {
      expect(MODELS[model]?.right).toBe(recomputed_count);
      const [, k = ''] = /^pass@(\d+) %/.exec(metric) ?? [];
      const [mean, ...estimates] = transcripts.get(model)?.metrics ?? [];
      const stated = k === '1' ? mean : estimates.find((estimate) => estimate.function === `pass-at-${k}/1`);
      expect(stated?.status).toBe('recomputed');
      const { num, den, value } = stated?.result ?? {};
      expect(100 * (value === undefined ? Number(num) / Number(den) : Number(value))).toBeCloseTo(recomputed, 3);
    }
  });

  it('the verifier ran every program again where it had a sandbox, and says where it had none', () => {
    for (const [name, { repeats }] of Object.entries(MODELS)) {
      const total = 164 * repeats;
      const isAgain = repeats === 1;
      expect(transcripts.get(name)?.axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
        verdict: isAgain ? 'proven' : 'declared',
        scope: expect.stringContaining(isAgain ? 'scored again' : 'no sandbox'),
        coverage: { checked: isAgain ? total : 0, total },
      });
    }
  });

  it('the report states the scores', async () => {
    await writeReport([...transcripts.values()], join(folder, 'report'));
    const results = await readFile(join(folder, 'report', 'results.csv'), 'utf8');
    for (const [name, { right, repeats }] of Object.entries(MODELS)) {
      const row = results.split('\n').find((line) => line.includes(name)) ?? '';
      expect(row).toContain((right / 164 / repeats).toFixed(6));
    }
  });

  it('all canonical solutions pass', async () => {
    const scorer = findScorer({ id: 'python-tests', version: 1, config: {} });
    if (scorer === null) throw new Error('there is no scorer python-tests@1');
    const targets = (await readRows<Task>('HumanEval.jsonl.gz')).map(
      (task) => (itemOf(task) as { readonly target: Record<string, string> }).target,
    );
    const passed = await Promise.all(targets.map((target) => passesTrial(scorer, target, sandbox)));
    expect(passed).toEqual(targets.map(() => true));
  });
});
