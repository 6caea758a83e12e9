/** Whether right answers can be given at all. */
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { GoldOutcome, RightAnswers } from '../suites/lint/check.ts';
import { LETTERS, letterAt } from '../suites/letters.ts';
import type { Scorer } from './scorer.ts';
import type { Sandbox } from './trial.ts';

/**
 * Whether a scorer calls the right answer right.
 *
 * The target itself is judged as if it had been extracted; for scorers whose extraction has a form of its own, it is given
 * as an answer first. Lint asks this for every item, because a suite with a wrong gold answer has a ceiling below 100 %.
 * Where a judge decides, nobody can tell without asking it; then this is true, and says nothing.
 */
export function passesGold(scorer: Scorer, target: JsonValue): boolean {
  if (scorer.asks !== undefined) return true;
  if (scorer.gold !== undefined) return passesOwnGold(scorer, target, scorer.gold);
  return goldTexts(target).some((text) => isRight(scorer, () => text, target)) || isRightAnswer(scorer, target);
}

// Where no answer follows from a target, it is enough that the scorer can use it.
function passesOwnGold(scorer: Scorer, target: JsonValue, gold: (target: JsonValue) => string | null): boolean {
  try {
    const answer = gold(target);
    const { num, den } = scorer.judge(answer === null ? null : (scorer.extract(answer, target)?.text ?? null), target);
    return answer === null || num === den;
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT', 'ERR_JSON_SCHEMA')) return false;
    throw error;
  }
}

/**
 * Whether a scorer of programs calls the right answer right; true if the target names none.
 *
 * @throws {@link UsageError} `ERR_SANDBOX`
 */
export async function passesTrial(scorer: Scorer, target: JsonValue, sandbox: Sandbox): Promise<boolean> {
  try {
    const answer = scorer.gold?.(target) ?? null;
    if (answer === null) return true;
    const extracted = scorer.extract(answer, target)?.text ?? null;
    const program = scorer.programs?.of(extracted, target) ?? null;
    const { num, den } = scorer.judge(extracted, target, program === null ? undefined : await sandbox.run(program));
    return num === den;
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_SCORER_TARGET')) return false;
    throw error;
  }
}

/**
 * What lint asks of a scorer.
 *
 * A model that judges is not asked: nobody knows before what it says.
 *
 * @param sandbox - For scorers of programs; used only by them.
 */
export function rightAnswersOf(scorer: Scorer, sandbox: Sandbox): RightAnswers {
  const outcome = (passes: boolean, target: JsonValue): GoldOutcome => {
    if (passes) return 'right';
    return namedAnswers(scorer, target).length > 0 ? 'wrong-gold' : 'unreachable-answer';
  };
  return {
    outcomeOf(target) {
      if (scorer.programs === undefined) return outcome(passesGold(scorer, target), target);
      return passesTrial(scorer, target, sandbox).then((passes) => outcome(passes, target));
    },
    textsOf(target) {
      if (scorer.asks !== undefined) return [];
      return scorer.gold === undefined ? goldTexts(target) : namedAnswers(scorer, target);
    },
  };
}

// None where the target is of no use to the scorer.
function namedAnswers(scorer: Scorer, target: JsonValue): readonly string[] {
  try {
    return scorer.gold === undefined ? [] : goldAnswers(scorer, target);
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT', 'ERR_JSON_SCHEMA')) return [];
    throw error;
  }
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
    if (error instanceof SyntaxError || isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT')) return false;
    throw error;
  }
}

/** Answers that are right by a target; none where none follows from it. */
export function goldAnswers(scorer: Scorer, target: JsonValue): readonly string[] {
  if (scorer.gold === undefined) return goldTexts(target);
  const answer = scorer.gold(target);
  return answer === null ? [] : [answer];
}

function goldTexts(target: JsonValue): readonly string[] {
  const entries: readonly JsonValue[] = Array.isArray(target) ? [target, ...target] : [target];
  return entries.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    // A position among options may stand for its letter.
    const isPosition = typeof entry === 'number' && Number.isInteger(entry) && entry >= 0 && entry < LETTERS.length;
    return isPosition ? [`${entry}`, letterAt(entry)] : [canonicalize(entry)];
  });
}
