import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findScorer } from '../../src/scoring/registry.ts';
import { scoreAnswer } from '../../src/scoring/score-answer.ts';
import { UNSCORED_REASONS, type UnscoredReason } from '../../src/transcript/record.ts';
import { describeRealData } from '../testdata.ts';

interface Row {
  readonly id: number;
  readonly model: string;
  readonly output: string;
  readonly answer: string;
  readonly correct: boolean;
}

const policy = Object.fromEntries(UNSCORED_REASONS.map((reason) => [reason, 'wrong'])) as Record<
  UnscoredReason,
  'wrong'
>;
const config = { patterns: ['(?:####|A:) (-?[0-9.,]+)'], remove: ',' };

describeRealData('GSM8K by one extraction rule', 'data/gsm8k', (folder) => {
  const readRows = (name: string): readonly Row[] =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line): Row => JSON.parse(line));

  it.each([
    ['openai-175b_verification', 742],
    ['openai-6b_finetuning', 286],
    ['abel-7b-001', 788],
  ])('%s has %i of 1319 right, and every verdict is the recorded one', (model, right) => {
    const scorer = findScorer({ id: 'regex', version: 1, config });
    if (scorer === null) throw new Error('there is no scorer regex@1');
    const golds = readRows('test.jsonl').map(({ answer }) => answer.split('#### ')[1]?.replaceAll(',', '') ?? '');
    const expected = readRows('expected.jsonl').filter((row) => row.model === model);
    const verdicts = readRows(`outputs_${model}.jsonl`).map(({ id, output }) => {
      const answer = { text: output, refused: false, finish: 'stop' };
      const verdict = scoreAnswer({ scorer, policy, answer, target: golds[id] ?? '' });
      return { id, correct: verdict.verdict === 'scored' && verdict.num === 1 };
    });
    expect(verdicts).toHaveLength(1319);
    expect(verdicts).toEqual(expected.map(({ id, correct }) => ({ id, correct })));
    expect(verdicts.filter(({ correct }) => correct)).toHaveLength(right);
  });
});
