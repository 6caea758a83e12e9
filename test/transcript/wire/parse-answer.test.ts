import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { parseAnswer, type ParsedBody } from '../../../src/transcript/wire/parse-answer.ts';
import { formatRecord, parseRecord } from '../../../src/transcript/record-line.ts';
import { RECORDS } from '../examples.ts';

const utf8 = new TextEncoder();

function parse(body: string | object): ParsedBody {
  return parseAnswer(utf8.encode(typeof body === 'string' ? body : JSON.stringify(body)));
}

/** An event stream of chunks; a text stands for itself. */
function stream(...chunks: readonly (string | object)[]): string {
  return chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join('');
}

function completion(message: object, choice: object = {}, body: object = {}): object {
  return {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'stop', ...choice }],
    ...body,
  };
}

function chunk(delta: object, choice: object = {}, body: object = {}): object {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: null, ...choice }],
    ...body,
  };
}

const STOP = chunk({}, { finish_reason: 'stop' });

describe('parseAnswer() on a JSON body', () => {
  it('reads OpenAI', () => {
    expect(
      parse({
        id: 'chatcmpl-0',
        object: 'chat.completion',
        created: 1_767_323_045,
        model: 'gpt-4.1-2025-04-14',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hello!', refusal: null, annotations: [] },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: {
          prompt_tokens: 19,
          completion_tokens: 10,
          total_tokens: 29,
          prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
        service_tier: 'default',
        system_fingerprint: 'fp_0123abcd',
      }),
    ).toEqual({
      answer: {
        text: 'Hello!',
        refused: false,
        finish: 'stop',
        model: 'gpt-4.1-2025-04-14',
        fingerprint: 'fp_0123abcd',
        prompt_tokens: 19,
        completion_tokens: 10,
      },
    });
  });

  it('reads vLLM, which names a model by its path and keeps reasoning apart', () => {
    expect(
      parse({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_767_323_045,
        model: '/models/Qwen3-8B',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', reasoning_content: '2 + 2 …', content: '4', tool_calls: [] },
            logprobs: null,
            finish_reason: 'length',
            stop_reason: null,
          },
        ],
        usage: { prompt_tokens: 12, total_tokens: 20, completion_tokens: 8, prompt_tokens_details: null },
        prompt_logprobs: null,
        kv_transfer_params: null,
      }),
    ).toEqual({
      answer: {
        text: '4',
        refused: false,
        finish: 'length',
        model: '/models/Qwen3-8B',
        prompt_tokens: 12,
        completion_tokens: 8,
      },
    });
  });

  it('reads llama.cpp', () => {
    expect(
      parse({
        choices: [{ finish_reason: 'stop', index: 0, message: { role: 'assistant', content: 'Hi.' } }],
        created: 1_767_323_045,
        model: 'gpt-3.5-turbo',
        system_fingerprint: 'b4850-0fd7ca7a',
        object: 'chat.completion',
        usage: { completion_tokens: 3, prompt_tokens: 11, total_tokens: 14 },
        id: 'chatcmpl-x',
        timings: { prompt_n: 11, prompt_ms: 12.5 },
      }),
    ).toMatchObject({ answer: { text: 'Hi.', fingerprint: 'b4850-0fd7ca7a', completion_tokens: 3 } });
  });

  it('reads Ollama', () => {
    expect(
      parse({
        id: 'chatcmpl-716',
        object: 'chat.completion',
        created: 1_767_323_045,
        model: 'llama3.2:1b',
        system_fingerprint: 'fp_ollama',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 27, completion_tokens: 2, total_tokens: 29 },
      }),
    ).toMatchObject({ answer: { model: 'llama3.2:1b', fingerprint: 'fp_ollama' } });
  });

  it('reads the compatible endpoint of Anthropic, which leaves fields empty', () => {
    expect(
      parse({
        id: 'msg_01',
        choices: [{ finish_reason: 'stop', index: 0, message: { content: 'Hi!', refusal: '', role: 'assistant' } }],
        created: 1_767_323_045,
        model: 'claude-sonnet-4-20250514',
        object: 'chat.completion',
        system_fingerprint: '',
        usage: { completion_tokens: 5, prompt_tokens: 9, total_tokens: 14 },
      }),
    ).toEqual({
      answer: {
        text: 'Hi!',
        refused: false,
        finish: 'stop',
        model: 'claude-sonnet-4-20250514',
        prompt_tokens: 9,
        completion_tokens: 5,
      },
    });
  });

  it.each([
    ['null', null, ''],
    ['no content', undefined, ''],
    ['an empty text', '', ''],
    [
      'parts',
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'ab',
    ],
    [
      'parts that are no text',
      [{ type: 'thinking', thinking: [] }, null, 'x', 1, { text: 2 }, { type: 'text', text: 'a' }],
      'a',
    ],
    ['no parts', [], ''],
    ['a number', 4, ''],
    ['an object', { text: 'a' }, ''],
    ['half a surrogate pair', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
    ['a pair in two parts', [{ text: '\ud83c' }, { text: '\udfaf' }], '🎯'],
    ['white space', ' \n', ' \n'],
    ['zero', '\u0000', '\u0000'],
  ])('reads content that is %s', (_name, content, text) => {
    expect(parse(completion({ role: 'assistant', content }))).toEqual({
      answer: { text, refused: false, finish: 'stop' },
    });
  });

  it('notes a refusal, whose text is no answer', () => {
    expect(parse(completion({ content: null, refusal: 'I cannot.' }))).toMatchObject({
      answer: { text: '', refused: true },
    });
  });

  it('reads the first choice only', () => {
    const first = { message: { content: 'a' }, finish_reason: 'stop' };
    const second = { message: { content: 'b' }, finish_reason: 'length' };
    expect(parse({ choices: [first, second] })).toMatchObject({ answer: { text: 'a', finish: 'stop' } });
  });

  it.each([
    ['missing', {}],
    ['null', { model: null, system_fingerprint: null, usage: null }],
    ['empty', { model: '', system_fingerprint: '', usage: {} }],
    ['too long', { model: 'm'.repeat(129), system_fingerprint: 'f'.repeat(129) }],
    ['hostile', { model: '<script>alert(1)</script>', system_fingerprint: '\u001b[31mred' }],
    ['of another kind', { model: 1, system_fingerprint: ['f'], usage: [1, 2] }],
    ['beyond ASCII', { model: 'modèle', system_fingerprint: '指紋' }],
    ['odd numbers', { usage: { prompt_tokens: -1, completion_tokens: 1.5 } }],
    ['numbers beyond all bounds', { usage: { prompt_tokens: 2 ** 53, completion_tokens: '7' } }],
  ])('leaves out facts that are %s', (_name, facts) => {
    expect(parse(completion({ content: 'a' }, { finish_reason: null }, facts))).toEqual({
      answer: { text: 'a', refused: false },
    });
  });

  it('drops a byte order mark and white space around', () => {
    expect(parse(`\ufeff${JSON.stringify(completion({ content: 'a' }))}`)).toMatchObject({ answer: { text: 'a' } });
    expect(parse(`\n\n${JSON.stringify(completion({ content: 'a' }))}\n`)).toMatchObject({ answer: { text: 'a' } });
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'],
    ['text', 'upstream connect error'],
    ['JSON that is cut', '{"choices":[{"message":{"content":"a'],
    ['two values', '{}{}'],
    ['lines of JSON', '{"message":{"content":"a"},"done":false}\n{"done":true}\n'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['nesting without end', '['.repeat(200_000)],
  ])('says of %s that it is no JSON object', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_NOT_JSON' });
  });

  it('says of other bytes that they are no UTF-8', () => {
    expect(parseAnswer(Uint8Array.of(0x7b, 0xff, 0x7d))).toEqual({ fault: 'ERR_BODY_NOT_UTF8' });
    expect(parseAnswer(Uint8Array.of(0x1f, 0x8b, 8))).toEqual({ fault: 'ERR_BODY_NOT_UTF8' });
  });

  it.each([
    ['OpenAI', { error: { message: 'Rate limit', type: 'requests', param: null, code: 'rate_limit_exceeded' } }],
    ['an older vLLM', { object: 'error', message: 'too long', type: 'BadRequestError', param: null, code: 400 }],
    ['a text', { error: 'model not found' }],
    ['an empty text', { error: '' }],
    ['Anthropic', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    ['an error beside choices', { ...completion({ content: 'a' }), error: { code: 502 } }],
  ])('says of the error of %s that the server says error', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_ERROR' });
  });

  it('takes an error that is null for none', () => {
    expect(parse(completion({ content: 'a' }, {}, { error: null }))).toMatchObject({ answer: { text: 'a' } });
  });

  it.each([
    ['no choices', {}],
    ['null for choices', { choices: null }],
    ['an empty list', { choices: [] }],
    ['an object for choices', { choices: { 0: { message: { content: 'a' } } } }],
    ['a choice that is null', { choices: [null] }],
    ['a choice without a message', { choices: [{ finish_reason: 'stop' }] }],
    ['a message that is a text', { choices: [{ message: 'a' }] }],
    ['a chunk', { choices: [{ delta: { content: 'a' } }] }],
    ['a completion of text', { choices: [{ text: 'a', finish_reason: 'stop' }] }],
    ['an answer in another protocol', { type: 'message', content: [{ type: 'text', text: 'a' }] }],
    ['details of a fault', { detail: 'Not Found' }],
  ])('says of %s that there is no choice', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_NO_CHOICE' });
  });
});

describe('parseAnswer() on an event stream', () => {
  it('reads OpenAI, whose last chunk has the usage only', () => {
    const facts = { model: 'gpt-4o-mini', system_fingerprint: 'fp_1', usage: null };
    expect(
      parse(
        stream(
          chunk({ role: 'assistant', content: '', refusal: null }, { logprobs: null }, facts),
          chunk({ content: 'Hel' }, {}, facts),
          chunk({ content: 'lo' }, {}, facts),
          chunk({}, { finish_reason: 'stop' }, facts),
          { ...facts, choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
          '[DONE]',
        ),
      ),
    ).toEqual({
      answer: {
        text: 'Hello',
        refused: false,
        finish: 'stop',
        model: 'gpt-4o-mini',
        fingerprint: 'fp_1',
        prompt_tokens: 9,
        completion_tokens: 2,
      },
    });
  });

  it('reads a stream that begins with comments and empty lines', () => {
    const body = `\n: PROCESSING\n\n: PROCESSING\n\n${stream(chunk({ content: 'a' }), STOP, '[DONE]')}`;
    expect(parse(body)).toMatchObject({ answer: { text: 'a' } });
  });

  it.each(['\r\n', '\r'])('reads lines that end in %j', (end) => {
    const body = stream(chunk({ content: 'a' }), STOP, '[DONE]').replaceAll('\n', end);
    expect(parse(body)).toMatchObject({ answer: { text: 'a', finish: 'stop' } });
  });

  it('reads a stream with named events and a byte order mark', () => {
    const body = `\ufeffevent: delta\n${stream(chunk({ content: 'a' }), STOP)}`;
    expect(parse(body)).toMatchObject({ answer: { text: 'a' } });
  });

  it('joins a surrogate pair that two chunks share', () => {
    const body = stream(chunk({ content: '\ud83c' }), chunk({ content: '\udfaf!' }), STOP);
    expect(parse(body)).toMatchObject({ answer: { text: '🎯!' } });
  });

  it('reads half a pair as U+FFFD, at the end of a stream too', () => {
    expect(parse(stream(chunk({ content: 'a\ud83c' }), STOP))).toMatchObject({ answer: { text: 'a\ufffd' } });
  });

  it('joins parts', () => {
    const body = stream(
      chunk({ content: [{ type: 'text', text: 'a' }] }),
      chunk({ content: null }),
      chunk({ content: 'b' }),
      STOP,
    );
    expect(parse(body)).toMatchObject({ answer: { text: 'ab' } });
  });

  it('notes a refusal that comes in pieces', () => {
    const body = stream(chunk({ refusal: 'I ' }), chunk({ refusal: 'cannot' }), STOP);
    expect(parse(body)).toMatchObject({ answer: { text: '', refused: true } });
  });

  it('reads nothing after [DONE]', () => {
    const body = stream(chunk({ content: 'a' }), '[DONE]', chunk({ content: 'b' }), 'no JSON');
    expect(parse(body)).toEqual({ answer: { text: 'a', refused: false } });
  });

  it('takes a finish reason for the end where [DONE] is missing', () => {
    expect(parse(stream(chunk({ content: 'a' }), STOP))).toMatchObject({ answer: { text: 'a', finish: 'stop' } });
  });

  it.each([
    ['nothing but a comment', ': hello\n\n'],
    ['no end', stream(chunk({ content: 'a' }))],
    ['an end that is cut', `${stream(chunk({ content: 'a' }))}data: {"choices":[{"finish_rea`],
    ['an end that is not closed', `${stream(chunk({ content: 'a' }))}data: [DONE]`],
    ['a finish reason that is null', stream(chunk({ content: 'a' }, { finish_reason: null }))],
  ])('says of %s that the stream was cut', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_STREAM_CUT' });
  });

  it.each([
    ['an error alone', stream({ error: { message: 'overloaded' } }, '[DONE]')],
    ['an error on the way', stream(chunk({ content: 'a' }), { error: { message: 'gone', code: 502 } })],
    ['an error as a text', stream(chunk({ content: 'a' }), { error: 'gone' })],
    ['an error as the whole object', stream({ object: 'error', message: 'gone', code: 400 }, '[DONE]')],
    [
      'an error in a chunk that finishes',
      stream(chunk({ content: 'a' }, { finish_reason: 'error' }, { error: { code: 500 } })),
    ],
  ])('says of %s that the server says error', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_ERROR' });
  });

  it.each([
    ['nothing but its end', stream('[DONE]')],
    ['usage alone', stream({ choices: [], usage: { prompt_tokens: 1 } }, '[DONE]')],
    ['another protocol', stream({ type: 'message_start' }, { type: 'message_stop' }, '[DONE]')],
    ['messages in place of deltas', stream(completion({ content: 'a' }))],
  ])('says of %s that there is no choice', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_NO_CHOICE' });
  });

  it.each([
    ['text', stream(chunk({ content: 'a' }), 'oops', '[DONE]')],
    ['a list', stream('[]')],
    ['empty data', 'data:\n\n'],
  ])('says of %s that it is no JSON object', (_name, body) => {
    expect(parse(body)).toEqual({ fault: 'ERR_BODY_NOT_JSON' });
  });

  it('keeps the last fact of each kind, and the first of those that later ones leave out', () => {
    const body = stream(
      chunk({ content: 'a' }, {}, { model: 'first', usage: { prompt_tokens: 1, completion_tokens: 0 } }),
      chunk({ content: 'b' }, { finish_reason: 'stop' }, { model: 'second', usage: { completion_tokens: 1 } }),
      { choices: [], model: '<bad>' },
      '[DONE]',
    );
    expect(parse(body)).toEqual({
      answer: { text: 'ab', refused: false, finish: 'stop', model: 'second', prompt_tokens: 1, completion_tokens: 1 },
    });
  });
});

describe('parseAnswer() on anything', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const odd = fc.oneof(value, fc.constantFrom(null, 1, '', [], {}, '\ud800'));
  const message = fc.record({ content: odd, refusal: odd, role: odd }, { requiredKeys: [] });
  const choice = fc.record(
    { message: fc.oneof(message, odd), delta: fc.oneof(message, odd), finish_reason: odd },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      choices: fc.oneof(fc.array(fc.oneof(choice, odd)), odd),
      model: odd,
      system_fingerprint: odd,
      usage: odd,
      error: odd,
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    body.map((held) => JSON.stringify(held)),
    fc.array(fc.oneof(body, fc.constant('[DONE]'))).map((chunks) => stream(...chunks)),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    text.map((held) => utf8.encode(held)),
  );

  it('gives an answer that a record and a commitment can hold, or a fault, and never throws', () => {
    fc.assert(
      fc.property(bytes, (held) => {
        const parsed = parseAnswer(held);
        if ('fault' in parsed) {
          expect(parsed.fault).toMatch(/^ERR_(?:BODY_(?:NOT_UTF8|NOT_JSON|ERROR|NO_CHOICE)|STREAM_CUT)$/);
          return;
        }
        const { text: answer, refused, ...facts } = parsed.answer;
        expect(/\p{Surrogate}/u.test(answer)).toBe(false);
        expect(typeof refused).toBe('boolean');
        const record = { ...RECORDS.outcome.answered, ...facts };
        expect(parseRecord(formatRecord(record))).toMatchObject(facts);
      }),
      { numRuns: 500 },
    );
  });

  it('never gives an answer for the first part of a JSON body', () => {
    const whole = JSON.stringify(
      completion({ content: 'a "quoted" answer' }, {}, { model: 'm', usage: { prompt_tokens: 1 } }),
    );
    for (let at = 0; at < whole.length; at++) expect(parse(whole.slice(0, at))).toEqual({ fault: 'ERR_BODY_NOT_JSON' });
  });

  it('gives the whole text or a fault for the first part of a stream', () => {
    const whole = stream(chunk({ content: 'a' }), chunk({ content: 'b' }), STOP, { choices: [], usage: {} }, '[DONE]');
    for (let at = 0; at <= whole.length; at++) {
      const parsed = parse(whole.slice(0, at));
      expect('fault' in parsed ? ['ERR_STREAM_CUT', 'ERR_BODY_NOT_JSON'] : ['ab']).toContain(
        'fault' in parsed ? parsed.fault : parsed.answer.text,
      );
    }
  });
});
