/** The JSON that the server sends: OpenAI's shapes for chat completions, text completions and their stream chunks. */
import type { Finish, TokenScore, TokenStep } from './generate.ts';

/** The fields that every reply of one request repeats. */
export interface ReplyHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}

/** Token counts; control tokens count as part of the prompt. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What is known at the end of a job. */
export interface Answer {
  readonly text: string;
  readonly steps: readonly TokenStep[];
  readonly finish: Finish;
  readonly usage: Usage;
}

/** Token counts from prompt and answer. */
export function countUsage(promptTokens: number, completionTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** The reply to a chat request that does not stream. */
export function chatReply(head: ReplyHead, answer: Answer, logprobs: boolean): object {
  const choice = {
    index: 0,
    message: { role: 'assistant', content: answer.text, refusal: null },
    logprobs: logprobs ? chatLogprobs(answer.steps) : null,
    finish_reason: answer.finish,
  };
  return { ...head, object: 'chat.completion', choices: [choice], usage: answer.usage };
}

/** One event of a chat stream. */
export function chatChunk(head: ReplyHead, choice: object): object {
  return { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] };
}

/** The log-probabilities of a chat message. */
export function chatLogprobs(steps: readonly TokenStep[]): object {
  return {
    content: steps.map((step) => ({ ...chatToken(step), top_logprobs: step.top.map(chatToken) })),
    refusal: null,
  };
}

function chatToken({ bytes, logprob }: Pick<TokenStep, 'bytes' | 'logprob'>): object {
  return { token: tokenText(bytes), logprob, bytes: [...bytes] };
}

/** The reply to a completion request, or one event of its stream. */
export function completionReply(head: ReplyHead, choice: object, usage?: Usage): object {
  return { ...head, object: 'text_completion', choices: [{ index: 0, ...choice }], ...(usage && { usage }) };
}

/**
 * The log-probabilities of a text completion.
 *
 * @param start - Where the text of the first step begins in the whole text, in code points.
 */
export function completionLogprobs(steps: readonly TokenStep[], start: number): object {
  return {
    tokens: steps.map((step) => tokenText(step.bytes)),
    token_logprobs: steps.map((step) => step.logprob),
    top_logprobs: steps.map((step) => (step.top.length === 0 ? null : topByText(step.top))),
    text_offset: textOffsets(steps, start),
  };
}

/** Two tokens may have the same text (U+FFFD for a partial character); the more probable one is kept. */
function topByText(top: readonly TokenScore[]): Record<string, number> {
  return Object.fromEntries(top.toReversed().map(({ bytes, logprob }) => [tokenText(bytes), logprob]));
}

/** Code points of complete text before each token. */
function textOffsets(steps: readonly TokenStep[], start: number): number[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let offset = start;
  return steps.map(({ bytes }) => {
    const before = offset;
    offset += [...decoder.decode(bytes, { stream: true })].length;
    return before;
  });
}

function tokenText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
