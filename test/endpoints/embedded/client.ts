/** Asks a server of the embedded models as any client would, and types what comes back. */
import { expect } from 'vitest';

/** A response as it came. */
interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

interface TokenEntry {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
  readonly top_logprobs: readonly TokenEntry[];
}

/** A chat completion, or an event of its stream. */
export interface Chat {
  readonly id: string;
  readonly system_fingerprint: string;
  readonly usage: Usage;
  readonly choices: readonly {
    readonly index: number;
    readonly message: { readonly content: string };
    readonly delta: { readonly content?: string };
    readonly logprobs: { readonly content: readonly TokenEntry[] } | null;
    readonly finish_reason: string | null;
  }[];
}

export interface CompletionLogprobs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly (number | null)[];
  readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
  readonly text_offset: readonly number[];
}

/** A text completion, or an event of its stream. */
export interface Completion {
  readonly usage: Usage | null;
  readonly choices: readonly {
    readonly index: number;
    readonly text: string;
    readonly logprobs: CompletionLogprobs | null;
    readonly finish_reason: string | null;
  }[];
}

export interface Client {
  readonly post: (path: string, body: unknown) => Promise<Reply>;
  readonly chat: (body: unknown) => Promise<Chat>;
  readonly complete: (body: unknown) => Promise<Completion>;
  /** The events of a stream, without the final mark, which must be there. */
  readonly stream: <T>(path: string, body: object) => Promise<T[]>;
}

/** A client of a server whose address is known when the first request is sent. */
export function createClient(url: () => string): Client {
  const post = async (path: string, body: unknown): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url() + path, { method: 'POST', body: text });
    return { status: response.status, text: await response.text() };
  };
  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const { status, text } = await post(path, body);
    expect(status, text).toBe(200);
    return JSON.parse(text);
  };
  return {
    post,
    chat: async (body) => (await ask('/chat/completions', body)) as Chat,
    complete: async (body) => (await ask('/completions', body)) as Completion,
    stream: async (path, body) => {
      const { text } = await post(path, { ...body, stream: true });
      const events = text.split('\n\n').map((event) => event.replace(/^data: /, ''));
      expect(events.splice(-2)).toEqual(['[DONE]', '']);
      return events.map((event) => JSON.parse(event));
    },
  };
}

/** The log-probabilities of the first choice. */
export function logprobsOf(reply: Completion): CompletionLogprobs {
  const logprobs = reply.choices[0]?.logprobs;
  if (!logprobs) throw new Error('the reply has no log-probabilities');
  return logprobs;
}
