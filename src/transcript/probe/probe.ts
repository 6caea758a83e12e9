/**
 * Probes: what is asked to find out whether an endpoint can do something, and what follows from the answers.
 *
 * What is asked next is a function of the endpoint, a nonce and the answers so far, and so is the verdict: whoever has
 * the recorded bytes asks and judges again. A server that refuses or ignores what it is asked for is told from a model
 * that is too weak to show it; where the two cannot be told apart the verdict is `unknown`, never `no`.
 */
import type { CapabilityVerdict } from '../../core/capability-names.ts';
import type { PlanEndpoint, PlanParameters } from '../plan.ts';
import type { Answer } from '../wire/answer.ts';
import type { Question } from '../wire/dialogue.ts';

/** What a probe is about. */
export interface ProbeContext {
  readonly endpoint: PlanEndpoint;
  /** 32 hex digits that no server has seen before, so that no answer is an old one. */
  readonly nonce: string;
}

/** A question of a probe. */
export interface ProbeQuestion extends Question {
  readonly parameters: PlanParameters;
  /** Whether it asks for nothing that a server could lack, so that a refusal of it says nothing. */
  readonly isPlain?: boolean;
}

/** An answer of a probe, with the body that it was read from. */
export interface ProbeReply extends Answer {
  readonly body: Uint8Array;
}

/** What a probe has found. */
export interface ProbeFinding {
  readonly verdict: CapabilityVerdict;
  /** Why, in a word that programs read: lower case, with hyphens. */
  readonly detail: string;
}

/** A probe for one capability. */
export interface Probe {
  /** The next question; null if there is nothing more to ask. */
  readonly next: (context: ProbeContext, replies: readonly ProbeReply[]) => ProbeQuestion | null;
  /** What follows when every question has its answer. */
  readonly judge: (context: ProbeContext, replies: readonly ProbeReply[]) => ProbeFinding;
}

/** It can. */
export function yes(detail: string): ProbeFinding {
  return { verdict: 'yes', detail };
}

/** It cannot, whatever the model. */
export function no(detail: string): ProbeFinding {
  return { verdict: 'no', detail };
}

/** Nothing can be said. */
export function unknown(detail: string): ProbeFinding {
  return { verdict: 'unknown', detail };
}

/** The same questions whatever is answered, one after the other. */
export function inTurn(...questions: readonly ((context: ProbeContext) => ProbeQuestion)[]): Probe['next'] {
  return (context, replies) => questions[replies.length]?.(context) ?? null;
}

/** What a question says beside its text. */
interface Extra {
  readonly members?: Question['members'];
  readonly system?: string;
  readonly isPlain?: boolean;
}

/** A chat with one message of the user. */
export function ask(text: string, parameters: PlanParameters, extra: Extra = {}): ProbeQuestion {
  const user = { content: text, role: 'user' };
  const messages = extra.system === undefined ? [user] : [{ content: extra.system, role: 'system' }, user];
  return {
    api: 'chat',
    members: { messages, ...extra.members },
    parameters,
    ...(extra.isPlain === true ? { isPlain: true } : {}),
  };
}

/** What every server can answer, to tell a refusal of what was asked for from a refusal of everything. */
export const PLAIN_QUESTION: ProbeQuestion = ask('Say hello.', { max_tokens: 16 }, { isPlain: true });

/** A number of four digits that differs from run to run. */
export function freshNumber({ nonce }: ProbeContext, which = 0): number {
  return 1000 + (Number.parseInt(nonce.slice(4 * which, 4 * which + 4), 16) % 9000);
}

/** Whether all texts are one. */
export function areEqual(replies: readonly ProbeReply[]): boolean {
  return replies.every(({ text }) => text === replies[0]?.text);
}

/** Whether any reply has no text at all, as models that think first give under a small limit. */
export function anyEmpty(replies: readonly ProbeReply[]): boolean {
  return replies.some(({ text }) => text.trim() === '');
}
