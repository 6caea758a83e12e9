import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';
import { startEmbeddedServer } from '../../../src/endpoints/embedded/server.ts';
import type { LocalServer } from '../../../src/endpoints/listen.ts';
import { createClient, type Chat } from './client.ts';
import { startSmallServer } from './fixtures.ts';

const MODEL = 'tiny-0.4m';
const QUESTION = {
  model: MODEL,
  temperature: 0,
  messages: [{ role: 'user', content: 'What is 34 * 56? Think step by step.' }],
};
// What torch answers with the shipped weights; see test/vectors/embedded.
const ANSWER = '34 * 50 = 1600\n34 * 6 = 204\n1600 + 204 = 1844';

let server: LocalServer;
beforeAll(async () => {
  server = await startSmallServer();
});
afterAll(() => server.close());

const { post, chat, stream } = createClient(() => server.url);
const contentOf = (reply: Chat): string => reply.choices[0]?.message.content ?? '';

describe('GET /v1/models', () => {
  it('names each model with the digest of its weights', async () => {
    const [model] = await readEmbeddedModels([MODEL]);
    const list = (await (await fetch(`${server.url}/models`)).json()) as { readonly data: readonly object[] };
    expect(list.data).toEqual([expect.objectContaining({ id: MODEL, digest: `sha256:${model?.digestHex}` })]);
    expect(await (await fetch(`${server.url}/models/${MODEL}`)).json()).toEqual(list.data[0]);
  });
});

describe('POST /v1/chat/completions', () => {
  it('answers as torch does and says with which weights and kernel', async () => {
    const [model] = await readEmbeddedModels([MODEL]);
    const reply = await chat(QUESTION);
    expect(reply.choices[0]).toMatchObject({ message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' });
    expect(reply.id).toMatch(/^chatcmpl-[0-9a-f]{24}$/);
    expect(reply.system_fingerprint).toBe(`touchstone-embedded:wasm-simd-1:${model?.digestHex.slice(0, 16)}`);
    expect(reply.usage.total_tokens).toBe(reply.usage.prompt_tokens + reply.usage.completion_tokens);
  });

  it('works with the openai package, streamed and not', async () => {
    const client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'What is 34 * 56? Think step by step.' }];
    const chunks = await client.chat.completions.create({ model: MODEL, temperature: 0, messages, stream: true });
    let text = '';
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(ANSWER);
    await expect(client.chat.completions.create({ model: 'none', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('streams the same text, with usage in a last event where asked for', async () => {
    const events = await stream<Chat>('/chat/completions', { ...QUESTION, stream_options: { include_usage: true } });
    const whole = await chat(QUESTION);
    expect(events[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(events.map((event) => event.choices[0]?.delta.content ?? '').join('')).toBe(ANSWER);
    expect(events.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(events.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(new Set(events.map((event) => event.id)).size).toBe(1);
  });

  it('gives log-probabilities whose best is the greedy token', async () => {
    const reply = await chat({ ...QUESTION, logprobs: true, top_logprobs: 3 });
    const content = reply.choices[0]?.logprobs?.content ?? [];
    expect(content.length).toBeGreaterThan(10);
    expect(content.map((entry) => entry.token).join('')).toBe(ANSWER);
    for (const entry of content) {
      expect(entry.top_logprobs).toHaveLength(3);
      expect(entry.top_logprobs[0]).toEqual({ token: entry.token, logprob: entry.logprob, bytes: entry.bytes });
      expect(entry.logprob).toBeGreaterThan(entry.top_logprobs[1]?.logprob ?? NaN);
    }
  });

  it('repeats a sampled answer for its seed', async () => {
    const sampled = { ...QUESTION, messages: [{ role: 'user', content: 'Well?' }], temperature: 2, max_tokens: 20 };
    const text = async (seed: number): Promise<string> => contentOf(await chat({ ...sampled, seed }));
    expect(await text(7)).toBe(await text(7));
    expect(new Set(await Promise.all([1, 2, 3, 4].map(text))).size).toBeGreaterThan(1);
  });

  it('ends at max_tokens with finish reason length, and before a stop string with stop', async () => {
    const short = await chat({ ...QUESTION, max_completion_tokens: 3 });
    expect(short.choices[0]).toMatchObject({ message: { content: ANSWER.slice(0, 3) }, finish_reason: 'length' });
    expect(short.usage.completion_tokens).toBe(3);
    const stopped = await chat({ ...QUESTION, stop: ['\n', 'never'] });
    expect(stopped.choices[0]).toMatchObject({ message: { content: ANSWER.split('\n')[0] }, finish_reason: 'stop' });
  });

  it('gives n choices, the first as without others, streamed one after the other', async () => {
    const body = {
      ...QUESTION,
      messages: [{ role: 'user', content: 'Well?' }],
      temperature: 2,
      seed: 5,
      max_tokens: 12,
    };
    const reply = await chat({ ...body, n: 3, logprobs: true });
    const texts = reply.choices.map(({ message }) => message.content);
    expect(reply.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(reply.choices[0]).toEqual((await chat({ ...body, logprobs: true })).choices[0]);
    expect(new Set(texts).size).toBe(3);
    const events = (await stream<Chat>('/chat/completions', { ...body, n: 3 })).flatMap(({ choices }) => choices);
    const streamed = [0, 1, 2].map((index) => events.filter((choice) => choice.index === index));
    expect(streamed.map((choices) => choices.map(({ delta }) => delta.content ?? '').join(''))).toEqual(texts);
    expect(events.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(events.map(({ index }) => index));
    expect(streamed.map((choices) => choices.at(-1)?.finish_reason)).toEqual(
      reply.choices.map(({ finish_reason }) => finish_reason),
    );
  });

  it('gives log-probabilities for what stands before a stop string, and counts every token', async () => {
    const body = { ...QUESTION, stop: '1600\n', logprobs: true };
    const reply = await chat(body);
    const tokens = reply.choices[0]?.logprobs?.content.map(({ token }) => token) ?? [];
    expect(tokens.join('')).toBe('34 * 50 = ');
    expect(reply.usage.completion_tokens).toBe(tokens.length + '1600\n'.length);
    const events = (await stream<Chat>('/chat/completions', body)).flatMap(({ choices }) => choices);
    expect(events.flatMap(({ logprobs }) => logprobs?.content ?? []).map(({ token }) => token)).toEqual(tokens);
  });

  it('takes system and assistant messages and text parts', async () => {
    const messages = [
      { role: 'system', content: 'Answer briefly.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is ' },
          { type: 'text', text: '3 + 4?' },
        ],
      },
      { role: 'assistant', content: '7' },
      { role: 'user', content: 'What is 5 + 4?' },
    ];
    const reply = await chat({ ...QUESTION, messages });
    expect(contentOf(reply)).toMatch(/^\d+$/);
  });

  it('gives the same answers one after the other and all at once', async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => ({
      ...QUESTION,
      logprobs: true,
      messages: [{ role: 'user', content: `What is ${i} + 30?` }],
    }));
    const alone: unknown[] = [];
    for (const body of bodies) alone.push((await chat(body)).choices);
    const together = await Promise.all(bodies.map(chat));
    expect(together.map((reply) => reply.choices)).toEqual(alone);
  });

  it('gives up a job whose client has left, and serves the next', async () => {
    const request = httpRequest(`${server.url}/chat/completions`, { method: 'POST' });
    request.end(JSON.stringify({ ...QUESTION, temperature: 2, seed: 1, stream: true }));
    const [response] = await once(request, 'response');
    await once(response, 'data');
    request.destroy();
    expect(contentOf(await chat(QUESTION))).toBe(ANSWER);
  });

  const long = 'What is this? '.repeat(200);
  const faults: Readonly<Record<string, readonly [number, string, unknown]>> = {
    'invalid JSON': [400, 'invalid_json', '{'],
    'a byte that is not UTF-8': [400, 'invalid_json', '\ud800'],
    'a body that is no object': [400, 'invalid_body', []],
    'a body of more than 1 MiB': [413, 'body_too_large', { ...QUESTION, user: 'x'.repeat(1_100_000) }],
    tools: [400, 'unsupported_parameter', { ...QUESTION, tools: [] }],
    'an unknown parameter': [400, 'unsupported_parameter', { ...QUESTION, top_k: 1 }],
    'an unknown model': [404, 'model_not_found', { ...QUESTION, model: 'gpt-4' }],
    'no choices': [400, 'invalid_value', { ...QUESTION, n: 0 }],
    'too many choices': [400, 'invalid_value', { ...QUESTION, n: 129 }],
    'a name of a speaker': [
      400,
      'unsupported_parameter',
      { ...QUESTION, messages: [{ role: 'user', content: 'x', name: 'ann' }] },
    ],
    'a penalty': [400, 'unsupported_value', { ...QUESTION, presence_penalty: 1 }],
    'a temperature out of range': [400, 'invalid_value', { ...QUESTION, temperature: 3 }],
    'a seed that is not whole': [400, 'invalid_value', { ...QUESTION, seed: 0.5 }],
    'no tokens': [400, 'invalid_value', { ...QUESTION, max_tokens: 0 }],
    'an empty stop string': [400, 'invalid_value', { ...QUESTION, stop: '' }],
    'too many stop strings': [400, 'invalid_value', { ...QUESTION, stop: ['a', 'b', 'c', 'd', 'e'] }],
    'top_logprobs alone': [400, 'invalid_value', { ...QUESTION, top_logprobs: 2 }],
    'stream_options alone': [400, 'invalid_value', { ...QUESTION, stream_options: { include_usage: true } }],
    'an answer in JSON': [400, 'unsupported_value', { ...QUESTION, response_format: { type: 'json_object' } }],
    'a response format that is none': [400, 'unsupported_value', { ...QUESTION, response_format: 'text' }],
    'a choice of tools': [400, 'unsupported_parameter', { ...QUESTION, tool_choice: 'auto' }],
    'no messages': [400, 'invalid_value', { ...QUESTION, messages: [] }],
    'an unknown role': [400, 'invalid_value', { ...QUESTION, messages: [{ role: 'tool', content: 'x' }] }],
    'an image': [
      400,
      'unsupported_parameter',
      { ...QUESTION, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
    ],
    'a prompt beyond the context': [
      400,
      'context_length_exceeded',
      { ...QUESTION, messages: [{ role: 'user', content: long }] },
    ],
  };
  it.each(Object.entries(faults))('refuses %s', async (_, [status, code, body]) => {
    const reply = await post('/chat/completions', body);
    expect({ status: reply.status, error: JSON.parse(reply.text).error }).toMatchObject({
      status,
      error: { code, type: 'invalid_request_error', message: expect.any(String) },
    });
  });

  it('refuses unknown routes and methods', async () => {
    expect((await fetch(`${server.url}/embeddings`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${server.url}/chat/completions`)).status).toBe(404);
    expect((await fetch(`${server.url}/models/none`)).status).toBe(404);
  });
});

describe('startEmbeddedServer()', () => {
  it('refuses a port that is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startEmbeddedServer({ port, workers: 0 })).rejects.toMatchObject({ code: 'ERR_ENDPOINT_LISTEN' });
  });
});
