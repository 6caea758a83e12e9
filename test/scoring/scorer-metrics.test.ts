import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { createScorerMetrics } from '../../src/scoring/scorer-metrics.ts';
import type { AnsweredSample } from '../../src/scoring/answer-metric.ts';
import { defineScorer } from '../../src/suites/define.ts';
import type { SuiteDefinition } from '../../src/suites/definition.ts';
import type { Plan } from '../../src/transcript/plan.ts';
import type { UnscoredReason } from '../../src/transcript/record.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

function metricsOf(id: string): ReturnType<typeof createScorerMetrics> {
  const plan = { rules: { unscored: UNSCORED_POLICY } } as Plan;
  return createScorerMetrics(plan, { scorer: defineScorer({ id, version: 1 }) } as SuiteDefinition);
}

function sample(text: string, target: JsonValue, unscored?: UnscoredReason): AnsweredSample {
  const place = { k: 'score', seq: 9, index: 0, repeat: 0, of: 8 } as const;
  const record = unscored === undefined ? { ...place, num: 1, den: 1 } : { ...place, unscored };
  return { record, answer: { text, refused: false }, target };
}

describe('createScorerMetrics()', () => {
  it('has none for a scorer whose figure is the mean, or that is not known', () => {
    expect(metricsOf('exact')).toEqual([]);
    expect(metricsOf('oracle')).toEqual([]);
  });

  it('adds up n-grams, an empty answer for one that counts as wrong, and nothing for one that is excluded', () => {
    const [bleu] = metricsOf('bleu');
    bleu?.add(sample('the cat sat on the mat', 'the cat sat on the mat'));
    bleu?.add(sample('the cat is cut', 'a dog ran', 'truncated'));
    bleu?.add(sample('filtered', 'a dog ran', 'filtered'));
    bleu?.add(sample('too costly', 'a dog ran', 'scorer'));
    expect(bleu?.name).toBe('corpus-bleu/1');
    // All of 6, 5, 4 and 3 n-grams are right, and the brevity penalty is exp(1 - 9/6).
    expect(bleu?.result()).toEqual({
      segments: 2,
      correct: [6, 5, 4, 3],
      total: [6, 5, 4, 3],
      answer_tokens: 6,
      reference_tokens: 9,
      value: '60.653066',
    });
  });

  it('leaves out an answer that counts as wrong where its target is of no use', () => {
    const [ifeval] = metricsOf('ifeval');
    ifeval?.add(sample('', 'no instructions', 'refused'));
    expect(ifeval?.result()).toEqual({ prompts: 0, instructions: 0 });
  });

  it('states counts alone where there is no answer', () => {
    expect(metricsOf('chrf')[0]?.result()).toEqual({
      segments: 0,
      answer: [0, 0, 0, 0, 0, 0],
      reference: [0, 0, 0, 0, 0, 0],
      shared: [0, 0, 0, 0, 0, 0],
    });
  });
});
