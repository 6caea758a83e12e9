/** The metrics of a suite's scorer, fed with the samples that count. */
import { toWellFormed } from '../core/bytes.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import { treatmentOf, type Plan } from '../transcript/plan.ts';
import type { AnsweredSample, AnswerMetric } from './answer-metric.ts';
import { findMetrics } from './registry.ts';
import type { ScorerMetric } from './scorer.ts';

/**
 * The metrics of the scorer in a plan.
 *
 * An answer that has no score is left out, or counts as an empty one, as the suite says of its reason. One that the scorer
 * cannot judge is left out, and so is a sample without an answer, which nothing can be added for. What a judge said is
 * added even if it decided nothing, because that it did not is what some metrics are about.
 */
export function createScorerMetrics({ rules }: Plan, { scorer }: SuiteDefinition): readonly AnswerMetric[] {
  return findMetrics(scorer).map((metric) => ({
    name: metric.name,
    add({ record: { unscored }, answer, target, replies = [] }: AnsweredSample) {
      const isUndecided = unscored === 'scorer' && replies.length > 0;
      if (unscored === undefined || isUndecided) metric.add(toWellFormed(answer.text), target, replies);
      else if (unscored !== 'scorer' && treatmentOf(rules.unscored, unscored) === 'wrong') addEmpty(metric, target);
    },
    result: () => metric.result(),
  }));
}

// Nobody has judged by this target yet, so it may be of no use.
function addEmpty(metric: ScorerMetric, target: JsonValue): void {
  try {
    metric.add('', target);
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT')) throw error;
  }
}
