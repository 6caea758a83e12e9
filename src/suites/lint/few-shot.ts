/** Items that stand, question and answer, in the examples of their own prompt. */
import { textsIn, type Check, type ItemView, type LintContext } from './check.ts';
import { endOfPart } from './stands-in.ts';

/** A shorter question stands in a text by chance. */
const MIN_QUESTION_LENGTH = 8;

/** Finds `few-shot-item`: among the few-shot messages, and in what the prompt says to every item. */
export function fewShotCheck({ definition: { prompt }, report }: LintContext): Check {
  const questions = new Set(prompt.few_shot.filter(({ role }) => role === 'user').map(({ content }) => content));
  const messages = [...prompt.few_shot, ...prompt.messages];
  // An example may also be told in one message, so all are read as one text.
  const examples = messages.map(({ content }) => content).join('\n');
  const pointer = prompt.few_shot.length > 0 ? '/few_shot' : '/prompt';
  return {
    item(view) {
      const question = view.messages.findLast(({ role }) => role === 'user')?.content ?? '';
      if (questions.has(question) || isTold(view, examples)) report('few-shot-item', pointer, { item: view.id });
    },
  };
}

// The answer has to follow: a passage that several items ask about may stand in an example.
function isTold({ input, target }: ItemView, examples: string): boolean {
  const texts = Object.values(input).filter((value) => typeof value === 'string');
  const question = texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '').trim();
  if (question.length < MIN_QUESTION_LENGTH) return false;
  const end = endOfPart(examples, question);
  const answers = typeof target === 'number' ? [String(target)] : textsIn(target);
  return end !== -1 && answers.some((answer) => endOfPart(examples, answer, end) !== -1);
}
