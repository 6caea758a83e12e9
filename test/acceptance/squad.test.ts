/** SQuAD on recorded predictions: 612 questions, two systems, both measures; one run through the whole path. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, scored, scorerOf } from './recorded-data.ts';
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

describeRealData('SQuAD', 'data/squad_f1', (data) => {
  const questions = readRows<{ id: string; question: string; answers: string[] }>(join(data, 'items.jsonl'));
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const scores: readonly Score[] = JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));
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

  it.each(MODELS)('%s: F1 and exact match of every answer, and their means', (model) => {
    for (const [score, column, metric] of [
      ['f1', 'f1', 'token F1'],
      ['exact', 'em', 'exact match'],
    ] as const) {
      const scorer = scorerOf({ id: 'squad', version: 1, score });
      const values = itemsOf(model).map(({ id, output, target }) => {
        const { num, den } = scored(scorer, output, target);
        return { id, value: num / den };
      });
      const wanted = expected.filter((row) => row.model === model);
      expect(values).toEqual(wanted.map((row) => ({ id: row.id, value: expect.closeTo(row[column], 6) })));
      const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
      const row = scores.find((entry) => entry.model === model && entry.metric.startsWith(metric));
      expect(100 * mean).toBeCloseTo(row?.recomputed ?? 0, 6);
    }
  });

  it('a run has the recorded F1 on every question, and the mean', async () => {
    const { transcript, samples } = await runRecorded({
      name: 'squad',
      model: 'bert-ensemble',
      scorer: { id: 'squad', version: 1 },
      items: itemsOf('bert-ensemble'),
    });
    const wanted = expected.filter(({ model }) => model === 'bert-ensemble');
    expect(samples.map(({ id, score }) => [id, (score?.num ?? 0) / (score?.den ?? 1)])).toEqual(
      wanted.map(({ id, f1 }) => [id, expect.closeTo(f1, 6)]),
    );
    expect(Number(transcript.metrics[0]?.result['value'])).toBeCloseTo(0.840955, 6);
  });
});
