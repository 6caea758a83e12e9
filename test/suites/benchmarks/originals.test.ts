/**
 * Benchmarks from their original files: as they are in the test data, or made again from it, byte for byte.
 *
 * Where a file was made again, its digest says that it is the original.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import type { Sandbox } from '../../../src/scoring/trial.ts';
import { BBH_TASKS } from '../../../src/suites/benchmarks/bbh-tasks.ts';
import { bbh0Shot } from '../../../src/suites/benchmarks/bbh.ts';
import { bfcl } from '../../../src/suites/benchmarks/bfcl.ts';
import { gsm8k } from '../../../src/suites/benchmarks/gsm8k.ts';
import { humaneval } from '../../../src/suites/benchmarks/humaneval.ts';
import { ifeval } from '../../../src/suites/benchmarks/ifeval.ts';
import { math500 } from '../../../src/suites/benchmarks/math-500.ts';
import { mmluPro } from '../../../src/suites/benchmarks/mmlu-pro.ts';
import { xstest } from '../../../src/suites/benchmarks/xstest.ts';
import { loadSuite, type LoadedSuite } from '../../../src/suites/load.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { pullBenchmark } from '../../../src/suites/pull/pull-benchmark.ts';
import { readLines, readRows } from '../../acceptance/recorded-data.ts';
import { isBuilt, warmSandbox } from '../../scoring/sandbox/warm.ts';
import { describeRealData } from '../../testdata.ts';
import { convert, findingsOf, jsonLines, rowsOf, type Item } from './pulled.ts';
import { pythonJson } from './python-json.ts';

interface Pulled {
  readonly items: readonly Item[];
  readonly suites: ReadonlyMap<string, LoadedSuite>;
}

/** Everything that pulling does, with a folder in place of the publisher. */
async function pullFrom(benchmark: Benchmark, from: string): Promise<Pulled> {
  const folder = join(temporaryFolder(), benchmark.name);
  const { origin, suites } = await pullBenchmark(benchmark, { folder, source: { from } });
  expect(origin.pin).toBe('published');
  expect(suites.map(({ file }) => file)).toEqual(Object.keys(benchmark.suites));
  const loaded = await Promise.all(
    suites.map(async ({ file }) => [file, await loadSuite(join(folder, file))] as const),
  );
  const lines = readFileSync(join(folder, 'items.jsonl'), 'utf8').trim().split('\n');
  return { items: lines.map((line): Item => JSON.parse(line)), suites: new Map(loaded) };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-original-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describeRealData('gsm8k as it was published', 'data/gsm8k', (data) => {
  it('has 1,319 problems, and every right answer is right', async () => {
    const pulled = await pullFrom(gsm8k, data);
    expect(pulled.items).toHaveLength(1319);
    expect(await findingsOf(pulled)).toEqual([]);
  }, 30_000);
});

describeRealData('ifeval as it was published', 'data/ifeval', (data) => {
  it('has 541 prompts with 834 instructions that the scorer knows', async () => {
    const pulled = await pullFrom(ifeval, data);
    expect(pulled.items).toHaveLength(541);
    const counts = pulled.items.map(({ target }) => (target as { kwargs: readonly unknown[] }).kwargs.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(834);
    expect(await findingsOf(pulled)).toEqual([]);
  }, 30_000);
});

describeRealData('humaneval as it was published', 'data/humaneval', (data) => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = warmSandbox();
  });
  afterAll(() => sandbox.close());

  it.skipIf(!isBuilt)(
    'has 164 tasks whose solutions pass',
    async () => {
      const pulled = await pullFrom(humaneval, data);
      expect(pulled.items).toHaveLength(164);
      const [first] = Object.keys(humaneval.suites);
      const suites = new Map([...pulled.suites].filter(([name]) => name === first));
      expect(await findingsOf({ ...pulled, suites }, sandbox)).toEqual([]);
    },
    240_000,
  );
});

describeRealData('bfcl, made again from the test data', 'data/bfcl', (data) => {
  it('has the published digests, 1,240 questions, and accepted calls that the scorer reads', async () => {
    const from = temporaryFolder();
    const lines = readLines(join(data, 'items.jsonl'));
    const names = bfcl.files.map(({ name }) => name);
    for (const name of names) {
      const category = /test_(\w+)\.json$/.exec(name)?.[1] ?? '';
      const isAnswer = name.startsWith('possible_answer_');
      const own = lines.filter((line) => line.includes(`"category":"${category}"`));
      const rows = own.map((line) => pythonJson(isAnswer ? answerOf(line) : questionOf(line)));
      writeFileSync(join(from, name), rows.join('\n'));
    }
    const pulled = await pullFrom(bfcl, from);
    expect(pulled.items).toHaveLength(1240);
    expect(pulled.items.map(({ id }) => id)).toEqual(
      readRows<{ id: string }>(join(data, 'items.jsonl')).map(({ id }) => id),
    );
    expect(await findingsOf(pulled)).toEqual([]);
  }, 30_000);
});

// The test data have id, category, question, function, ground_truth in this order.
const questionOf = (line: string): string =>
  line.replace(/"category":"\w+",/, '').replace(/,"ground_truth":.*\}$/s, '}');
const answerOf = (line: string): string => line.replace(/^(\{"id":"\w+",).*("ground_truth":.*\})$/s, '$1$2');

interface Example {
  readonly input: string;
  readonly target: string;
}

describeRealData('14 tasks of bbh, made again from the test data', 'data/bbh', (data) => {
  const examples = new Map<string, Example[]>();
  for (const { id, input, target } of readRows<Example & { id: string }>(join(data, 'items.jsonl'))) {
    const [task = ''] = id.split('/', 1);
    examples.set(task, [...(examples.get(task) ?? []), { input, target }]);
  }
  const canary = /"(BENCHMARK DATA SHOULD NEVER .*?)"/.exec(readFileSync(join(data, 'README.md'), 'utf8'))?.[1];
  const textOf = (task: string): string =>
    pythonJson(JSON.stringify({ canary, examples: examples.get(task) ?? [{ input: task, target: 'made up' }] }));

  it('have the published digests', () => {
    const own = BBH_TASKS.filter(({ name }) => examples.has(name));
    expect(own).toHaveLength(14);
    expect(own.map(({ name }) => digest(textOf(name)))).toEqual(own.map(({ sha256 }) => sha256));
  });

  it('convert to the recorded items, whose right answers are right', async () => {
    const made = await convert(
      bbh0Shot,
      Object.fromEntries(BBH_TASKS.map(({ name }) => [`${name}.json`, textOf(name)])),
    );
    const own = made.items.filter(({ tags }) => examples.has(tags[0] ?? ''));
    const recorded = readRows<Example & { id: string }>(join(data, 'items.jsonl'));
    expect(own.map(({ id, question, target }) => [id, question, target])).toEqual(
      recorded.map(({ id, input, target }) => [id, input, target]),
    );
    // Four questions stand twice in the tasks, two of them with another answer.
    const flaws = ['conflicting-targets 2', 'duplicate-input 4', 'target-in-prompt 8'];
    const expected = ['suite.yaml', 'direct.yaml'].flatMap((file) => flaws.map((flaw) => `${file} warning ${flaw}`));
    expect(await findingsOf(made)).toEqual(expected);
  }, 30_000);
});

describeRealData('the items of the MMLU-Pro test part', 'data/mmlu_pro', (data) => {
  interface Recorded {
    readonly id: number;
    readonly category: string;
    readonly question: string;
    readonly options: readonly string[];
    readonly answer: string;
  }
  it('convert from rows of the documented form', async () => {
    const recorded = readRows<Recorded>(join(data, 'items.jsonl.gz'));
    const test = recorded.map(({ id, ...row }) => ({
      ...row,
      question_id: id,
      answer_index: 'ABCDEFGHIJ'.indexOf(row.answer),
    }));
    const categories = [...new Set(recorded.map(({ category }) => category))];
    const validation = categories.map((category) => ({
      category,
      question: 'Q',
      options: ['a', 'b'],
      cot_content: 'A: a',
    }));
    const rows = await rowsOf(mmluPro, { 'mmlu-pro-test.parquet': test, 'mmlu-pro-validation.parquet': validation });
    expect(rows.map(({ id, target }) => [id, target])).toEqual(
      recorded.map(({ id, answer, options }) => [`${id}`, { answer, options: options.length }]),
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(12_032);
  });
});

describeRealData('the prompts of XSTest', 'data/xstest', (data) => {
  it('convert from rows of the documented form, 250 safe and 200 unsafe', async () => {
    interface Recorded {
      readonly id: string;
      readonly prompt: string;
      readonly type: string;
      readonly label: string;
    }
    const recorded = readRows<Recorded>(join(data, 'items.jsonl'));
    const rows = recorded.map(({ id, ...row }) => ({ ...row, id: id.replace('v2-', '') }));
    const made = await convert(xstest, { 'xstest_prompts.csv': rows });
    expect(made.items.map(({ id }) => id)).toEqual(recorded.map(({ id }) => id));
    expect(made.items.filter(({ target }) => target === 'safe')).toHaveLength(250);
    // The label is a tag on purpose: figures are published for each.
    expect(await findingsOf(made)).toEqual(['suite.yaml warning target-in-tag 450']);
  });
});

describeRealData('50 problems of MATH', 'data/math_equiv', (data) => {
  it('convert from rows of the documented form, and every right answer is right', async () => {
    const recorded = readRows<{ id: number; question: string; gold: string }>(join(data, 'items.jsonl'));
    const rows = recorded.map(({ id, question, gold }) => ({
      problem: question,
      solution: 'unused',
      answer: gold,
      subject: 'Algebra',
      level: 1,
      unique_id: `test/${id}.json`,
    }));
    const made = await convert(math500, { 'test.jsonl': jsonLines(rows) });
    expect(made.items).toHaveLength(50);
    expect(await findingsOf(made)).toEqual([]);
  });
});
