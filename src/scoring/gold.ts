/** Whether right answers can be given at all. */
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Scorer } from './scorer.ts';

/**
 * Whether a scorer calls the right answer right.
 *
 * The target itself is judged as if it had been extracted; for scorers whose extraction has a form of its own, it is given
 * as an answer first. Lint asks this for every item, because a suite with a wrong gold answer has a ceiling below 100 %.
 */
export function passesGold(scorer: Scorer, target: JsonValue): boolean {
  return goldTexts(target).some((text) => isRight(scorer, () => text, target)) || isRightAnswer(scorer, target);
}

function isRightAnswer(scorer: Scorer, target: JsonValue): boolean {
  const answers = [...goldTexts(target), goldTexts(target).join(' ')];
  return answers.some((answer) => isRight(scorer, () => scorer.extract(answer, target)?.text ?? null, target));
}

function isRight(scorer: Scorer, extracted: () => string | null, target: JsonValue): boolean {
  try {
    const { num, den } = scorer.judge(extracted(), target);
    return num === den;
  } catch (error) {
    // A scorer that reads what it extracted in a form of its own may choke on plain text.
    if (error instanceof SyntaxError || isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_SCORER_LIMIT')) return false;
    throw error;
  }
}

function goldTexts(target: JsonValue): readonly string[] {
  const isList = Array.isArray(target);
  const whole = typeof target === 'string' ? target : canonicalize(target);
  const entries: readonly JsonValue[] = isList ? target : [];
  return [whole, ...entries.map((entry) => (typeof entry === 'string' ? entry : canonicalize(entry)))];
}
