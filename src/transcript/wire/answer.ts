/** What a model answered, whatever it was asked for. */
import type { ANSWER_FACTS } from '../record.ts';

/** A tool that the model wants to be called. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them: JSON if it got them right. */
  readonly arguments: string;
}

/** A token with its log probability, as the server states it. */
export interface Token {
  readonly text: string;
  /** Natural logarithm; absent for the first token of an echoed prompt. */
  readonly logprob?: number;
  /** Where it begins in the text, in characters as the server counts them; absent for chats. */
  readonly offset?: number;
  /** The most likely tokens in its place. */
  readonly top: readonly { readonly text: string; readonly logprob: number }[];
}

/** An answer; fields that the server left out, or filled with something unprintable, are absent. */
export interface Answer {
  readonly text: string;
  /** Whether the server flagged the answer as a refusal of the model. */
  readonly refused: boolean;
  readonly finish?: string;
  readonly model?: string;
  readonly fingerprint?: string;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  /** Absent if no tool is to be called. */
  readonly calls?: readonly ToolCall[];
  /** Absent unless the server was asked for log probabilities and gave them. */
  readonly tokens?: readonly Token[];
  /** Of the texts that were embedded, in their order; absent for anything else. */
  readonly vectors?: readonly (readonly number[])[];
}

/** What an answer reports about itself; the rest of it is content. */
export type ReportedFacts = Pick<Answer, (typeof ANSWER_FACTS)[number]>;
