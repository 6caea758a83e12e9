/**
 * Everything that is asked for one sample, from the first question to what the score follows from: first the endpoint under
 * test as the harness asks it, then the judge, if the scorer has one.
 *
 * Runner and verifier both follow it, the one with the answers that come and the other with those that were recorded.
 */
import type { JsonObject, JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Treatment } from '../transcript/plan.ts';
import type { SuiteReason } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';
import type { Dialogue, Question, Role, Step } from '../transcript/wire/dialogue.ts';
import { textToJudge } from './score-answer.ts';
import type { Scorer } from './scorer.ts';

/** What the verdict on a sample follows from. */
export interface Findings {
  /** The answer to the item; null if the dialogue gave none that could be scored. */
  readonly answer: Answer | null;
  /** What the judge said of it; empty if none was asked. */
  readonly replies: readonly Answer[];
}

/** What comes next: somebody is asked, or everything is there. */
export type Turn = { readonly role: Role; readonly ask: Question } | { readonly findings: Findings };

/** The inquiry into one sample, from its beginning. */
export interface Inquiry {
  /**
   * @param last - The answer to the question before; null for the first.
   * @param latencyUs - How long it took, as its record says.
   */
  next(last: Answer | null, latencyUs?: number): Turn | Promise<Turn>;
}

/** An answer with the time that it took. */
export interface Reply {
  readonly answer: Answer;
  readonly latencyUs: number;
}

/** Lead an inquiry through answers that are known; null if more would have been asked. */
export async function followInquiry(inquiry: Inquiry, known: readonly Reply[]): Promise<Findings | null> {
  let turn = await inquiry.next(null);
  for (const { answer, latencyUs } of known) turn = await inquiry.next(answer, latencyUs);
  return 'findings' in turn ? turn.findings : null;
}

/** What an inquiry is made of. */
export interface InquiryInput {
  readonly dialogue: Dialogue;
  /** null for a scorer that is not known; then no judge is asked. */
  readonly scorer: Scorer | null;
  readonly policy: Readonly<Record<SuiteReason, Treatment>>;
  readonly input: JsonObject;
  readonly target: JsonValue;
}

/** The inquiry into a sample of which nothing has been asked. */
export function createInquiry(subject: InquiryInput): Inquiry {
  let answer: Answer | null = null;
  let questions: readonly Question[] | null = null;
  const replies: Answer[] = [];

  const judged = (): Turn => {
    const ask = questions?.[replies.length];
    return ask === undefined ? { findings: { answer, replies } } : { role: 'judge', ask };
  };
  const asked = (step: Step): Turn => {
    if ('ask' in step) return { role: 'subject', ask: step.ask };
    answer = step.done;
    questions = answer === null ? [] : questionsAbout(subject, answer);
    return judged();
  };
  return {
    next(last, latencyUs) {
      if (questions !== null) {
        if (last !== null) replies.push(last);
        return judged();
      }
      const step = subject.dialogue.next(last, latencyUs);
      return step instanceof Promise ? step.then(asked) : asked(step);
    },
  };
}

// A judge is asked about an answer that is judged, and not about one that is cut, refused or empty.
function questionsAbout({ scorer, policy, input, target }: InquiryInput, answer: Answer): readonly Question[] {
  if (scorer?.asks === undefined) return [];
  const text = textToJudge(answer, policy);
  if (typeof text !== 'string') return [];
  try {
    return scorer.asks.questions({ answer: text, target, input });
  } catch (error) {
    // What cannot be asked about cannot be judged, and the scorer says so when it finds no reply.
    if (!isTouchstoneError(error, 'ERR_SCORER_TARGET', 'ERR_STEP_LIMIT', 'ERR_PROMPT_RENDER')) throw error;
    return [];
  }
}
