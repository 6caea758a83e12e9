/** SQuAD on recorded predictions: 612 questions, two systems, both measures, through the whole path. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, readScores } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly em: number;
  readonly f1: number;
}

interface Score {
  readonly model: string;
  readonly metric: string;
  readonly recomputed: number;
}

const MODELS = ['bert-ensemble', 'logistic-regression-baseline'];

const MEASURES = [
  ['f1', 'f1', 'token F1'],
  ['exact', 'em', 'exact match'],
] as const;

describeRealData('SQuAD', 'data/squad_f1', (data) => {
  const questions = readRows<{ id: string; question: string; answers: string[] }>(join(data, 'items.jsonl'));
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const scores = readScores<Score>(data);
  const itemsOf = (model: string) => {
    const rows = readRows<{ id: string; output: string }>(join(data, `outputs_${model}.jsonl`));
    const outputs = new Map(rows.map(({ id, output }) => [id, output]));
    return questions.map(({ id, question, answers }) => ({
      id,
      question,
      target: answers,
      output: outputs.get(id) ?? '',
    }));
  };

  it.each(MODELS.flatMap((model) => MEASURES.map((measure) => [model, ...measure] as const)))(
    '%s: %s of every answer, and the mean',
    async (model, score, column, metric) => {
      const { samples, report } = await runRecorded({
        name: 'squad',
        model,
        scorer: { id: 'squad', version: 1, score },
        items: itemsOf(model),
      });
      const wanted = expected.filter((row) => row.model === model);
      expect(samples.map((sample) => [sample.id, (sample.score?.num ?? 0) / (sample.score?.den ?? 1)])).toEqual(
        wanted.map((row) => [row.id, expect.closeTo(row[column], 6)]),
      );
      const row = scores.find((entry) => entry.model === model && entry.metric.startsWith(metric));
      expect(report.score?.n).toBe(612);
      expect(100 * Number(report.score?.value)).toBeCloseTo(row?.recomputed ?? 0, 3);
    },
  );
});
