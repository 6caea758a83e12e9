/**
 * Looks for faults of a suite that a schema cannot see: answers that can never be right, questions asked twice, items that
 * give themselves away, items that were trained on, items that say nothing about a model.
 *
 * Every item is rendered and judged. A finding names a few items and says how many there are.
 */
import type { LoadedSuite } from '../load.ts';
import type { Check, ItemView, LintContext, RightAnswers } from './check.ts';
import { choiceCheck } from './choices.ts';
import { constantReplyCheck } from './constant-reply.ts';
import { checkDefinition } from './definition.ts';
import { duplicateCheck } from './duplicates.ts';
import { fewShotCheck } from './few-shot.ts';
import { createReport, type Finding } from './finding.ts';
import { heldOutCheck } from './held-out.ts';
import { leakCheck } from './leaks.ts';
import { rightAnswerCheck } from './right-answers.ts';

const CHECKS: readonly ((context: LintContext) => Check)[] = [
  duplicateCheck,
  leakCheck,
  fewShotCheck,
  heldOutCheck,
  rightAnswerCheck,
  constantReplyCheck,
  choiceCheck,
];

/**
 * The faults of a suite, errors first.
 *
 * @param rightAnswers - What the suite's own scorer says; `rightAnswersOf` of the scorer.
 * @throws {@link InputError} whatever reading or rendering an item throws.
 */
export async function lintSuite(suite: LoadedSuite, rightAnswers: RightAnswers): Promise<readonly Finding[]> {
  const { definition, renderer } = suite;
  const report = createReport(suite);
  checkDefinition(definition, report);
  const checks = CHECKS.map((create) => create({ definition, report, rightAnswers }));
  for await (const item of suite.items()) {
    const answers = rightAnswers.textsOf(item.target);
    const view: ItemView = { ...item, messages: renderer.render(item.input), answers };
    for (const check of checks) {
      const pending = check.item(view);
      // Hardly any check has to wait, and there may be a million items.
      if (pending !== undefined) await pending;
    }
  }
  for (const check of checks) check.end?.();
  return report.findings();
}
