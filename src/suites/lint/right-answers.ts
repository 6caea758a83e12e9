/** Right answers that a model cannot give, or gives in vain. */
import { isWritten, type Check, type LintContext } from './check.ts';

/** Characters that a token holds at most, taken over a whole answer. */
const MAX_CHARACTERS_PER_TOKEN = 8;

/** Finds `unreachable-answer`, `wrong-gold`, `short-max-tokens` and `stop-in-answer`. */
export function rightAnswerCheck({ definition, report, rightAnswers }: LintContext): Check {
  const { max_tokens, stop = [] } = definition.parameters;
  const limits = isWritten(definition);
  return {
    item({ id, target, answers }) {
      const about = { item: id };
      const isLong = ({ length }: string): boolean => length > max_tokens * MAX_CHARACTERS_PER_TOKEN;
      const isCut = (answer: string): boolean => stop.some((sequence) => answer.includes(sequence));
      // One answer that can be given is enough.
      if (limits && answers.length > 0) {
        if (answers.every(isLong)) report('short-max-tokens', '/parameters/max_tokens', about);
        if (answers.every(isCut)) report('stop-in-answer', '/parameters/stop', about);
      }
      const judge = (outcome: Awaited<ReturnType<typeof rightAnswers.outcomeOf>>): void => {
        if (outcome !== 'right') report(outcome, '/scorer', about);
      };
      const outcome = rightAnswers.outcomeOf(target);
      return outcome instanceof Promise ? outcome.then(judge) : judge(outcome);
    },
  };
}
