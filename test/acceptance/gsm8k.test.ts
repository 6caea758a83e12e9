/** The main job on real data: 1,319 real items, three recorded models, over HTTP, into three transcripts and one report. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { messageFinder } from '../../src/cli/reach-endpoint.ts';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { compareRuns } from '../../src/reports/comparison/compare-runs.ts';
import { comparedRun } from '../../src/reports/comparison/compared-run.ts';
import type { Comparison } from '../../src/reports/comparison/model.ts';
import { comparisonMarkdown } from '../../src/reports/comparison/markdown.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { describeRealData } from '../testdata.ts';
import { readScores } from './recorded-data.ts';

const MODELS = { 'openai-175b_verification': 742, 'openai-6b_finetuning': 286, 'abel-7b-001': 788 } as const;
type Model = keyof typeof MODELS;

const KEY = secretKey('acceptance', new Uint8Array(32).fill(7));

// One rule for all three, so that they are comparable: the first "####" or "A:" with a number, commas removed.
const suiteFile = (items: string): string => `
id: gsm8k-test
version: 1.0.0
title: GSM8K test split
licence: MIT
source: github.com/openai/grade-school-math
items:
  file: ${JSON.stringify(items)}
  input: [question]
  target: { field: answer, pattern: '#### (.+)$', remove: ',' }
prompt: '{{ question }}'
parameters: { max_tokens: 512, temperature: 0 }
scorer: { id: regex, version: 1, patterns: ['(?:####|A:) (-?[0-9.,]+)'], remove: ',' }
`;

interface Expected {
  readonly id: number;
  readonly model: string;
  readonly correct: boolean;
}

describeRealData('GSM8K through the whole path', 'data/gsm8k', (data) => {
  let folder: string;
  const transcripts = new Map<Model, VerifiedTranscript>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gsm8k-'));
    await writeFile(join(folder, 'suite.yaml'), suiteFile(join(data, 'test.jsonl')));
    const suite = await loadSuite(join(folder, 'suite.yaml'));
    const findMessages = await messageFinder(suite);
    for (const model of Object.keys(MODELS) as Model[]) {
      const config = parseEndpointSpec(`replay:${join(data, `outputs_${model}.jsonl`)}#${model}`);
      const endpoint = await openEndpoint(config, { connections: 16, findMessages });
      const runFolder = join(folder, model);
      try {
        await runSuite({
          folder: runFolder,
          suite,
          endpoint,
          options: { concurrency: 16 },
          runner: { name: 'touchstone', version: '0.0.0', dirty: false, platform: 'test' },
          signer: { kind: 'ed25519', signer: localSigner(KEY) },
        });
      } finally {
        await endpoint.close();
      }
      const verification = await verifyRun(await openSource(runFolder), {
        trusted: [KEY.publicKey],
        keepSamples: true,
      });
      if (!verification.verified) throw verification.fault;
      transcripts.set(model, verification.transcript);
    }
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(MODELS))('%s: %i of 1319, every verdict as recorded', async (model, right) => {
    const transcript = transcripts.get(model as Model);
    expect(transcript?.metrics[0]?.result).toMatchObject({ num: right, den: 1319 });
    const scores = readScores<{ readonly model: string; readonly recomputed_count: number }>(data);
    expect(scores.find((score) => score.model === model)?.recomputed_count).toBe(right);
    const expected = (await readFile(join(data, 'expected.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected)
      .filter((row) => row.model === model)
      .map(({ id, correct }) => [id, correct]);
    const verdicts = transcript?.samples?.map(({ index, score }) => [index, score?.num === 1]) ?? [];
    expect(verdicts.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual(expected);
  });

  it('every answer was scored again, and each run says that it is a replay', () => {
    for (const { axes, plan } of transcripts.values()) {
      expect(axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
        verdict: 'proven',
        coverage: { checked: 1319, total: 1319 },
      });
      expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({ verdict: 'not evaluated' });
      expect(axes.find(({ axis }) => axis === 'execution')?.scope).toContain('replay');
      expect(plan.endpoint.kind).toBe('replay');
    }
  });

  it('the three are comparable, and the report has them side by side', async () => {
    expect(new Set([...transcripts.values()].map(({ rulesDigest }) => rulesDigest)).size).toBe(1);
    expect(new Set([...transcripts.values()].map(({ plan }) => plan.selection.root)).size).toBe(1);
    await writeReport([...transcripts.values()], join(folder, 'report'));
    const results = await readFile(join(folder, 'report', 'results.csv'), 'utf8');
    for (const [model, right] of Object.entries(MODELS)) {
      const row = results.split('\n').find((line) => line.includes(model)) ?? '';
      expect(row).toContain((right / 1319).toFixed(6));
    }
  });

  describe('compared with openai-175b_verification', () => {
    const compare = (): Comparison => {
      const order = ['openai-175b_verification', 'abel-7b-001', 'openai-6b_finetuning'] as const;
      const runs = order.flatMap((model) => transcripts.get(model) ?? []).map((run) => comparedRun(run));
      const model = compareRuns(runs);
      if (!model.comparable) throw new Error('not comparable');
      return model;
    };

    it('every score has its count, and abel-7b-001 the difference that SciPy finds', () => {
      const [suite] = compare().suites;
      expect(suite?.scores.map(({ right, n }) => [right, n])).toEqual([
        [742, 1319],
        [788, 1319],
        [286, 1319],
      ]);
      const pair = suite?.pairs[0];
      expect(pair?.flips).toMatchObject({ gained: 219, lost: 173 });
      // expected.jsonl, SciPy 1.17.1: ttest_rel() gives 0.034875 with the interval 0.005476787 to 0.064273024; R 4.2.2 and SciPy,
      // binom.test(173, 392): p = 0.0229140520572908. Detectable: (1.959964 + 0.841621) × SE 0.014985541 = 0.041983271.
      expect(pair?.difference).toEqual({
        value: '0.034875',
        interval: { low: '0.005477', high: '0.064273', level: '0.95', method: 'paired-t', reason: 'enough' },
        p: { value: '0.0229141', method: 'mcnemar-exact', adjusted: '0.0229141' },
        verdict: 'better',
      });
      expect(pair?.detectable).toBe('0.041983');
      // binom.test(43, 542), doubled by Holm.
      expect(suite?.pairs[1]?.difference).toMatchObject({
        p: { value: '1.65693e-99', adjusted: '3.31387e-99' },
        verdict: 'worse',
      });
    });

    it('a leaderboard over all recorded models renders, without a word of the data', () => {
      const model = compare();
      expect(model.suites[0]?.leaderboard.rows.map(({ name, rank }) => [name, rank.best, rank.worst])).toEqual([
        ['replay:abel-7b-001', 1, 1],
        ['replay:openai-175b_verification', 2, 2],
        ['replay:openai-6b_finetuning', 3, 3],
      ]);
      const text = comparisonMarkdown(model);
      expect(text).toContain('| 1 | replay:abel-7b-001 (replay) | L1 | 788 of 1,319 | 59.7 | 57.1 to 62.4 |');
      expect(text).toContain('| +3.5 | +0.5 to +6.4 | 0.0229 | better | 1,319 | 219 | 173 |');
      // The licence of the data does not allow to pass them on, so items are named by their index.
      expect(text).toMatch(/gained: item \d+, item \d+/);
    });
  });
});
