/** Program of Thoughts on recorded results: 1,318 and 599 results, both sets through the whole path. Nothing is run. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows, readScores } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Expected {
  readonly id: number;
  readonly set: string;
  readonly correct: boolean;
}

interface Score {
  readonly model: string;
  readonly published: number;
  readonly recomputed_count: number;
}

describeRealData('Program of Thoughts', 'data/pot_numeric', (data) => {
  const scores = readScores<Score>(data);
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));

  it.each([
    ['gsm8k-fewshot', 1318],
    ['multiarith-zeroshot', 599],
  ] as const)('%s: every one of %i verdicts as recorded, and the published accuracy', async (set, all) => {
    const items = readLines(join(data, `outputs_${set}.jsonl`)).map((line) => {
      const { id, question }: { readonly id: number; readonly question: string } = JSON.parse(line);
      return { id: `${id}`, question, target: textOf(line, 'gold'), output: textOf(line, 'prediction') };
    });
    const { samples, report } = await runRecorded({
      name: 'pot-numeric',
      model: 'code-davinci-002',
      scorer: { id: 'pot-numeric', version: 1 },
      items,
    });
    expect(samples.map(({ id, score }) => ({ id: Number(id), set, correct: score?.num === 1 }))).toEqual(
      expected.filter((row) => row.set === set),
    );
    const score = scores.find(({ model }) => model.endsWith(`, ${set}`));
    expect(report.score?.exact).toEqual({ num: score?.recomputed_count, den: all });
    expect(Math.abs(Number(report.score?.value) - (score?.published ?? 0))).toBeLessThan(0.001);
  });
});

// The text of a number: JSON.parse would read 18.0 as 18, which the rule tells apart.
function textOf(line: string, field: string): string {
  return new RegExp(`"${field}":(null|[-+0-9.eE]+)`).exec(line)?.[1] ?? '';
}
