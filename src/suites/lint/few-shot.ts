/** Items that stand, question and answer, in the examples of their own prompt. */
import { isJsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { textsIn, type Check, type ItemView, type LintContext } from './check.ts';
import { endOfPart } from './stands-in.ts';

/** A shorter question stands in a text by chance. */
const MIN_QUESTION_LENGTH = 8;
/** A shorter field beside the question names something. */
const MIN_FIELD_LENGTH = 32;

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
  const longest = Math.max(...texts.map(({ length }) => length));
  const answers = answersIn(target);
  return texts.some((text) => {
    if (text.length < (text.length === longest ? MIN_QUESTION_LENGTH : MIN_FIELD_LENGTH)) return false;
    // Examples may be fields of the item themselves.
    const places = [examples, ...texts.filter(({ length }) => length > text.length)];
    return places.some((place) => isAnswered(place, text.trim(), answers));
  });
}

function isAnswered(text: string, question: string, answers: readonly string[]): boolean {
  const end = question === '' ? -1 : endOfPart(text, question);
  return end !== -1 && answers.some((answer) => endOfPart(text, answer, end) !== -1);
}

function answersIn(target: JsonValue): readonly string[] {
  if (isJsonObject(target)) return answersIn(target['answer'] ?? null);
  return typeof target === 'number' ? [String(target)] : textsIn(target);
}
