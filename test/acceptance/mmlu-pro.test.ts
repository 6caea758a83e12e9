/** MMLU-Pro on recorded answers: all 12,032 through the scorer, 400 of them through the whole path. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { drawn, readRows, scored, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Item {
  readonly id: number;
  readonly category: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
}

interface Expected {
  readonly id: number;
  readonly pred_l1: string | null;
  readonly pred_l2: string | null;
  readonly correct_l1: boolean;
  readonly correct_l2: boolean;
  readonly published_pred: string | null;
}

const MODEL = 'Meta-Llama-3-70B';

describeRealData('MMLU-Pro', 'data/mmlu_pro', (data) => {
  const outputs = new Map(
    readRows<{ id: number; output: string }>(join(data, `outputs_${MODEL}.jsonl.gz`)).map((row) => [
      row.id,
      row.output,
    ]),
  );
  const expected = new Map(readRows<Expected>(join(data, 'expected.jsonl.gz')).map((row) => [row.id, row]));
  const items = readRows<Item>(join(data, 'items.jsonl.gz')).map(({ id, category, question, options, answer }) => ({
    id,
    question: `${question}\n${options.map((option, at) => `${'ABCDEFGHIJ'.charAt(at)}. ${option}`).join('\n')}`,
    tags: [category],
    target: { answer, options: options.length },
    output: outputs.get(id) ?? '',
  }));

  it.each([
    ['l1', 6258, 814],
    ['l2', 6302, 469],
  ] as const)('%s: %i right, %i without a letter, every verdict as recorded', (level, right, none) => {
    const scorer = scorerOf({ id: 'mmlu-pro', version: 1, level });
    const results = items.map(({ id, output, target }) => ({ id, ...scored(scorer, output, target) }));
    expect(results.map(({ id, extracted, num }) => [id, extracted, num === 1])).toEqual(
      results.map(({ id }) => {
        const row = expected.get(id);
        return [id, row?.[`pred_${level}`], row?.[`correct_${level}`]];
      }),
    );
    expect(results).toHaveLength(12_032);
    expect(results.filter(({ num }) => num === 1)).toHaveLength(right);
    expect(results.filter(({ extracted }) => extracted === null)).toHaveLength(none);
  });

  it('l1 takes what the authors recorded, and guessing gives 52.726 % on average', () => {
    const scorer = scorerOf({ id: 'mmlu-pro', version: 1, level: 'l1', no_answer: 'guess' });
    const results = items.map(({ id, output, target }) => ({ id, ...scored(scorer, output, target) }));
    for (const { id, extracted } of results) expect(extracted).toBe(expected.get(id)?.published_pred ?? null);
    const mean = results.reduce((sum, { num, den }) => sum + num / den, 0) / results.length;
    expect((100 * mean).toFixed(3)).toBe('52.726');
  });

  it('400 of them through the whole path have the recorded verdicts', async () => {
    const part = drawn(items, 400).map((item) => ({ ...item, id: `${item.id}` }));
    const right = part.filter(({ id }) => expected.get(Number(id))?.correct_l2);
    const { transcript, samples, results } = await runRecorded({
      name: 'mmlu-pro',
      model: MODEL,
      scorer: { id: 'mmlu-pro', version: 1, level: 'l2' },
      items: part,
    });
    expect(samples.map(({ id, score }) => [id, score?.num === 1])).toEqual(
      part.map(({ id }) => [id, expected.get(Number(id))?.correct_l2]),
    );
    expect(samples.every(({ rescored }) => rescored)).toBe(true);
    expect(transcript.metrics[0]?.result).toMatchObject({ num: right.length, den: 400 });
    expect(results).toContain((right.length / 400).toFixed(6));
  });
});
