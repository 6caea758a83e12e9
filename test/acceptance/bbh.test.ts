/** BIG-Bench Hard on recorded answers: 14 tasks in both modes through the whole path. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, readScores } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Item {
  readonly id: string;
  readonly input: string;
  readonly target: string;
}

interface Expected {
  readonly id: string;
  readonly mode: string;
  readonly extracted: string;
  readonly correct: boolean;
}

interface Score {
  readonly model: string;
  readonly task: string;
  readonly published: number;
  readonly recomputed_count: number;
}

const MODEL = 'code-davinci-002';

describeRealData('BIG-Bench Hard', 'data/bbh', (data) => {
  const items = readRows<Item>(join(data, 'items.jsonl'));
  const outputs = readRows<{ id: string; mode: string; output: string }>(join(data, `outputs_${MODEL}.jsonl.gz`));
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const scores = readScores<Score>(data);
  const taskOf = (id: string): string => id.split('/')[0] ?? '';

  it.each(['direct', 'cot'])(
    '%s: 3,333 answers extracted and judged as recorded, every published accuracy of 14 tasks',
    async (mode) => {
      const answers = new Map(outputs.filter((row) => row.mode === mode).map(({ id, output }) => [id, output]));
      const { samples, report } = await runRecorded({
        name: 'bbh',
        model: MODEL,
        scorer: { id: 'bbh', version: 1, mode },
        items: items.map(({ id, input, target }) => ({
          id,
          question: input,
          target,
          tags: [taskOf(id)],
          output: answers.get(id) ?? '',
        })),
      });
      expect(samples.map(({ id, extracted, score }) => ({ id, mode, extracted, correct: score?.num === 1 }))).toEqual(
        expected.filter((row) => row.mode === mode),
      );
      const published = scores.filter(({ model }) => model === `${MODEL} ${mode}`);
      expect(published).toHaveLength(14);
      const right = published.reduce((sum, { recomputed_count }) => sum + recomputed_count, 0);
      expect(report.score?.exact).toEqual({ num: right, den: 3333 });
      for (const { task, published: accuracy, recomputed_count } of published) {
        const part = samples.filter(({ tags }) => tags?.includes(task));
        const rightOfTask = part.filter(({ score }) => score?.num === 1).length;
        expect([task, rightOfTask]).toEqual([task, recomputed_count]);
        expect((100 * rightOfTask) / part.length).toBeCloseTo(accuracy, 10);
      }
    },
    60_000,
  );
});
