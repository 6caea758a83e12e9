/**
 * What is asked for one sample: a question, and after its answer perhaps another one.
 *
 * What comes next is a function of plan, suite, item and the answers so far, so a verifier that has the answers asks the
 * same questions again and compares them with what was sent.
 */
import type { JsonObject } from '../../core/canonical-json.ts';
import type { PlanParameters } from '../plan.ts';
import type { Answer } from './answer.ts';

/** Who is asked: the endpoint under test, or the model that judges its answers. */
export type Role = 'subject' | 'judge';

/** Which part of an OpenAI-compatible server is asked. */
export type Api = 'chat' | 'completions' | 'embeddings';

/** Most questions for one sample, so that what a verifier keeps of it is bounded. */
export const MAX_TURNS = 256;

/** A question. */
export interface Question {
  readonly api: Api;
  /** Members of the request body that say what is asked, such as `messages`; the rest follows from the plan. */
  readonly members: JsonObject;
  /** In place of the parameters of the plan. */
  readonly parameters?: PlanParameters;
}

/**
 * What comes next in a dialogue: a question, or the answer to the item as it is to be scored; null if there is none to
 * score. The first is always a question.
 */
export type Step = { readonly ask: Question } | { readonly done: Answer | null };

/** The dialogue about one item, from its beginning. */
export interface Dialogue {
  /**
   * @param last - The answer to the question before; null for the first.
   * @param latencyUs - How long it took, as its record says.
   */
  next(last: Answer | null, latencyUs?: number): Step | Promise<Step>;
}
