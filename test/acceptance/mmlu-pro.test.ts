/** MMLU-Pro on recorded answers: all 12,032 by both rules through the whole path. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, readScores, scored, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Item {
  readonly id: number;
  readonly category: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
}

interface Recomputed {
  readonly l1_correct: number;
  readonly l1_none: number;
  readonly l2_correct: number;
  readonly l2_none: number;
  readonly expected_value_with_uniform_guess_pct: number;
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
  const [score] = readScores<{ readonly recomputed_detail: Recomputed }>(data);
  if (score === undefined) throw new Error('there are no scores');
  const { recomputed_detail: recomputed } = score;
  const items = readRows<Item>(join(data, 'items.jsonl.gz')).map(({ id, category, question, options, answer }) => ({
    id,
    question: `${question}\n${options.map((option, at) => `${'ABCDEFGHIJ'.charAt(at)}. ${option}`).join('\n')}`,
    tags: [category],
    target: { answer, options: options.length },
    output: outputs.get(id) ?? '',
  }));

  it.each(['l1', 'l2'] as const)(
    '%s: every letter and every verdict as recorded, through the whole path',
    async (level) => {
      const { samples, report } = await runRecorded({
        name: 'mmlu-pro',
        model: MODEL,
        scorer: { id: 'mmlu-pro', version: 1, level },
        items: items.map((item) => ({ ...item, id: `${item.id}` })),
      });
      expect(samples).toHaveLength(12_032);
      expect(samples.map(({ id, extracted, score }) => [id, extracted ?? null, score?.num === 1])).toEqual(
        items.map(({ id }) => {
          const row = expected.get(id);
          return [`${id}`, row?.[`pred_${level}`], row?.[`correct_${level}`]];
        }),
      );
      expect(report.score?.exact).toEqual({ num: recomputed[`${level}_correct`], den: 12_032 });
      expect(samples.filter(({ extracted }) => (extracted ?? null) === null)).toHaveLength(recomputed[`${level}_none`]);
    },
    120_000,
  );

  it('l1 takes what the authors recorded, and guessing gives what is expected of it on average', () => {
    const scorer = scorerOf({ id: 'mmlu-pro', version: 1, level: 'l1', no_answer: 'guess' });
    const results = items.map(({ id, output, target }) => ({ id, ...scored(scorer, output, target) }));
    for (const { id, extracted } of results) expect(extracted).toBe(expected.get(id)?.published_pred ?? null);
    const mean = results.reduce((sum, { num, den }) => sum + num / den, 0) / results.length;
    expect((100 * mean).toFixed(3)).toBe(recomputed.expected_value_with_uniform_guess_pct.toFixed(3));
  });
});
