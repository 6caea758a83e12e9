import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalServer } from '../../../src/endpoints/listen.ts';
import { parseAnswer } from '../../../src/transcript/wire/parse-answer.ts';
import { createClient, logprobsOf, type Completion, type CompletionLogprobs } from './client.ts';
import { startSmallServer } from './fixtures.ts';

const MODEL = 'tiny-0.4m';
const TEXT = 'What is 3 + 4?';
const SCORE = { model: MODEL, prompt: TEXT, max_tokens: 0, echo: true, logprobs: 2 };
const GREEDY = { model: MODEL, prompt: TEXT, temperature: 0, max_tokens: 5 };

let server: LocalServer;
beforeAll(async () => {
  server = await startSmallServer();
});
afterAll(() => server.close());

const { post, complete, stream } = createClient(() => server.url);

/** Whether each token stands in the text where its offset says, counted in code points. */
function standInPlace({ tokens, text_offset }: CompletionLogprobs, text: string): boolean {
  return tokens.every((token, i) => [...text].slice(text_offset[i]).join('').startsWith(token));
}

/** The choices of a stream, put together. */
function joined(events: readonly Completion[]): object[] {
  const choices = new Map<number, { text: string; tokens: string[]; offsets: number[]; finish: string | null }>();
  for (const { index, text, logprobs, finish_reason } of events.flatMap((event) => event.choices)) {
    const known = choices.get(index) ?? { text: '', tokens: [], offsets: [], finish: null };
    choices.set(index, {
      text: known.text + text,
      tokens: [...known.tokens, ...(logprobs?.tokens ?? [])],
      offsets: [...known.offsets, ...(logprobs?.text_offset ?? [])],
      finish: finish_reason,
    });
  }
  return [...choices.values()];
}

/** The choices of a whole reply in the same form. */
function whole({ choices }: Completion): object[] {
  return choices.map(({ text, logprobs, finish_reason }) => ({
    text,
    tokens: logprobs?.tokens ?? [],
    offsets: logprobs?.text_offset ?? [],
    finish: finish_reason,
  }));
}

describe('POST /v1/completions', () => {
  it('scores a prompt without an answer, beginning with the token that nothing precedes', async () => {
    const reply = await complete(SCORE);
    expect(reply.choices[0]).toMatchObject({ text: TEXT, finish_reason: 'length' });
    const { tokens, text_offset, token_logprobs, top_logprobs } = logprobsOf(reply);
    expect(tokens.join('')).toBe(TEXT);
    expect([tokens[0], token_logprobs[0], top_logprobs[0], text_offset[0]]).toEqual(['', null, null, 0]);
    expect(standInPlace(logprobsOf(reply), TEXT)).toBe(true);
    for (const logprob of token_logprobs.slice(1)) expect(logprob).toBeLessThan(0);
    for (const top of top_logprobs.slice(1)) expect(Object.keys(top ?? {})).toHaveLength(2);
    expect(reply.usage).toEqual({ prompt_tokens: tokens.length, completion_tokens: 0, total_tokens: tokens.length });
  });

  it('gives the same numbers for the ids of a text', async () => {
    // Id 1 begins every sequence; ids 6 to 261 are the bytes.
    const ids = [1, ...[...'3 +'].map((char) => 6 + char.charCodeAt(0))];
    const reply = await complete({ ...SCORE, prompt: ids });
    expect(reply.choices).toEqual((await complete({ ...SCORE, prompt: '3 +' })).choices);
    expect(reply.choices).toEqual((await complete({ ...SCORE, prompt: [ids] })).choices);
    expect(reply.choices[0]?.text).toBe('3 +');
  });

  it('takes a list of one text', async () => {
    expect((await complete({ ...SCORE, prompt: [TEXT] })).choices).toEqual((await complete(SCORE)).choices);
  });

  it('answers nothing to max_tokens 0 without echo', async () => {
    const reply = await complete({ ...SCORE, echo: false });
    expect(reply.choices[0]).toMatchObject({ text: '', logprobs: { tokens: [] }, finish_reason: 'length' });
  });

  it('continues the text as it is, without a chat template', async () => {
    const reply = await complete(GREEDY);
    const { tokens } = logprobsOf(await complete(SCORE));
    expect(reply.usage?.prompt_tokens).toBe(tokens.length);
    expect(reply.choices[0]?.logprobs).toBe(null);
  });

  it('adds to an echoed prompt what it would answer without echo', async () => {
    const plain = await complete(GREEDY);
    const echoed = await complete({ ...GREEDY, echo: true, logprobs: 0 });
    expect(echoed.choices[0]?.text).toBe(`${TEXT}${plain.choices[0]?.text}`);
    expect(standInPlace(logprobsOf(echoed), `${TEXT}${plain.choices[0]?.text}`)).toBe(true);
    const { prompt_tokens, completion_tokens } = echoed.usage ?? {};
    expect(logprobsOf(echoed).tokens).toHaveLength((prompt_tokens ?? 0) + (completion_tokens ?? 0));
    expect(logprobsOf(echoed).top_logprobs.every((top) => top === null)).toBe(true);
  });

  it('counts offsets in characters, not in bytes or code units', async () => {
    const text = 'Ä 😀 = 3 + 4';
    const reply = await complete({ ...SCORE, prompt: text });
    const { tokens, text_offset } = logprobsOf(reply);
    expect(reply.choices[0]?.text).toBe(text);
    expect(text_offset[tokens.lastIndexOf('3')]).toBe([...text].indexOf('3'));
  });

  it('gives n choices, the first as without others, and counts the prompt once', async () => {
    const body = { ...GREEDY, temperature: 2, seed: 11, n: 4, echo: true, logprobs: 1 };
    const reply = await complete(body);
    expect(reply.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(reply.choices[0]).toEqual((await complete({ ...body, n: 1 })).choices[0]);
    expect(new Set(reply.choices.map(({ text }) => text)).size).toBe(4);
    expect(await complete(body)).toMatchObject({ choices: reply.choices, usage: reply.usage });
    const { prompt_tokens = 0, completion_tokens = 0 } = reply.usage ?? {};
    const tokens = reply.choices.map(({ logprobs }) => (logprobs?.tokens.length ?? 0) - prompt_tokens);
    expect(tokens.reduce((a, b) => a + b, 0)).toBe(completion_tokens);
  });

  it.each([
    ['an answer', {}],
    ['an echoed prompt', { echo: true }],
    ['an echoed prompt alone', { echo: true, max_tokens: 0 }],
    ['several choices', { echo: true, n: 3, temperature: 2, seed: 5, max_tokens: 20 }],
    ['a stop string that is held back', { stop: ['What is'], temperature: 2, seed: 3, max_tokens: 40 }],
  ])('streams %s as it would answer at once', async (_, more) => {
    const body = { ...GREEDY, logprobs: 0, ...more };
    const events = await stream<Completion>('/completions', { ...body, stream_options: { include_usage: true } });
    const reply = await complete(body);
    expect(joined(events)).toEqual(whole(reply));
    expect(events.at(-1)).toMatchObject({ choices: [], usage: reply.usage });
    expect(events.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it.each([[true], [false]])('leaves out the tokens of a stop string (echo: %s)', async (echo) => {
    const long = await complete({ ...GREEDY, max_tokens: 40, temperature: 2, seed: 1 });
    const text = long.choices[0]?.text ?? '';
    // Any two neighbours in the middle of an answer that is known to come.
    const stop = text.slice(10, 12);
    const body = { ...GREEDY, max_tokens: 40, temperature: 2, seed: 1, stop, echo, logprobs: 1 };
    const reply = await complete(body);
    const kept = (echo ? TEXT : '') + text.slice(0, text.indexOf(stop));
    expect(reply.choices[0]).toMatchObject({ text: kept, finish_reason: 'stop' });
    for (const offset of logprobsOf(reply).text_offset) expect(offset).toBeLessThan(kept.length);
    expect(logprobsOf(reply).tokens.join('').slice(0, kept.length)).toBe(kept);
    expect(joined(await stream<Completion>('/completions', body))).toEqual(whole(reply));
  });

  it.each([
    ['an id outside the vocabulary', 'invalid_value', { ...SCORE, prompt: [1, 640] }],
    ['an empty list of ids', 'invalid_value', { ...SCORE, prompt: [] }],
    ['several prompts', 'invalid_value', { ...SCORE, prompt: ['a', 'b'] }],
    ['a prompt in a list in a list', 'invalid_value', { ...SCORE, prompt: [['a']] }],
    ['no prompt', 'invalid_value', { ...SCORE, prompt: null }],
    ['more log-probabilities than the API has', 'invalid_value', { ...SCORE, logprobs: 6 }],
    ['log-probabilities as a flag', 'invalid_value', { ...SCORE, logprobs: true }],
    ['too many choices', 'invalid_value', { ...SCORE, n: 129 }],
    ['a suffix', 'unsupported_parameter', { ...SCORE, suffix: 'x' }],
    ['the best of several', 'unsupported_parameter', { ...SCORE, best_of: 2 }],
    ['a bias', 'unsupported_parameter', { ...SCORE, logit_bias: {} }],
    ['messages', 'unsupported_parameter', { ...SCORE, messages: [] }],
    ['a prompt beyond the context', 'context_length_exceeded', { ...SCORE, prompt: Array(257).fill(7) }],
  ])('refuses %s', async (_, code, body) => {
    const reply = await post('/completions', body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text).error.code).toBe(code);
  });

  it('works with the openai package, streamed and not', async () => {
    const client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
    const { choices } = await client.completions.create(GREEDY);
    let text = '';
    for await (const event of await client.completions.create({ ...GREEDY, stream: true }))
      text += event.choices[0]?.text ?? '';
    expect(text).toBe(choices[0]?.text);
    expect(text).not.toBe('');
  });

  it('is read back by the transcript, token by token', async () => {
    const { text } = await post('/completions', SCORE);
    const parsed = parseAnswer(Buffer.from(text), 'completions');
    const { tokens, token_logprobs, text_offset } = logprobsOf(JSON.parse(text));
    expect(parsed).toMatchObject({
      answer: {
        text: TEXT,
        tokens: tokens.map((token, i) => {
          const logprob = token_logprobs[i] ?? null;
          return { text: token, offset: text_offset[i], ...(logprob === null ? {} : { logprob }) };
        }),
      },
    });
  });

  it('scores a prompt that fills the context exactly', async () => {
    const reply = await complete({ ...SCORE, prompt: Array(256).fill(7) });
    expect(reply.usage?.prompt_tokens).toBe(256);
  });
});
