/** BIG-Bench Hard on recorded answers: 14 tasks in both modes through the whole path. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, scored, scorerOf } from './recorded-data.ts';
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
  const scores: readonly Score[] = JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));
  const taskOf = (id: string): string => id.split('/')[0] ?? '';

  it.each(['direct', 'cot'])('%s: every answer extracted and judged as recorded', (mode) => {
    const scorer = scorerOf({ id: 'bbh', version: 1, mode });
    const targets = new Map(items.map(({ id, target }) => [id, target]));
    const results = outputs
      .filter((row) => row.mode === mode)
      .map(({ id, output }) => ({ id, ...scored(scorer, output, targets.get(id) ?? '') }));
    expect(results.map(({ id, extracted, num }) => ({ id, mode, extracted, correct: num === 1 }))).toEqual(
      expected.filter((row) => row.mode === mode),
    );
  });

  it.each(['direct', 'cot'])(
    '%s: every published accuracy of 14 tasks, through the whole path',
    async (mode) => {
      const answers = new Map(outputs.filter((row) => row.mode === mode).map(({ id, output }) => [id, output]));
      const { samples } = await runRecorded({
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
      expect(samples).toHaveLength(3333);
      for (const { task, published, recomputed_count } of scores.filter(({ model }) => model === `${MODEL} ${mode}`)) {
        const part = samples.filter(({ tags }) => tags?.includes(task));
        const right = part.filter(({ score }) => score?.num === 1).length;
        expect([task, right]).toEqual([task, recomputed_count]);
        expect((100 * right) / part.length).toBeCloseTo(published, 10);
      }
    },
    30_000,
  );
});
