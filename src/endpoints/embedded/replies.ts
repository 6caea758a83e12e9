/** The JSON that the server sends: OpenAI's shapes for chat completions, text completions and their stream chunks. */
import type { Finish, TokenScore } from './generate.ts';
import type { Piece, PlacedToken } from './pieces.ts';

// A byte order mark is text like any other.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The fields that every reply of one request repeats. */
export interface ReplyHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}

/** Token counts; control tokens count as part of the prompt, and a prompt counts once for all its choices. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** How one of the two APIs words its replies. */
export interface ReplyForm {
  /** What ids begin with. */
  readonly prefix: string;
  /** Value of `object` in a whole reply. */
  readonly object: string;
  /** Value of `object` in the events of a stream. */
  readonly eventObject: string;
  /** The members of a whole choice. */
  readonly choice: (answer: Piece, finish: Finish) => object;
  /** The members of the first event of a choice; null if it has none of its own. */
  readonly opening: object | null;
  /** The members of an event with the next part of an answer. */
  readonly part: (piece: Piece) => object;
  /** The members of the last event of a choice. */
  readonly closing: (finish: Finish) => object;
}

/** Token counts from prompt and answers. */
export function countUsage(promptTokens: number, completionTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** The form of chat completions. */
export function chatForm(withLogprobs: boolean): ReplyForm {
  const logprobs = ({ tokens }: Piece): object | null => (withLogprobs ? chatLogprobs(tokens) : null);
  return {
    prefix: 'chatcmpl',
    object: 'chat.completion',
    eventObject: 'chat.completion.chunk',
    choice: (answer, finish) => ({
      message: { role: 'assistant', content: answer.text, refusal: null },
      logprobs: logprobs(answer),
      finish_reason: finish,
    }),
    opening: { delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
    part: (piece) => ({ delta: { content: piece.text }, logprobs: logprobs(piece), finish_reason: null }),
    closing: (finish) => ({ delta: {}, logprobs: null, finish_reason: finish }),
  };
}

/** The form of text completions. */
export function completionForm(withLogprobs: boolean): ReplyForm {
  const logprobs = ({ tokens }: Piece): object | null => (withLogprobs ? completionLogprobs(tokens) : null);
  return {
    prefix: 'cmpl',
    object: 'text_completion',
    eventObject: 'text_completion',
    choice: (answer, finish) => ({ text: answer.text, logprobs: logprobs(answer), finish_reason: finish }),
    opening: null,
    part: (piece) => ({ text: piece.text, logprobs: logprobs(piece), finish_reason: null }),
    closing: (finish) => ({ text: '', logprobs: null, finish_reason: finish }),
  };
}

function chatLogprobs(tokens: readonly PlacedToken[]): object {
  return {
    content: tokens.map((token) => ({ ...chatToken(token), top_logprobs: token.top.map(chatToken) })),
    refusal: null,
  };
}

function chatToken({ bytes, logprob }: Pick<PlacedToken, 'bytes' | 'logprob'>): object {
  return { token: tokenText(bytes), logprob, bytes: [...bytes] };
}

function completionLogprobs(tokens: readonly PlacedToken[]): object {
  return {
    tokens: tokens.map(({ bytes }) => tokenText(bytes)),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) => (top.length === 0 ? null : topByText(top))),
    text_offset: tokens.map(({ offset }) => offset),
  };
}

/** Two tokens may have the same text (U+FFFD for a partial character); the more probable one is kept. */
function topByText(top: readonly TokenScore[]): Record<string, number> {
  return Object.fromEntries(top.toReversed().map(({ bytes, logprob }) => [tokenText(bytes), logprob]));
}

function tokenText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
