/** The main job on real data: 1,319 real items, three recorded models, over HTTP, into three transcripts and one report. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { messageFinder } from '../../src/cli/reach-endpoint.ts';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { describeRealData } from '../testdata.ts';

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
});
