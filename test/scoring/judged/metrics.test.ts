import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/canonical-json.ts';
import { createScorerMetrics } from '../../../src/scoring/scorer-metrics.ts';
import { findMetrics } from '../../../src/scoring/registry.ts';
import type { ScorerMetric } from '../../../src/scoring/scorer.ts';
import { defineScorer } from '../../../src/suites/define.ts';
import type { ScorerConfig, SuiteDefinition } from '../../../src/suites/definition.ts';
import type { Plan } from '../../../src/transcript/plan.ts';
import type { Answer } from '../../../src/transcript/wire/answer.ts';
import { UNSCORED_POLICY } from '../../unscored-policy.ts';

const RUBRIC = {
  prompt: '{{ answer }}',
  grades: ['a', 'b', 'c', 'd', 'e'],
  scores: ['1', '0', '0', '0', '0'],
  temperature: 1,
};

function metricOf(name: string, id: string, config: ScorerConfig): ScorerMetric {
  const metric = findMetrics({ id, version: 1, config }).find((each) => each.name === name);
  if (metric === undefined) throw new Error(`${id} has no metric ${name}`);
  return metric;
}

function says(...texts: readonly string[]): readonly Answer[] {
  return texts.map((text) => ({ text, refused: false }));
}

describe('judge-agreement/1', () => {
  it('is there where a judge is asked more than once', () => {
    expect(findMetrics({ id: 'rubric', version: 1, config: RUBRIC })).toEqual([]);
    expect(findMetrics({ id: 'rubric', version: 1, config: { ...RUBRIC, votes: 3 } })).toHaveLength(1);
  });

  it('gives the alpha of the published example with missing votes', () => {
    // Krippendorff 2011, section C: twelve units, four observers, five nominal values, alpha = 0.743.
    const units = '11-1 2232 3333 3333 2222 1234 4444 1121 2222 -555 --11 --3-'.split(' ');
    const metric = metricOf('judge-agreement/1', 'rubric', { ...RUBRIC, votes: 5 });
    const replies = (unit: string): readonly Answer[] =>
      says(
        ...unit
          .padEnd(5, '-')
          .split('')
          .map((digit) => (digit === '-' ? 'unsure' : ('abcde'[Number(digit) - 1] ?? ''))),
      );
    for (const unit of units) metric.add('x', null, replies(unit));
    expect(metric.result()).toMatchObject({ groups: 11 });
    expect(Number(metric.result()['alpha'])).toBeCloseTo(0.743, 3);
  });

  it('counts votes for the most frequent label, unanimous questions and replies without a label', () => {
    const metric = metricOf('judge-agreement/1', 'rubric', { ...RUBRIC, votes: 3 });
    metric.add('x', null, says('a', 'a', 'a'));
    metric.add('x', null, says('a', 'a', 'b'));
    metric.add('x', null, says('a', 'b', 'c'));
    metric.add('x', null, says('b', 'b', 'unsure'));
    metric.add('x', null, says('b', 'unsure', 'unsure'));
    metric.add('', null);
    // Pairs: (6 + 2 + 0) / 2 + 2 / 1 = 6 of 11 votes; labels 6, 4, 1; alpha = 1 - 10 * (11 - 6) / (121 - 53).
    expect(metric.result()).toEqual({
      groups: 4,
      votes: 11,
      invalid: 3,
      leading: 8,
      unanimous: 2,
      value: '0.727273',
      unanimous_share: '0.500000',
      alpha: '0.264706',
    });
  });

  it('has no alpha where all votes are for one label, and a negative one below chance', () => {
    const one = metricOf('judge-agreement/1', 'rubric', { ...RUBRIC, votes: 3 });
    expect(one.result()).toEqual({ groups: 0, votes: 0, invalid: 0, leading: 0, unanimous: 0 });
    one.add('x', null, says('a', 'a', 'a'));
    expect(one.result()).not.toHaveProperty('alpha');
    const below = metricOf('judge-agreement/1', 'rubric', { ...RUBRIC, votes: 3 });
    below.add('x', null, says('a', 'b', 'unsure'));
    // 1 - 1 * (2 - 0) / (4 - 2) = 0, and with a second such pair 1 - 3 * 4 / (16 - 8).
    expect(below.result()).toMatchObject({ alpha: '0.000000' });
    below.add('x', null, says('a', 'b', 'unsure'));
    expect(below.result()).toMatchObject({ alpha: '-0.500000' });
  });

  it('counts the votes of each order apart', () => {
    const metric = metricOf('judge-agreement/1', 'pairwise', { prompt: '{{ first }}', votes: 3, temperature: 1 });
    metric.add('x', 'y', says('A', 'A', 'A', 'B', 'B', 'A'));
    expect(metric.result()).toMatchObject({ groups: 2, votes: 6, leading: 5, unanimous: 1 });
  });
});

describe('position-consistency/1', () => {
  const config = { prompt: '{{ first }}' };

  it('is there where both orders are asked', () => {
    const names = (positions: string): readonly string[] =>
      findMetrics({ id: 'pairwise', version: 1, config: { ...config, positions } }).map(({ name }) => name);
    expect(names('both')).toEqual(['win-rate/1', 'position-consistency/1']);
    expect(names('drawn')).toEqual(['win-rate/1']);
  });

  it('says how often both orders agree, and which position wins where they do not', () => {
    const metric = metricOf('position-consistency/1', 'pairwise', config);
    expect(metric.result()).toEqual({ n: 0, consistent: 0, first: 0, second: 0 });
    const pairs = ['A B', 'B A', 'TIE TIE', 'A A', 'A A', 'B B', 'A TIE', 'A unsure'];
    for (const pair of pairs) metric.add('x', 'y', says(...pair.split(' ')));
    metric.add('', 'y');
    expect(metric.result()).toEqual({ n: 7, consistent: 3, first: 2, second: 1, value: '0.428571' });
  });
});

describe('win-rate/1', () => {
  const config = { prompt: '{{ first }}', positions: 'first' };

  function winRateOf(...replies: readonly (string | null)[]): unknown {
    const metric = metricOf('win-rate/1', 'pairwise', config);
    for (const reply of replies) metric.add('x', 'y', reply === null ? undefined : says(reply));
    return metric.result();
  }

  it('states counts alone for nothing, and no error for one', () => {
    expect(winRateOf('unsure')).toEqual({ n_total: 0, n_wins: 0, n_wins_base: 0, n_draws: 0 });
    expect(winRateOf('A')).toEqual({
      n_total: 1,
      n_wins: 1,
      n_wins_base: 0,
      n_draws: 0,
      win_rate: '100.000000000',
      discrete_win_rate: '100.000000000',
    });
  });

  it('leaves out what decides nothing and counts an answer that is wrong anyway as a loss', () => {
    // 1, 1/2, 0, 0: mean 3/8, squared deviations add up to 11/16, so the error is sqrt(11/16/3/4) = 0.2393568...
    expect(winRateOf('A', 'TIE', 'unsure', 'B', null)).toEqual({
      n_total: 4,
      n_wins: 1,
      n_wins_base: 2,
      n_draws: 1,
      win_rate: '37.500000000',
      standard_error: '23.935677694',
      discrete_win_rate: '37.500000000',
    });
  });
});

describe('the metrics of a run', () => {
  const plan = { rules: { unscored: UNSCORED_POLICY } } as Plan;
  const suite = { scorer: defineScorer({ id: 'rubric', version: 1, ...RUBRIC, votes: 3 }) } as SuiteDefinition;
  const place = { k: 'score', seq: 9, index: 0, repeat: 0, of: 8 } as const;
  const sample = (target: JsonValue, replies?: readonly Answer[]): Parameters<typeof agreement.add>[0] => ({
    record: { ...place, unscored: 'scorer' },
    answer: { text: 'x', refused: false },
    target,
    ...(replies === undefined ? {} : { replies }),
  });
  const [agreement] = createScorerMetrics(plan, suite) as [ReturnType<typeof createScorerMetrics>[number]];

  it('see replies that decided nothing, and pass over an answer that nobody was asked about', () => {
    agreement.add(sample('t', says('a', 'b', 'c')));
    agreement.add(sample('t'));
    expect(agreement.result()).toMatchObject({ groups: 1, votes: 3, leading: 1 });
  });
});
