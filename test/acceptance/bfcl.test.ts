/**
 * The Berkeley Function-Calling Leaderboard on recorded outputs: 1,240 questions, three models, verdict and error type of
 * each, through the whole path.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows, readScores, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

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

  it.each(MODELS)(
    '%s: verdict and error type of all 1,240 answers, and the published counts',
    async (model, options) => {
      const scorer = scorerOf({ id: 'bfcl', version: 1, ...options });
      const { samples, report } = await runRecorded({
        name: 'bfcl',
        model,
        scorer: { id: 'bfcl', version: 1, ...options },
        items: itemsOf(model),
      });
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
    },
    60_000,
  );
});
