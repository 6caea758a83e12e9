/** What other APIs than plain chats ask and answer: tools, log probabilities, completions, embeddings. */
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/core/bytes.ts';
import { parseAnswer } from '../../../src/transcript/wire/parse-answer.ts';
import { requestBuilder } from '../../../src/transcript/wire/request.ts';
import { FULL_PLAN, PLAN } from '../examples.ts';

function chat(message: object, more: object = {}): Uint8Array {
  return encodeUtf8(JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls', ...more }] }));
}

function stream(...deltas: readonly object[]): Uint8Array {
  const events = deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`);
  return encodeUtf8(`${events.join('')}data: [DONE]\n\n`);
}

function call(id: string, name: string, args: unknown): object {
  return { id, type: 'function', function: { name, arguments: args } };
}

describe('parseAnswer() of tool calls', () => {
  it('reads them in their order, with arguments as the model wrote them', () => {
    const calls = [call('a', 'add', '{"x": 1}'), call('b', 'add', 'no json')];
    expect(parseAnswer(chat({ content: null, tool_calls: calls }))).toEqual({
      answer: {
        text: '',
        refused: false,
        finish: 'tool_calls',
        calls: [
          { id: 'a', name: 'add', arguments: '{"x": 1}' },
          { id: 'b', name: 'add', arguments: 'no json' },
        ],
      },
    });
  });

  it('puts the pieces of a stream together by their index', () => {
    const body = stream(
      { tool_calls: [{ index: 0, ...call('a', 'add', '{"x"') }] },
      { tool_calls: [{ index: 1, ...call('b', 'sub', '{}') }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
    );
    expect(parseAnswer(body)).toMatchObject({
      answer: {
        calls: [
          { id: 'a', name: 'add', arguments: '{"x":1}' },
          { id: 'b', name: 'sub', arguments: '{}' },
        ],
      },
    });
  });

  it.each([
    ['no list', { tool_calls: 7 }],
    ['an empty list', { tool_calls: [] }],
    ['entries that are no objects', { tool_calls: [null, 'x', 3] }],
    ['an index far ahead', { tool_calls: [{ index: 99_999, ...call('a', 'add', '{}') }] }],
  ])('has none for %s', (_what, message) => {
    const parsed = parseAnswer(chat({ content: 'text', ...message }));
    expect(parsed).toEqual({ answer: { text: 'text', refused: false, finish: 'tool_calls' } });
  });

  it('takes arguments that are JSON instead of a text of JSON, and half of a surrogate pair', () => {
    expect(parseAnswer(chat({ tool_calls: [call('\ud800', 'n', { x: 1 })] }))).toMatchObject({
      answer: { calls: [{ id: '\ufffd', name: 'n', arguments: '{"x":1}' }] },
    });
  });

  it('reads at most 128', () => {
    const calls = Array.from({ length: 200 }, (_, n) => call(String(n), 'add', '{}'));
    const parsed = parseAnswer(chat({ tool_calls: calls }));
    expect('answer' in parsed && parsed.answer.calls).toHaveLength(128);
  });
});

describe('parseAnswer() of log probabilities', () => {
  const token = (text: string, logprob: unknown): object => ({ token: text, logprob, top_logprobs: [] });

  it('reads those of a chat with the likeliest tokens', () => {
    const content = [{ token: 'm', logprob: -0.25, top_logprobs: [{ token: 'M', logprob: -1.5 }] }];
    expect(parseAnswer(chat({ content: 'm' }, { logprobs: { content } }))).toMatchObject({
      answer: { tokens: [{ text: 'm', logprob: -0.25, top: [{ text: 'M', logprob: -1.5 }] }] },
    });
  });

  it('has none if one of them has no value', () => {
    const content = [token('a', -1), token('b', null)];
    const parsed = parseAnswer(chat({ content: 'ab' }, { logprobs: { content } }));
    expect(parsed).not.toHaveProperty('answer.tokens');
  });

  it('has none for a number that is too large to be one', () => {
    const body = encodeUtf8(
      '{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1e999}]}}]}',
    );
    expect(parseAnswer(body)).toEqual({ answer: { text: 'a', refused: false } });
  });
});

describe('parseAnswer() of a completion', () => {
  const completion = (choice: object): Uint8Array => encodeUtf8(JSON.stringify({ choices: [choice], model: 'm' }));
  const logprobs = {
    tokens: ['', 'a', ' b'],
    token_logprobs: [null, -0.5, -2],
    text_offset: [0, 0, 1],
    top_logprobs: [null, { a: -0.5 }, { ' b': -2, ' c': -3 }],
  };

  it('reads text and tokens', () => {
    expect(parseAnswer(completion({ text: 'a b', finish_reason: 'length', logprobs }), 'completions')).toEqual({
      answer: {
        text: 'a b',
        refused: false,
        finish: 'length',
        model: 'm',
        tokens: [
          { text: '', offset: 0, top: [] },
          { text: 'a', logprob: -0.5, offset: 0, top: [{ text: 'a', logprob: -0.5 }] },
          {
            text: ' b',
            logprob: -2,
            offset: 1,
            top: [
              { text: ' b', logprob: -2 },
              { text: ' c', logprob: -3 },
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['lists of different length', { ...logprobs, text_offset: [0] }],
    ['a token that is no text', { ...logprobs, tokens: ['', 1, ' b'] }],
    ['a value that is no number', { ...logprobs, token_logprobs: [null, 'x', -2] }],
  ])('has no tokens for %s', (_what, broken) => {
    expect(parseAnswer(completion({ text: 'a b', logprobs: broken }), 'completions')).not.toHaveProperty(
      'answer.tokens',
    );
  });

  it('is no answer without a text, and a chat is none', () => {
    expect(parseAnswer(completion({}), 'completions')).toEqual({ fault: 'ERR_BODY_NO_CHOICE' });
    expect(parseAnswer(chat({ content: 'x' }), 'completions')).toEqual({ fault: 'ERR_BODY_NO_CHOICE' });
  });
});

describe('parseAnswer() of embeddings', () => {
  const embeddings = (data: unknown): Uint8Array => encodeUtf8(JSON.stringify({ data, model: 'e' }));

  it('reads the vectors in their order', () => {
    const data = [{ embedding: [1, 0.5] }, { embedding: [0, -1] }];
    expect(parseAnswer(embeddings(data), 'embeddings')).toEqual({
      answer: {
        text: '',
        refused: false,
        model: 'e',
        vectors: [
          [1, 0.5],
          [0, -1],
        ],
      },
    });
  });

  it.each([
    ['no list', 'x'],
    ['an empty list', []],
    ['an empty vector', [{ embedding: [] }]],
    ['a text', [{ embedding: ['1'] }]],
  ])('is no answer for %s', (_what, data) => {
    expect(parseAnswer(embeddings(data), 'embeddings')).toEqual({ fault: 'ERR_BODY_NO_CHOICE' });
  });
});

describe('requestBuilder() for other questions', () => {
  it('writes a completion with parameters of its own, whatever the plan says of chats', () => {
    const build = requestBuilder(FULL_PLAN);
    const question = {
      api: 'completions',
      members: { prompt: 'p', echo: true, logprobs: 1 },
      parameters: { max_tokens: 1, temperature: '0' },
    } as const;
    expect(build(question, 3)).toBe(
      '{"echo":true,"logprobs":1,"max_tokens":1,"model":"/models/tiny-1.gguf","prompt":"p","temperature":0,"top_k":40}',
    );
  });

  it('counts the seed of a question on, repeat by repeat', () => {
    const question = { api: 'chat', members: { messages: [] }, parameters: { max_tokens: 2, seed: 5 } } as const;
    expect(requestBuilder(PLAN)(question, 2)).toBe('{"max_tokens":2,"messages":[],"model":"m","seed":7}');
  });

  it('writes embeddings without any parameter', () => {
    expect(requestBuilder(PLAN)({ api: 'embeddings', members: { input: ['a', 'b'] } }, 0)).toBe(
      '{"input":["a","b"],"model":"m"}',
    );
  });

  it.each(['tools', 'tool_choice', 'prompt', 'echo', 'input'])('refuses an endpoint that sets %s', (name) => {
    const endpoint = { ...PLAN.endpoint, extra: JSON.stringify({ [name]: 1 }) };
    expect(() => requestBuilder({ ...PLAN, endpoint })).toThrow(expect.objectContaining({ code: 'ERR_PLAN_FORM' }));
  });
});
