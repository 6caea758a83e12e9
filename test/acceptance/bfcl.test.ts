/**
 * The Berkeley Function-Calling Leaderboard on recorded outputs: 1,240 questions, three models, verdict and error type of
 * each, through the whole path; those of one model once more as the calls of tools that they were.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import type { Scorer } from '../../src/scoring/scorer.ts';
import { bfcl } from '../../src/suites/benchmarks/bfcl.ts';
import { convert, type Item as PulledItem } from '../suites/benchmarks/pulled.ts';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows, readScores, scorerOf } from './recorded-data.ts';
import { runRecorded, runRecording, type RecordedRun } from './recorded-run.ts';

interface Item {
  readonly id: string;
  readonly category: string;
  readonly question: string;
  readonly function: JsonValue;
}

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly category: string;
  readonly valid: boolean;
  readonly error_type: string | null;
}

interface Score {
  readonly model: string;
  readonly metric: string;
  readonly published_count: number;
}

const MODELS = [
  ['gpt-4-0125-preview', { form: 'python' }],
  ['gpt-4o-2024-05-13-FC', { form: 'tools', underscores: true }],
  ['gorilla-openfunctions-v2', { form: 'python', brackets: 'added' }],
] as const;

describeRealData('BFCL', 'data/bfcl', (data) => {
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const scores = readScores<Score>(data);
  const questions = readLines(join(data, 'items.jsonl')).map((line) => {
    const item: Item = JSON.parse(line);
    // As text, because JSON.parse would read 5.0 as 5.
    const truth = /"ground_truth":(.*)\}$/.exec(line)?.[1] ?? 'null';
    return { ...item, ground_truth: truth };
  });
  const itemsOf = (model: string) => {
    const rows = readRows<{ id: string; output: JsonValue }>(join(data, `outputs_${model}.jsonl`));
    const outputs = new Map(rows.map(({ id, output }) => [id, output]));
    return questions.map(({ id, category, question, function: described, ground_truth }) => {
      const output = outputs.get(id) ?? '';
      return {
        id,
        question,
        tags: [category],
        target: { category, function: described, ground_truth },
        output: typeof output === 'string' ? output : JSON.stringify(output),
      };
    });
  };

  const expectPublished = ({ samples, report }: RecordedRun, model: string, scorer: Scorer): void => {
    const wanted = expected.filter((row) => row.model === model);
    expect(
      samples.map(({ id, score, extracted, target }) => ({
        id,
        valid: score?.num === 1,
        error_type: scorer.explain?.(extracted ?? null, JSON.parse(target ?? 'null')),
      })),
    ).toEqual(wanted.map(({ id, valid, error_type }) => ({ id, valid, error_type })));
    const published = scores.filter((row) => row.model === model);
    expect(published).toHaveLength(5);
    for (const { metric, published_count } of published) {
      const category = metric.split(':')[0] ?? '';
      const right = samples.filter(({ tags, score }) => tags?.includes(category) && score?.num === 1);
      expect([category, right.length]).toEqual([category, published_count]);
    }
    const right = published.reduce((sum, { published_count }) => sum + published_count, 0);
    expect(report.score?.exact).toEqual({ num: right, den: 1240 });
  };

  it.each(MODELS)(
    '%s: verdict and error type of all 1,240 answers, and the published counts',
    async (model, options) => {
      const scorer = scorerOf({ id: 'bfcl', version: 1, ...options });
      const run = await runRecorded({
        name: 'bfcl',
        model,
        scorer: { id: 'bfcl', version: 1, ...options },
        items: itemsOf(model),
      });
      expectPublished(run, model, scorer);
    },
    60_000,
  );

  it('gpt-4o-2024-05-13-FC with tools offered: the same from messages that call them', async () => {
    const model = 'gpt-4o-2024-05-13-FC';
    const lines = readLines(join(data, 'items.jsonl'));
    const files = bfcl.files.map(({ name }) => {
      const category = /test_(\w+)\.json$/.exec(name)?.[1] ?? '';
      return [name, lines.filter((line) => line.includes(`"category":"${category}"`)).join('\n')] as const;
    });
    const { suites, items } = await convert(bfcl, Object.fromEntries(files));
    const suite = suites.get('tools.yaml');
    if (suite === undefined) throw new Error('there is no tools.yaml');
    const recorded = readRows<Output>(join(data, `outputs_${model}.jsonl`));
    const outputs = new Map(recorded.map(({ id, output }) => [id, output]));
    const run = await runRecording(suite, {
      model,
      lines: items.map((item) => lineOf(item, outputs.get(item.id) ?? '')),
    });
    expect(run.transcript.plan.rules.harness).toMatchObject({ id: 'tool-loop', version: 1 });
    expectPublished(run, model, scorerOf({ id: 'bfcl', version: 1, form: 'tools', underscores: true }));
  }, 60_000);
});

interface Output {
  readonly id: string;
  /** Calls, or what was said instead. */
  readonly output: string | readonly Readonly<Record<string, string>>[];
}

/** A recorded output as the response that it was taken from, given only to a request with the tools of the item. */
function lineOf({ id, tools }: PulledItem, output: Output['output']): object {
  const choice = typeof output === 'string' ? said(output) : called(output);
  return { id, when: { tools }, response: { choices: [{ index: 0, ...choice }] } };
}

const said = (content: string): object => ({ message: { role: 'assistant', content }, finish_reason: 'stop' });

const called = (calls: readonly Readonly<Record<string, string>>[]): object => {
  const tool_calls = calls.flatMap(Object.entries<string>).map(([name, args], n) => ({
    id: `call_${n}`,
    type: 'function',
    function: { name, arguments: args },
  }));
  return { message: { role: 'assistant', content: null, tool_calls }, finish_reason: 'tool_calls' };
};
