import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NO_CREDENTIALS, openOpenAiCompatible } from '../../src/endpoints/openai-compatible.ts';
import { parseRecording } from '../../src/endpoints/replay.ts';
import { startReplayServer } from '../../src/endpoints/replay-server.ts';
import type { Answer } from '../../src/transcript/wire/answer.ts';
import { parseAnswer } from '../../src/transcript/wire/parse-answer.ts';
import type { Api } from '../../src/transcript/wire/dialogue.ts';
import { sendOptions } from './send-options.ts';

const ASK = [{ role: 'user', content: 'Weather in Oslo?' }];
const CALL = { id: 'call-1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const CALLED = { message: { role: 'assistant', content: null, tool_calls: [CALL] }, finish_reason: 'tool_calls' };
const RESULT = [...ASK, CALLED.message, { role: 'tool', tool_call_id: 'call-1', content: '7 °C' }];
const SCORED = {
  text: '2 + 2 = 4',
  finish_reason: 'length',
  logprobs: { tokens: ['2 + 2 =', ' 4'], token_logprobs: [null, -0.25], top_logprobs: null, text_offset: [0, 7] },
};

function said(content: string): object {
  return { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] };
}

type Send = (api: Api, fields: object) => Promise<{ readonly status: number | null; readonly body: Uint8Array }>;

/** A way to ask a server of a recording with these lines, through an endpoint like any other. */
async function replay(...rows: readonly object[]): Promise<Send> {
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  const server = await startReplayServer({ recordings: new Map([['m', parseRecording(text, 'x.jsonl')]]) });
  onTestFinished(server.close);
  const identity = { kind: 'replay', name: 'm', base_url: server.url, model: 'm', stream: false } as const;
  const connection = { baseUrl: server.url, connections: 2, credentials: NO_CREDENTIALS };
  const endpoint = await openOpenAiCompatible({ ...identity, max_tokens_field: 'max_tokens' }, connection);
  onTestFinished(endpoint.close);
  return async (api, fields) => {
    const body = JSON.stringify({ model: 'm', ...fields });
    const { httpStatus, response } = await endpoint.send(body, sendOptions({ api }));
    return { status: httpStatus, body: response ?? new Uint8Array() };
  };
}

async function answerTo(send: Send, api: Api, fields: object): Promise<Answer> {
  const parsed = parseAnswer((await send(api, fields)).body, api);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.answer;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

describe('a recording of whole responses', () => {
  it.each([false, true])('replays a dialogue with calls of tools (streamed: %s)', async (stream) => {
    const send = await replay(
      { messages: ASK, response: { choices: [CALLED], usage: { prompt_tokens: 5, completion_tokens: 2 } } },
      { messages: RESULT, response: said('It is 7 °C in Oslo, and it rains.') },
    );
    const more = {
      stream,
      stream_options: stream ? { include_usage: true } : undefined,
      tools: [{ type: 'function' }],
    };
    expect(await answerTo(send, 'chat', { messages: ASK, ...more })).toMatchObject({
      text: '',
      finish: 'tool_calls',
      calls: [{ id: 'call-1', name: 'weather', arguments: '{"city":"Oslo"}' }],
      prompt_tokens: 5,
      completion_tokens: 2,
    });
    const last = await answerTo(send, 'chat', { messages: RESULT, ...more });
    expect(last).toMatchObject({ text: 'It is 7 °C in Oslo, and it rains.', finish: 'stop', model: 'm' });
    expect(last).not.toHaveProperty('calls');
  });

  it('replays log-probabilities of a text', async () => {
    const send = await replay({ prompt: '2 + 2 = 4', when: { echo: true }, response: { choices: [SCORED] } });
    expect(await answerTo(send, 'completions', { prompt: '2 + 2 = 4', echo: true, logprobs: 1 })).toMatchObject({
      text: '2 + 2 = 4',
      tokens: [
        { text: '2 + 2 =', offset: 0, top: [] },
        { text: ' 4', offset: 7, logprob: -0.25, top: [] },
      ],
    });
    expect((await send('completions', { prompt: '2 + 2 = 4' })).status).toBe(404);
  });

  it.each([false, true])('replays the text of an answer to a prompt (streamed: %s)', async (stream) => {
    const prompt_sha256 = createHash('sha256').update('"2 + 2 ="').digest('hex');
    const send = await replay({ prompt_sha256, output: ' 4', finish: 'length' });
    const { body } = await send('completions', { prompt: '2 + 2 =', stream });
    const events = textOf(body).replaceAll('data: ', '').split('\n\n');
    expect(JSON.parse(events[0] ?? '')).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: ' 4', logprobs: null, finish_reason: 'length' }],
    });
    expect(events.slice(1)).toEqual(stream ? ['[DONE]', ''] : []);
  });

  it('replays embeddings', async () => {
    const data = [
      { object: 'embedding', index: 0, embedding: [0.5, -1] },
      { object: 'embedding', index: 1, embedding: [0, 1e-7] },
    ];
    const send = await replay({ input: ['a', 'b'], response: { object: 'list', data, usage: { prompt_tokens: 2 } } });
    const answer = await answerTo(send, 'embeddings', { input: ['a', 'b'] });
    expect(answer).toMatchObject({ vectors: [[0.5, -1], [0, 1e-7]], prompt_tokens: 2 }); // prettier-ignore
    expect((await send('embeddings', { input: ['b', 'a'] })).status).toBe(404);
    expect((await send('chat', { messages: ['a', 'b'] })).status).toBe(404);
  });

  it('says itself who answers', async () => {
    const lies = { id: 'x', object: 'x', created: 7, model: 'gpt-9', system_fingerprint: 'fp_real', service_tier: 'y' };
    const send = await replay({ messages: ASK, response: { ...lies, ...said('hi') } });
    const reply: unknown = JSON.parse(textOf((await send('chat', { messages: ASK })).body));
    expect(reply).toEqual({
      id: expect.stringMatching(/^replay-[0-9a-f]{24}$/),
      created: 0,
      model: 'm',
      system_fingerprint: expect.stringMatching(/^touchstone-replay:[0-9a-f]{16}$/),
      object: 'chat.completion',
      service_tier: 'y',
      ...said('hi'),
    });
  });

  it('prefers the answer that names more of the request', async () => {
    const [one, two] = [[{ name: 'a' }], [{ name: 'b' }]];
    const send = await replay(
      { messages: ASK, response: said('any') },
      { messages: ASK, when: { tools: one }, response: said('one') },
      { messages: ASK, when: { tools: one, temperature: 0 }, seed: 2, response: said('one, cold, second') },
      { messages: ASK, when: { tools: two }, answer: 'two' },
    );
    const text = async (fields: object): Promise<string> =>
      (await answerTo(send, 'chat', { messages: ASK, ...fields })).text;
    expect(await text({})).toBe('any');
    expect(await text({ tools: [] })).toBe('any');
    expect(await text({ tools: one, seed: 2 })).toBe('one');
    expect(await text({ tools: one, seed: 2, temperature: 0 })).toBe('one, cold, second');
    expect(await text({ tools: two, seed: 2, temperature: 0 })).toBe('two');
  });

  it('answers a plain line byte for byte as it always has', async () => {
    const usage = { completion_tokens: 2, prompt_tokens: 3 };
    const send = await replay({ messages: ASK, answer: 'Four and twenty blackbirds', usage });
    const key = createHash('sha256').update('[{"content":"Weather in Oslo?","role":"user"}]').digest('hex');
    const { system_fingerprint: name } = JSON.parse(textOf((await send('chat', { messages: ASK })).body));
    const head = `{"id":"replay-${key.slice(0, 24)}","created":0,"model":"m","system_fingerprint":"${name}"`;
    expect(textOf((await send('chat', { messages: ASK })).body)).toBe(
      `${head},"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Four and twenty` +
        ' blackbirds","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,' +
        '"completion_tokens":2,"total_tokens":5}}',
    );
    const chunk = (rest: string): string => `data: ${head},"object":"chat.completion.chunk","choices":[${rest}}\n\n`;
    const delta = (text: string): string => chunk(`{"index":0,"delta":${text},"finish_reason":null}]`);
    const streamed = await send('chat', { messages: ASK, stream: true, stream_options: { include_usage: true } });
    expect(textOf(streamed.body)).toBe(
      delta('{"role":"assistant","content":""}') +
        delta('{"content":"Four and twenty "}') +
        delta('{"content":"blackbirds"}') +
        chunk('{"index":0,"delta":{},"finish_reason":"stop"}]') +
        chunk('],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}') +
        'data: [DONE]\n\n',
    );
  });

  it.each<[Api, object, number]>([
    ['completions', { prompt: 'x' }, 404],
    ['completions', { prompt: 7 }, 400],
    ['completions', { prompt: '\ud800' }, 400],
    ['completions', { messages: ASK }, 400],
    ['chat', { messages: 'x' }, 400],
    ['chat', { prompt: '' }, 400],
    ['embeddings', {}, 400],
  ])('refuses through %s the request %j', async (api, fields, status) => {
    const send = await replay({ prompt: '', answer: '' });
    expect(await send(api, fields)).toMatchObject({ status });
  });

  const deep = JSON.parse('['.repeat(300) + ']'.repeat(300));
  it.each<[string, object, string]>([
    ['two questions', { messages: ASK, prompt: 'x', answer: 'y' }, 'want one of messages, prompt and input'],
    ['a digest that is none', { input_sha256: 'x', response: {} }, '64 lowercase hex digits under input_sha256'],
    ['a response that is no object', { messages: ASK, response: 'x' }, 'want choices with message under response'],
    ['no choices', { messages: ASK, response: { choices: [] } }, 'want choices with message'],
    ['a choice without a message', { messages: ASK, response: { choices: [SCORED] } }, 'want choices with message'],
    ['a choice without a text', { prompt: 'x', response: { choices: [CALLED] } }, 'want choices with text'],
    ['no embeddings', { input: 'x', response: { data: [{ embedding: ['1'] }] } }, 'want data with embedding'],
    ['a text for embeddings', { input: 'x', answer: 'y' }, 'embeddings are no text'],
    ['a condition that is none', { messages: ASK, when: 'now', answer: 'y' }, 'want an object under when'],
    ['messages with half a character', { messages: ['\ud800'], answer: 'y' }, 'want well-formed text'],
    ['a response with half a character', { messages: ASK, response: said('\ud800') }, 'want well-formed text'],
    ['nesting without end', { messages: deep, answer: 'y' }, 'not nested too deeply'],
  ])('refuses %s', (_, row, message) => {
    expect(() => parseRecording(JSON.stringify(row), 'x.jsonl')).toThrow(
      expect.objectContaining({ code: 'ERR_REPLAY_MALFORMED', line: 1, message: expect.stringContaining(message) }),
    );
  });

  it('refuses more sets of conditions than it would look for', () => {
    const rows = Array.from({ length: 65 }, (_, i) => ({ messages: ASK, when: { [`a${i}`]: 1 }, answer: 'y' }));
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    expect(() => parseRecording(text, 'x.jsonl')).toThrow(expect.objectContaining({ line: 65 }));
  });
});
