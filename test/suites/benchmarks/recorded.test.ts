/** Published figures from recorded answers, by items and scorers of the benchmarks as they are pulled. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/canonical-json.ts';
import type { ScorerSection } from '../../../src/suites/suite-file.ts';
import { BBH_TASKS } from '../../../src/suites/benchmarks/bbh-tasks.ts';
import { bbh, bbh0Shot } from '../../../src/suites/benchmarks/bbh.ts';
import { bfcl } from '../../../src/suites/benchmarks/bfcl.ts';
import { gsm8k } from '../../../src/suites/benchmarks/gsm8k.ts';
import { ifeval } from '../../../src/suites/benchmarks/ifeval.ts';
import { mmluPro } from '../../../src/suites/benchmarks/mmlu-pro.ts';
import { xstest } from '../../../src/suites/benchmarks/xstest.ts';
import type { Benchmark, ConvertedRow } from '../../../src/suites/pull/benchmark.ts';
import { readLines, readRows, readScores, scored, scorerOf } from '../../acceptance/recorded-data.ts';
import { describeRealData } from '../../testdata.ts';
import { readFileSync } from 'node:fs';
import { rowsOf } from './pulled.ts';

function scorerSection(benchmark: Benchmark, suite: string): ScorerSection {
  const outline = benchmark.suites[suite];
  if (outline === undefined) throw new Error(`there is no ${suite}`);
  return outline.scorer;
}

/** Sum of the scores of recorded answers, over the items that have one. */
function total(
  section: ScorerSection,
  rows: readonly ConvertedRow[],
  answers: ReadonlyMap<string, string>,
): { readonly score: number; readonly items: number } {
  const scorer = scorerOf(section);
  const own = rows.filter(({ id }) => answers.has(id));
  const score = own
    .map(({ id, target }) => scored(scorer, answers.get(id) ?? '', target))
    .reduce((sum, { num, den }) => sum + num / den, 0);
  return { score, items: own.length };
}

interface Output {
  readonly id: string | number;
  readonly output: JsonValue;
}

function answersIn(path: string, idOf: (row: Output) => string = ({ id }) => `${id}`): ReadonlyMap<string, string> {
  const textOf = (output: JsonValue): string => (typeof output === 'string' ? output : JSON.stringify(output));
  return new Map(readRows<Output>(path).map((row) => [idOf(row), textOf(row.output)]));
}

describeRealData('gsm8k', 'data/gsm8k', (data) => {
  it.each([
    ['openai-175b_verification', 742],
    ['openai-6b_finetuning', 286],
    ['abel-7b-001', 788],
  ])('%s: %i of 1,319', async (model, right) => {
    const rows = await rowsOf(gsm8k, { 'test.jsonl': readFileSync(join(data, 'test.jsonl')) });
    const answers = answersIn(join(data, `outputs_${model}.jsonl`));
    const found = total(scorerSection(gsm8k, 'question.yaml'), rows, answers);
    expect(found).toEqual({ score: right, items: 1319 });
  });
});

describeRealData('ifeval', 'data/ifeval', (data) => {
  it.each([
    ['suite.yaml', 417],
    ['loose.yaml', 431],
  ])('%s: %i of 541 prompts', async (suite, right) => {
    const rows = await rowsOf(ifeval, { 'input_data.jsonl': readFileSync(join(data, 'input_data.jsonl')) });
    const answers = answersIn(join(data, 'outputs_gpt-4.jsonl'));
    expect(total(scorerSection(ifeval, suite), rows, answers)).toEqual({ score: right, items: 541 });
  });
});

describeRealData('mmlu-pro', 'data/mmlu_pro', (data) => {
  it('6,302 right by the second rule, 52.726 % by the first with guessing', async () => {
    const recorded = readRows<{ id: number; category: string; answer: string }>(join(data, 'items.jsonl.gz'));
    const test = recorded.map((row) => ({
      ...row,
      question_id: row.id,
      answer_index: 'ABCDEFGHIJ'.indexOf(row.answer),
    }));
    const validation = recorded.map(({ category }) => ({ category, question: '', options: ['a'], cot_content: '' }));
    const examples = [...new Map(validation.map((row) => [row.category, row])).values()];
    const rows = await rowsOf(mmluPro, { 'mmlu-pro-test.parquet': test, 'mmlu-pro-validation.parquet': examples });
    const answers = answersIn(join(data, 'outputs_Meta-Llama-3-70B.jsonl.gz'));
    expect(total(scorerSection(mmluPro, 'suite.yaml'), rows, answers)).toEqual({ score: 6302, items: 12_032 });
    const { score, items } = total(scorerSection(mmluPro, 'l1.yaml'), rows, answers);
    expect(((100 * score) / items).toFixed(3)).toBe('52.726');
  });
});

describeRealData('bbh', 'data/bbh', (data) => {
  interface Score {
    readonly model: string;
    readonly metric: string;
    readonly published: number;
  }
  it.each([
    ['cot', 'suite.yaml'],
    ['direct', 'direct.yaml'],
  ])('14 tasks, %s: every published accuracy', async (mode, suite) => {
    const items = readRows<{ id: string; input: string; target: string }>(join(data, 'items.jsonl'));
    const files = BBH_TASKS.map(({ name }) => {
      const examples = items
        .filter(({ id }) => id.startsWith(`${name}/`))
        .map(({ input, target }) => ({ input, target }));
      return [`${name}.json`, JSON.stringify({ examples })] as const;
    });
    const rows = await rowsOf(bbh0Shot, Object.fromEntries(files));
    const outputs = readRows<{ id: string; mode: string; output: string }>(
      join(data, 'outputs_code-davinci-002.jsonl.gz'),
    );
    const answers = new Map(outputs.filter((row) => row.mode === mode).map((row) => [row.id, row.output]));
    const scores = readScores<Score>(data).filter(({ model }) => model.endsWith(mode));
    expect(scores).toHaveLength(14);
    for (const { metric, published } of scores) {
      const [task = ''] = metric.split(':', 1);
      const own = rows.filter(({ tags }) => tags?.[0] === task);
      const { score, items: size } = total(scorerSection(bbh, suite), own, answers);
      expect((100 * score) / size).toBeCloseTo(published, 9);
    }
  });
});

describeRealData('xstest', 'data/xstest', (data) => {
  it.each([
    ['gpt4', 86.8, 96],
    ['llama2orig', 51.6, 98],
  ])('%s: %s of 100 safe prompts answered, %s of 100 unsafe ones refused', async (model, safe, unsafe) => {
    const recorded = readRows<{ id: string }>(join(data, 'items.jsonl'));
    const prompts = recorded.map(({ id, ...row }) => ({ ...row, id: id.replace('v2-', '') }));
    const rows = await rowsOf(xstest, { 'xstest_prompts.csv': prompts });
    const answers = answersIn(join(data, `outputs_${model}.jsonl`));
    const share = (label: string): number => {
      const own = rows.filter(({ target }) => target === label);
      const { score, items } = total(scorerSection(xstest, 'suite.yaml'), own, answers);
      return (100 * score) / items;
    };
    expect([share('safe'), share('unsafe')]).toEqual([expect.closeTo(safe, 9), expect.closeTo(unsafe, 9)]);
  });
});

describeRealData('bfcl', 'data/bfcl', (data) => {
  it('gpt-4-0125-preview: every published count of the five categories', async () => {
    const lines = readLines(join(data, 'items.jsonl'));
    const files: Record<string, string> = {};
    for (const { name } of bfcl.files) {
      const category = /test_(\w+)\.json$/.exec(name)?.[1] ?? '';
      files[name] = lines.filter((line) => line.includes(`"category":"${category}"`)).join('\n');
    }
    const rows = await rowsOf(bfcl, files);
    const answers = answersIn(join(data, 'outputs_gpt-4-0125-preview.jsonl'));
    const counts = ['simple', 'multiple_function', 'parallel_function', 'parallel_multiple_function', 'relevance'].map(
      (category) => {
        const own = rows.filter(({ tags }) => tags?.[0] === category);
        return total(scorerSection(bfcl, 'strict.yaml'), own, answers).score;
      },
    );
    expect(counts).toEqual([382, 190, 180, 186, 164]);
  });
});
