/** Which metrics over answers a run states. */
import type { SuiteDefinition } from '../suites/definition.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnswerMetric } from './answer-metric.ts';
import { createControls } from './controls.ts';
import { createScorerMetrics } from './scorer-metrics.ts';

/** The metrics over answers that a run states: those of its scorer, and its controls if the plan asks for them. */
export function createAnswerMetrics(plan: Plan, suite: SuiteDefinition): readonly AnswerMetric[] {
  return [...createScorerMetrics(plan, suite), ...(plan.controls === undefined ? [] : createControls(plan, suite))];
}
