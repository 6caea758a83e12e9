/**
 * From an answer to its verdict: a score, or the reason for having none.
 *
 * Runner and verifier both call this function, so there is one place that decides what a cut, refused or empty answer is.
 */
import { toWellFormed } from '../core/bytes.ts';
import type { JsonObject, JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Treatment } from '../transcript/plan.ts';
import type { SuiteReason } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';
import { MAX_ANSWER_LENGTH, type Asks, type Extraction, type Scorer } from './scorer.ts';
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
  readonly policy: Policy;
  /** null if the dialogue gave no answer that could be scored. */
  readonly answer: AnswerToScore | null;
  readonly target: JsonValue;
  /** The input fields of the item, for a judge. */
  readonly input?: JsonObject;
  /** What the judge said, if one was asked. */
  readonly replies?: readonly Answer[];
}

type Policy = Readonly<Record<SuiteReason, Treatment>>;

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
  if (scorer.asks !== undefined) return readText(input, (answer) => scoreJudged(input, scorer.asks, answer));
  return readAnswer(input, (extraction) => {
    const extracted = extraction?.text ?? null;
    const isRun = end !== undefined || (scorer.programs?.of(extracted, target) ?? null) === null;
    if (!isRun) throw new RangeError('want how the program ended');
    const { num, den } = scorer.judge(extracted, target, end);
    return { verdict: 'scored', num, den, extracted, rule: ruleOf(extraction, end) };
  });
}

// Replies that decide nothing are no verdict against the answer.
function scoreJudged(
  { target, input = {}, replies = [] }: ScoringInput,
  asks: Asks | undefined,
  answer: string,
): ScoredAnswer | UnscoredAnswer {
  const judged = asks?.conclude(replies, { answer, target, input }) ?? null;
  if (judged === null) return { verdict: 'unscored', reason: 'scorer' };
  const { num, den, extraction } = judged;
  return { verdict: 'scored', num, den, extracted: extraction.text, rule: extraction.rule };
}

/** The program that has to be run before an answer can be scored; null if there is none. */
export function trialOf(input: ScoringInput): Trial | null {
  const { programs } = input.scorer;
  if (programs === undefined) return null;
  const found = readAnswer(input, (extraction) => ({ trial: programs.of(extraction?.text ?? null, input.target) }));
  return 'trial' in found ? found.trial : null;
}

// What is made of what was extracted, unless there is a reason not to look at it.
function readAnswer<T>(input: ScoringInput, read: (extraction: Extraction | null) => T): T | UnscoredAnswer {
  const { scorer, target } = input;
  return readText(input, (text) => read(scorer.extract(text, target)));
}

function readText<T>({ answer, policy }: ScoringInput, read: (text: string) => T): T | UnscoredAnswer {
  if (answer === null) return { verdict: 'unscored', reason: 'scorer' };
  const text = textToJudge(answer, policy);
  if (typeof text !== 'string') return text;
  try {
    return read(text);
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT')) throw error;
    return { verdict: 'unscored', reason: 'scorer' };
  }
}

/** The text of an answer that is judged, or why none is. */
export function textToJudge(answer: AnswerToScore, policy: Policy): string | UnscoredAnswer {
  const reason = reasonOf(answer);
  if (reason !== null && policy[reason] !== 'scored') return { verdict: 'unscored', reason };
  if (answer.text.length > MAX_ANSWER_LENGTH) return { verdict: 'unscored', reason: 'scorer' };
  // A server can send half of a surrogate pair; no extracted text could be committed to with it.
  return toWellFormed(answer.text);
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
