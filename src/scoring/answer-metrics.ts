/** Which metrics over answers a run states. */
import type { SuiteDefinition } from '../suites/definition.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnswerMetric } from './answer-metric.ts';
import { createControls } from './controls.ts';

/** The metrics over answers that a run states; none unless its plan asks for some. */
export function createAnswerMetrics(plan: Plan, suite: SuiteDefinition): readonly AnswerMetric[] {
  return plan.controls === undefined ? [] : createControls(plan, suite);
}
