/**
 * Mathematical equivalence on recorded answers: 400 answers of a Qwen Math model through the whole path, against three
 * graders; the pairs that two libraries test themselves with, against the list of those on which this grader differs.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readRows, readScores, scored, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Expected {
  readonly id: number;
  readonly sample: number;
  readonly gold: string;
  readonly published_correct: boolean;
  readonly prm800k_grader: boolean;
  readonly hendrycks_is_equiv: boolean;
}

interface Pair {
  readonly id: string;
  readonly gold: string;
  readonly pred: string;
  readonly equivalent: boolean;
}

/** Pairs of Math-Verify on which this grader says otherwise, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'mv-v-31': 'a formula over several lines is a formula here',
  'mv-v-32': 'a formula over several lines is a formula here',
  'mv-v-35': 'two different numbers with an equals sign between them say neither',
  'mv-v-123': 'a sum of matrices is not worked out',
  'mv-v-124': 'a product of matrices is not worked out',
  'mv-v-133': 'the pair asks for rounding to two places',
  'mv-v-139': 'the pair asks for rounding to two places',
  'mv-v-142': 'the answer states no result: which number is meant is a guess',
  'mv-v-163': 'the answer states no result: which number is meant is a guess',
  'mv-v-172': 'the answer states no result: which number is meant is a guess',
  'mv-v-182': 'of several boxes the last one counts',
  'mv-v-183': 'of several boxes the last one counts',
  'mv-v-187': 'the pair asks that an inequality be no interval',
  'mv-v-190': 'of several boxes the last one counts',
  'mv-v-194': 'the pair asks that names of variables do not matter',
};

const MODEL = 'qwen-math-cot';

describeRealData('mathematical equivalence', 'data/math_equiv', (data) => {
  const scores = readScores<{ readonly metric: string; readonly recomputed: number }>(data);
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const questions = new Map(
    readRows<{ id: number; question: string }>(join(data, 'items.jsonl')).map(({ id, question }) => [id, question]),
  );
  const outputs = new Map(
    readRows<{ id: number; sample: number; output: string }>(join(data, `outputs_${MODEL}.jsonl`)).map(
      ({ id, sample, output }) => [`${id}/${sample}`, output],
    ),
  );

  it('400 answers: as all three graders say wherever they agree, and as prm800k says on every one', async () => {
    const { samples, report } = await runRecorded({
      name: 'math-equiv',
      model: MODEL,
      scorer: { id: 'math', version: 1 },
      items: expected.map(({ id, sample, gold }) => ({
        id: `${id}/${sample}`,
        question: questions.get(id) ?? '',
        target: gold,
        output: outputs.get(`${id}/${sample}`) ?? '',
      })),
    });
    const verdicts = samples.map(({ score }) => score?.num === 1);
    const rows = expected.map((row, at) => ({ ...row, verdict: verdicts[at] }));
    const agreed = rows.filter(
      (row) => row.published_correct === row.prm800k_grader && row.prm800k_grader === row.hendrycks_is_equiv,
    );
    expect(agreed).toHaveLength(395);
    expect(agreed.filter((row) => row.verdict !== row.published_correct)).toEqual([]);
    // The other five are one number with and without a separator of thousands, which are equal.
    expect(verdicts).toEqual(expected.map((row) => row.prm800k_grader));
    const score = scores.find(({ metric }) => metric.includes('prm800k'));
    expect(report.score?.exact).toEqual({ num: score?.recomputed, den: 400 });
  });

  it('16 pairs of hendrycks/math as asserted there', () => {
    const scorer = scorerOf({ id: 'math', version: 1, find: ['whole'] });
    const pairs = readRows<{ case: string; a: string; b: string; equivalent: boolean }>(
      join(data, 'pairs_hendrycks.jsonl'),
    );
    expect(pairs.map((pair) => [pair.case, scored(scorer, pair.b, pair.a).num === 1])).toEqual(
      pairs.map((pair) => [pair.case, pair.equivalent]),
    );
  });

  it('180 of 195 pairs of Math-Verify as asserted there; the others are the known differences', () => {
    const scorer = scorerOf({ id: 'math', version: 1 });
    const pairs = readRows<Pair>(join(data, 'pairs_math-verify.jsonl'));
    const differing = pairs.filter(({ gold, pred, equivalent }) => {
      const right = scorer.extract(gold, '')?.text ?? gold;
      return (scored(scorer, pred, right).num === 1) !== equivalent;
    });
    expect(pairs).toHaveLength(195);
    expect(differing.map(({ id }) => id)).toEqual(Object.keys(DIFFERENCES));
  });
});
