import canonicalizeOracle from 'canonicalize';
import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import {
  chatQuestion,
  requestBuilder as builderOf,
  type Message,
  type RequestPlan,
} from '../../../src/transcript/wire/request.ts';
import { expectCode } from '../../vectors.ts';
import { FULL_PLAN, PLAN } from '../examples.ts';

const MESSAGES: readonly Message[] = [
  { role: 'system', content: 'Add.' },
  { role: 'user', content: '2 + 2 = "?"\n' },
];

function withExtra(extra: string): RequestPlan {
  return { ...PLAN, endpoint: { ...PLAN.endpoint, extra } };
}

function withParameters(parameters: Partial<RequestPlan['rules']['parameters']>): RequestPlan {
  return { ...PLAN, rules: { parameters: { max_tokens: 8, ...parameters } } };
}

function requestBuilder(plan: RequestPlan): (messages: readonly Message[], repeat: number) => string {
  const build = builderOf(plan);
  return (messages, repeat) => build(chatQuestion(messages), repeat);
}

describe('requestBuilder()', () => {
  it('writes the smallest body', () => {
    expect(requestBuilder(PLAN)(MESSAGES, 0)).toBe(
      '{"max_tokens":1,"messages":[{"content":"Add.","role":"system"},' +
        String.raw`{"content":"2 + 2 = \"?\"\n","role":"user"}],"model":"m"}`,
    );
  });

  it('writes the fullest body', () => {
    expect(requestBuilder(FULL_PLAN)(MESSAGES, 2)).toBe(
      canonicalizeOracle({
        model: '/models/tiny-1.gguf',
        messages: MESSAGES,
        max_completion_tokens: 4096,
        temperature: 0.7,
        top_p: 0.95,
        seed: 9,
        stop: ['\n\n', 'END'],
        logprobs: true,
        response_format: { type: 'json_object' },
        stream: true,
        stream_options: { include_usage: true },
        top_k: 40,
      }),
    );
  });

  it('takes role and content of a message and nothing else', () => {
    const message = { role: 'user', content: 'x', target: '4' } as const;
    expect(requestBuilder(PLAN)([message], 0)).not.toContain('target');
  });

  it('adds the repeat to the seed', () => {
    const build = requestBuilder(withParameters({ seed: 7 }));
    expect([0, 1, 2].map((repeat) => JSON.parse(build([], repeat)) as object)).toEqual(
      [7, 8, 9].map((seed) => ({ max_tokens: 8, messages: [], model: 'm', seed })),
    );
  });

  it('writes one body for all repeats without a seed', () => {
    const build = requestBuilder(PLAN);
    expect(build(MESSAGES, 5)).toBe(build(MESSAGES, 0));
  });

  it.each([
    ['0', '0'],
    ['0.0', '0'],
    ['1.50', '1.5'],
    ['0.1', '0.1'],
    ['-1', '-1'],
    ['100000000000000000000000', '1e+23'],
  ])('writes the decimal %s as the number %s', (temperature, number) => {
    expect(requestBuilder(withParameters({ temperature }))([], 0)).toContain(`"temperature":${number}}`);
  });

  it.each(['stream', 'stream_options'])('has no %s unless answers are streamed', (member) => {
    expect(JSON.parse(requestBuilder(PLAN)(MESSAGES, 0))).not.toHaveProperty(member);
    expect(JSON.parse(requestBuilder(FULL_PLAN)(MESSAGES, 0))).toHaveProperty(member);
  });

  it('keeps a false logprobs', () => {
    expect(JSON.parse(requestBuilder(withParameters({ logprobs: false }))([], 0))).toHaveProperty('logprobs', false);
  });

  it('takes foreign members as they are, nested and odd', () => {
    const extra = '{"__proto__":1,"chat_template_kwargs":{"enable_thinking":false},"min_p":0.05,"nothing":null}';
    const body = requestBuilder(withExtra(extra))([], 0);
    expect(body).toBe(
      extra.replace('"min_p"', '"max_tokens":1,"messages":[],"min_p"').replace('"nothing"', '"model":"m","nothing"'),
    );
  });

  it.each([
    'logprobs',
    'max_completion_tokens',
    'max_tokens',
    'max_output_tokens',
    'messages',
    'model',
    'n',
    'response_format',
    'seed',
    'stop',
    'stream',
    'stream_options',
    'temperature',
    'top_p',
  ])('refuses an extra member %s, which the plan decides', (member) => {
    expectCode(() => requestBuilder(withExtra(`{"${member}":1}`)), 'ERR_PLAN_FORM');
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['a space', '{ }'],
    ['a key twice', '{"a":1,"a":1}'],
    ['another order', '{"b":1,"a":1}'],
    ['another form of a number', '{"a":1.0}'],
    ['half a surrogate pair', String.raw`{"a":"\ud800"}`],
    ['nesting without end', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('refuses extra members and a response format with %s', (_name, text) => {
    expectCode(() => requestBuilder(withExtra(text)), 'ERR_PLAN_FORM');
    expectCode(() => requestBuilder(withParameters({ response_format: text })), 'ERR_PLAN_FORM');
  });

  it('writes canonical JSON that holds exactly the messages, whatever they say', () => {
    const message = fc.record<Message>({
      role: fc.constantFrom('system', 'user', 'assistant'),
      content: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const body = requestBuilder(PLAN)(messages, 0);
        const value = JSON.parse(body) as { messages: unknown };
        expect(value.messages).toEqual(messages);
        expect(canonicalizeOracle(value)).toBe(body);
      }),
    );
  });
});
