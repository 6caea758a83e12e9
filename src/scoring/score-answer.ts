/**
 * From an answer to its verdict: a score, or the reason for having none.
 *
 * Runner and verifier both call this function, so there is one place that decides what a cut, refused or empty answer is.
 */
import type { JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Treatment } from '../transcript/plan.ts';
import type { SuiteReason } from '../transcript/record.ts';
import { MAX_ANSWER_LENGTH, type Extraction, type Scorer } from './scorer.ts';
import type { Trial, TrialEnd } from './trial.ts';

/** The part of an answer that decides its verdict. */
interface AnswerToScore {
  readonly text: string;
  /** Whether the server flagged a refusal. */
  readonly refused: boolean;
  /** Finish reason as reported. */
  readonly finish?: string;
}

/** What a verdict depends on. */
export interface ScoringInput {
  readonly scorer: Scorer;
  /** What each reason counts as in this suite; `scored` means that the reason does not exist. */
  readonly policy: Readonly<Record<SuiteReason, Treatment>>;
  readonly answer: AnswerToScore;
  readonly target: JsonValue;
}

/** An exact score with what it rests on. */
export interface ScoredAnswer {
  readonly verdict: 'scored';
  readonly num: number;
  readonly den: number;
  /** What was taken from the answer; null if there was nothing to take. */
  readonly extracted: string | null;
  /** The rule that took it, and for code how its program ended, such as `fenced:passed`; null with it. */
  readonly rule: string | null;
}

/** No score, and why. */
export interface UnscoredAnswer {
  readonly verdict: 'unscored';
  readonly reason: SuiteReason;
}

/**
 * The verdict on an answer. Pure: the same input gives the same verdict everywhere.
 *
 * @param end - How the program of {@link trialOf} ended, where there is one.
 */
export function scoreAnswer(input: ScoringInput, end?: TrialEnd): ScoredAnswer | UnscoredAnswer {
  const { scorer, target } = input;
  return readAnswer(input, (extraction) => {
    const extracted = extraction?.text ?? null;
    const isRun = end !== undefined || (scorer.programs?.of(extracted, target) ?? null) === null;
    if (!isRun) throw new RangeError('want how the program ended');
    const { num, den } = scorer.judge(extracted, target, end);
    return { verdict: 'scored', num, den, extracted, rule: ruleOf(extraction, end) };
  });
}

/** The program that has to be run before an answer can be scored; null if there is none. */
export function trialOf(input: ScoringInput): Trial | null {
  const { programs } = input.scorer;
  if (programs === undefined) return null;
  const found = readAnswer(input, (extraction) => ({ trial: programs.of(extraction?.text ?? null, input.target) }));
  return 'trial' in found ? found.trial : null;
}

// What is made of the text, unless there is a reason not to look at it.
function readAnswer<T>(
  { scorer, policy, answer, target }: ScoringInput,
  read: (extraction: Extraction | null) => T,
): T | UnscoredAnswer {
  const reason = reasonOf(answer);
  if (reason !== null && policy[reason] !== 'scored') return { verdict: 'unscored', reason };
  if (answer.text.length > MAX_ANSWER_LENGTH) return { verdict: 'unscored', reason: 'scorer' };
  // A server can send half of a surrogate pair; no extracted text could be committed to with it.
  const text = answer.text.replace(/\p{Surrogate}/gu, '\ufffd');
  try {
    return read(scorer.extract(text, target));
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT')) throw error;
    return { verdict: 'unscored', reason: 'scorer' };
  }
}

function ruleOf(extraction: Extraction | null, end: TrialEnd | undefined): string | null {
  if (extraction === null || end === undefined) return extraction?.rule ?? null;
  return `${extraction.rule}:${end}`;
}

// What stopped the answer comes before what it looks like: a cut answer may also be empty.
function reasonOf({ text, refused, finish }: AnswerToScore): SuiteReason | null {
  if (finish === 'content_filter') return 'filtered';
  if (refused) return 'refused';
  if (finish === 'length') return 'truncated';
  return text.trim() === '' ? 'empty' : null;
}
