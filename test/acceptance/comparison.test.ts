/**
 * Comparisons on real data: counts are those that were published, differences those that SciPy and NumPy find.
 *
 * Recorded verdicts are taken as they are; that the scorers give them is shown by the tests of each data set.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareRuns } from '../../src/reports/comparison/compare-runs.ts';
import { comparedRun } from '../../src/reports/comparison/compared-run.ts';
import type { ComparedPair, SuiteComparison } from '../../src/reports/comparison/model.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { comparable, refused, written } from '../reports/comparison/runs.ts';
import { describeRealData } from '../testdata.ts';
import { readRows } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

function only<T>(list: readonly T[] | undefined): T {
  const [first] = list ?? [];
  if (first === undefined) throw new Error('want one');
  return first;
}

function figures({ difference }: Pick<ComparedPair, 'difference'>): readonly string[] {
  if (difference === null) return [];
  const { value, interval, p } = difference;
  return [value, interval.low, interval.high, interval.method, p.value, p.method];
}

describeRealData('BIG-Bench Hard: step by step against direct answers', 'data/bbh', (data) => {
  const items = readRows<{ id: string; input: string; target: string }>(join(data, 'items.jsonl'));
  const expected = readRows<{ id: string; mode: string; extracted: string; correct: boolean }>(
    join(data, 'expected.jsonl'),
  );
  const published: readonly { readonly model: string; readonly task: string; readonly published: number }[] =
    JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));

  const verdicts = (mode: string): string => {
    const right = new Map(expected.filter((row) => row.mode === mode).map((row) => [row.id, row.correct]));
    return items.map(({ id }) => (right.get(id) === true ? '1' : '0')).join('');
  };
  const tags = (index: number): readonly string[] => [items[index]?.id.split('/')[0] ?? ''];

  const model = comparable(compareRuns(['direct', 'cot'].map((mode) => written(verdicts(mode), { name: mode, tags }))));

  it('has the counts of both modes and the difference between them', () => {
    const suite = only(model.suites);
    expect(suite.scores.map(({ right, n }) => [right, n])).toEqual([
      [1796, 3333],
      [2506, 3333],
    ]);
    const pair = only(suite.pairs);
    expect(pair.flips).toMatchObject({ gained: 970, lost: 260 });
    expect(figures(pair)).toEqual(['0.213021', '0.193697', '0.232345', 'paired-t', '1.36672e-96', 'mcnemar-exact']);
  });

  it('has every task as a subgroup with its published accuracy', () => {
    const { subgroups } = only(only(model.suites).pairs);
    expect(subgroups).toHaveLength(14);
    const task = (name: string) => only(subgroups.filter(({ tag }) => tag === name));
    for (const { tag, scores } of subgroups) {
      const shown = published
        .filter((row) => row.task === tag)
        .map(({ model: mode, published: score }) => [mode, score.toFixed(4)]);
      expect(shown).toEqual([
        ['code-davinci-002 direct', (100 * Number(scores.baseline)).toFixed(4)],
        ['code-davinci-002 cot', (100 * Number(scores.candidate)).toFixed(4)],
      ]);
    }
    expect(task('boolean_expressions')).toMatchObject({
      n: 250,
      scores: { baseline: '0.884000', candidate: '0.928000' },
    });
    expect(figures(task('causal_judgement'))).toEqual([
      '-0.096257',
      '-0.186181',
      '-0.006332',
      'paired-t',
      '0.0473930',
      'mcnemar-exact',
    ]);
    expect(figures(task('date_understanding')).slice(0, 3)).toEqual(['0.236000', '0.172320', '0.299680']);
  });

  it('is refused under the scorers of the two modes, which are not the same rules', async () => {
    const runs: VerifiedTranscript[] = [];
    for (const mode of ['direct', 'cot']) {
      const part = items.slice(0, 40).map(({ id, input, target }) => ({
        id,
        question: input,
        target,
        output: expected.find((row) => row.id === id && row.mode === mode)?.extracted ?? '',
      }));
      const scorer = { id: 'bbh', version: 1, mode };
      runs.push((await runRecorded({ name: 'bbh', model: mode, scorer, items: part })).transcript);
    }
    const found = refused(compareRuns(runs.map((run) => comparedRun(run))));
    expect(only(found.refusals).differences.map(({ field }) => field)).toEqual(['rules.scorer.digest']);
  });
});

describeRealData('MMLU-Pro: two ways to read the same answers', 'data/mmlu_pro', (data) => {
  it('has the counts of both and the difference between them over 12,032 items', () => {
    const rows = readRows<{ correct_l1: boolean; correct_l2: boolean }>(join(data, 'expected.jsonl.gz'));
    const suite = compareVerdicts(rows.map((row) => [row.correct_l1, row.correct_l2]));
    expect(suite.scores.map(({ right, n }) => [right, n])).toEqual([
      [6258, 12_032],
      [6302, 12_032],
    ]);
    const pair = only(suite.pairs);
    expect(pair.flips).toMatchObject({ gained: 44, lost: 0 });
    expect(figures(pair)).toEqual(['0.003657', '0.002578', '0.004736', 'paired-t', '1.13687e-13', 'mcnemar-exact']);
  });
});

describeRealData('IFEval: strict and loose verdicts on instructions', 'data/ifeval', (data) => {
  it('counts the instructions of a prompt as one cluster', () => {
    const rows = readRows<{ id: number; strict: boolean[]; loose: boolean[] }>(join(data, 'expected.jsonl'));
    const verdicts = rows.flatMap(({ strict, loose }) => strict.map((each, at) => [each, loose[at] ?? false] as const));
    const prompts = rows.flatMap(({ id, strict }) => strict.map(() => id));
    const suite = compareVerdicts(verdicts, (index) => [`cluster:${prompts[index]}`]);
    expect(suite.clusters).toEqual({ from: 'tags', units: 541 });
    expect(suite.scores.map(({ right, n, interval }) => [right, n, interval?.low, interval?.high])).toEqual([
      [698, 834, '0.811575', '0.862286'],
      [714, 834, '0.831826', '0.880404'],
    ]);
    // Without clusters: 0.009856 to 0.028513.
    expect(figures(only(suite.pairs))).toEqual([
      '0.019185',
      '0.009964',
      '0.028406',
      'paired-t',
      '0.0000503591',
      'paired-t',
    ]);
  });
});

function compareVerdicts(
  verdicts: readonly (readonly [boolean, boolean])[],
  tags: (index: number) => readonly string[] = () => [],
): SuiteComparison {
  const [first, second] = [0, 1].map((side) => verdicts.map((pair) => (pair[side] === true ? '1' : '0')).join(''));
  const runs = [written(first ?? '', { name: 'first', tags }), written(second ?? '', { name: 'second', tags })];
  return only(comparable(compareRuns(runs)).suites);
}
