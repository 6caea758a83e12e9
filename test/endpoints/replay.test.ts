import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import {
  buildReplay,
  messagesDigest,
  parseRecording,
  type FindMessages,
  type Recording,
} from '../../src/endpoints/replay.ts';
import { startReplayServer } from '../../src/endpoints/replay-server.ts';
import { parseAnswer } from '../../src/transcript/wire/parse-answer.ts';
import { chatQuestion, requestBuilder, type Message } from '../../src/transcript/wire/request.ts';
import { describeRealData } from '../testdata.ts';
import { sendOptions } from './send-options.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';

const MESSAGES: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'ä?' },
];
// Written by hand after RFC 8785: keys in order, no spaces.
const MESSAGES_SHA256 = createHash('sha256')
  .update('[{"content":"Be brief.","role":"system"},{"content":"ä?","role":"user"}]')
  .digest('hex');
const OTHER_SHA256 = 'a'.repeat(64);
const LONG = 'naïve 😀 '.repeat(10);

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function thrown(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

async function fileOf(text: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  closers.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'abel.jsonl');
  await writeFile(path, text);
  return path;
}

async function open(text: string, spec = ''): Promise<Endpoint> {
  const config = parseEndpointSpec(`replay:${await fileOf(text)}${spec}`);
  const endpoint = await openEndpoint(config, { connections: 2 });
  closers.push(endpoint.close);
  return endpoint;
}

function bodyOf(endpoint: Endpoint, messages: readonly Message[], stream = false): string {
  const build = requestBuilder({
    endpoint: { ...endpoint.identity, stream },
    rules: { parameters: { max_tokens: 8, temperature: '0', seed: 1 } },
  });
  return build(chatQuestion(messages), 0);
}

/** The texts of the answers in a recording, in their order. */
function answersIn({ responses }: Recording): unknown[] {
  const choices = [...responses.values()].flatMap(
    (body) => body['choices'] as unknown as { readonly message: Message }[],
  );
  return choices.map(({ message }) => message.content);
}

describe('messagesDigest()', () => {
  it('is the SHA-256 of the canonical JSON', () => {
    expect(messagesDigest(MESSAGES)).toBe(MESSAGES_SHA256);
  });
});

describe('parseRecording()', () => {
  it('reads what buildReplay() writes', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    const text = buildReplay([
      { messages: MESSAGES, answer: 'yes\n', finish: 'length', usage },
      { messages: [], answer: '' },
    ]);
    const { responses, digest } = parseRecording(text, 'x.jsonl');
    expect(digest).toBe(createHash('sha256').update(text).digest('hex'));
    const choice = (content: string, finish_reason: string): object => {
      return { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason };
    };
    expect([...responses.values()]).toEqual([
      { choices: [choice('yes\n', 'length')], usage: { ...usage, total_tokens: 7 } },
      { choices: [choice('', 'stop')] },
    ]);
    expect([...responses.keys()][0]).toBe(MESSAGES_SHA256);
  });

  it('finds the messages of an item by id or index, and leaves out items that are not asked', () => {
    const text = '{"id":7,"output":"a"}\n{"id":"x","output":"b"}\n\n{"index":0,"output":"c","extra":true}\n';
    const asked: unknown[] = [];
    const recording = parseRecording(text, 'x.jsonl', (item) => {
      asked.push(item);
      return 'id' in item && item.id === 'x' ? null : [{ role: 'user', content: JSON.stringify(item) }];
    });
    expect(asked).toEqual([{ id: '7' }, { id: 'x' }, { index: 0 }]);
    expect(answersIn(recording)).toEqual(['a', 'c']);
  });

  it('takes the same answer twice', () => {
    const line = `{"messages_sha256":"${OTHER_SHA256}","answer":"a"}\n`;
    expect(answersIn(parseRecording(line + line, 'x.jsonl'))).toEqual(['a']);
  });

  it('takes an answer for each seed, and one for all other requests', () => {
    const line = (seed: string, answer: string): string =>
      `{"messages_sha256":"${OTHER_SHA256}",${seed}"answer":"${answer}"}\n`;
    const text = line('"seed":0,', 'a') + line('"seed":1,', 'b') + line('', 'c') + line('"seed":1,', 'b');
    expect(answersIn(parseRecording(text, 'x.jsonl'))).toEqual(['a', 'b', 'c']);
    expect(thrown(() => parseRecording(text + line('"seed":0,', 'b'), 'x.jsonl'))).toMatchObject({
      code: 'ERR_REPLAY_MALFORMED',
      line: 5,
    });
  });

  it.each([
    ['', 1, 'at least one answer'],
    ['\n \n', 1, 'at least one answer'],
    ['{}\n{', 1, 'want messages_sha256'],
    ['{', 1, 'not JSON'],
    ['\n[]', 2, 'want an object'],
    ['3', 1, 'want an object'],
    [`{"messages_sha256":"${'A'.repeat(64)}","answer":"a"}`, 1, '64 lowercase hex digits'],
    [`{"messages_sha256":"${OTHER_SHA256}","seed":"1","answer":"a"}`, 1, 'under seed'],
    [`{"messages_sha256":"${OTHER_SHA256}","seed":0.5,"answer":"a"}`, 1, 'under seed'],
    ['{"id":1.5,"output":"a"}', 1, 'want messages_sha256'],
    ['{"index":-1,"output":"a"}', 1, 'want messages_sha256'],
    ['{"id":1,"output":"a"}', 1, 'no suite is at hand'],
    [`{"messages_sha256":"${OTHER_SHA256}"}`, 1, 'want a text'],
    [`{"messages_sha256":"${OTHER_SHA256}","answer":"\\ud800"}`, 1, 'want a text'],
    [`{"messages_sha256":"${OTHER_SHA256}","answer":"a","finish":"Stop it"}`, 1, 'under finish'],
    [
      `{"messages_sha256":"${OTHER_SHA256}","answer":"a","usage":{"prompt_tokens":-1,"completion_tokens":1}}`,
      1,
      'under usage',
    ],
    [`{"messages_sha256":"${OTHER_SHA256}","answer":"a","usage":3}`, 1, 'under usage'],
    [
      `{"messages_sha256":"${OTHER_SHA256}","answer":"a"}\n{"messages_sha256":"${OTHER_SHA256}","answer":"b"}`,
      2,
      'another answer',
    ],
  ])('refuses %j', (text, line, message) => {
    expect(thrown(() => parseRecording(text, 'x.jsonl'))).toMatchObject({
      code: 'ERR_REPLAY_MALFORMED',
      message: expect.stringContaining(message),
      path: 'x.jsonl',
      line,
    });
  });
});

describe('openEndpoint() of a recording', () => {
  const text = buildReplay([
    { messages: MESSAGES, answer: LONG, usage: { prompt_tokens: 3, completion_tokens: 4 } },
    { messages: [{ role: 'user', content: 'b' }], answer: '', finish: 'content_filter' },
  ]);

  it('is labelled a replay, with nothing in it that changes from run to run', async () => {
    const endpoint = await open(text);
    expect(endpoint.identity).toEqual({
      kind: 'replay',
      name: 'replay:abel',
      base_url: 'http://127.0.0.1/v1',
      model: 'abel',
      stream: false,
      max_tokens_field: 'max_tokens',
    });
  });

  it.each([false, true])('answers over the protocol (streamed: %s)', async (stream) => {
    const endpoint = await open(text);
    const { status, response } = await endpoint.send(bodyOf(endpoint, MESSAGES, stream), sendOptions());
    expect(status).toBe('ok');
    const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16);
    expect(parseAnswer(response ?? new Uint8Array())).toEqual({
      answer: {
        text: LONG,
        refused: false,
        finish: 'stop',
        model: 'abel',
        fingerprint: `touchstone-replay:${fingerprint}`,
        prompt_tokens: 3,
        completion_tokens: 4,
      },
    });
  });

  it.each([false, true])('answers equal requests with equal bytes (streamed: %s)', async (stream) => {
    const endpoint = await open(text);
    const body = bodyOf(endpoint, MESSAGES, stream);
    const first = await endpoint.send(body, sendOptions());
    const second = await endpoint.send(body, sendOptions());
    expect(Buffer.from(first.response ?? []).equals(Buffer.from(second.response ?? []))).toBe(true);
  });

  it('keeps an empty answer and its reason', async () => {
    const endpoint = await open(text);
    const { response } = await endpoint.send(bodyOf(endpoint, [{ role: 'user', content: 'b' }]), sendOptions());
    expect(parseAnswer(response ?? new Uint8Array())).toMatchObject({ answer: { text: '', finish: 'content_filter' } });
  });

  it('answers a request by its seed where the answer has one, and any other by the answer that has none', async () => {
    const lines = [{ seed: 3, output: 'three' }, { output: 'any' }].map((line) =>
      JSON.stringify({ index: 0, ...line }),
    );
    const recording = parseRecording(lines.join('\n'), 'x.jsonl', () => MESSAGES);
    const server = await startReplayServer({ recordings: new Map([['m', recording]]) });
    closers.push(server.close);
    const answerTo = async (fields: object): Promise<unknown> => {
      const body = JSON.stringify({ model: 'm', messages: MESSAGES, ...fields });
      const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body });
      const reply = (await response.json()) as { readonly choices: readonly { readonly message: object }[] };
      return reply.choices[0]?.message;
    };
    expect(await answerTo({ seed: 3 })).toMatchObject({ content: 'three' });
    for (const fields of [{ seed: 4 }, {}, { seed: '3' }, { seed: null }]) {
      expect(await answerTo(fields)).toMatchObject({ content: 'any' });
    }
  });

  it.each([
    ['other messages', '{"messages":[{"content":"c","role":"user"}],"model":"abel"}', 404, 'replay_miss'],
    [
      'another member in a message',
      '{"messages":[{"content":"b","name":"x","role":"user"}],"model":"abel"}',
      404,
      'replay_miss',
    ],
    ['another model', '{"messages":[],"model":"cain"}', 404, 'model_not_found'],
    ['no messages', '{"model":"abel"}', 400, 'invalid_value'],
    ['a lone surrogate', '{"messages":["\\ud800"],"model":"abel"}', 400, 'invalid_value'],
    ['no object', 'null', 404, 'model_not_found'],
    ['no JSON', '{', 400, 'invalid_json'],
    ['too long a body', ' '.repeat(1_048_577), 413, 'body_too_large'],
  ])('refuses %s', async (_what, body, status, code) => {
    const endpoint = await open(text);
    const result = await endpoint.send(body, sendOptions());
    expect(result).toMatchObject({ status: 'http', httpStatus: status });
    expect(JSON.parse(Buffer.from(result.response ?? []).toString('utf8'))).toMatchObject({ error: { code } });
  });

  it('lists its model under the name that was asked for, with the digest of the recording', async () => {
    const endpoint = await open(text, '#cain');
    const digest = createHash('sha256').update(text).digest('hex');
    expect(await endpoint.listModels()).toEqual([{ id: 'cain', digest }]);
  });

  it('refuses a file that is not text', async () => {
    const config = parseEndpointSpec(`replay:${await fileOf(Buffer.of(0xff))}`);
    await expect(openEndpoint(config, { connections: 1 })).rejects.toMatchObject({ code: 'ERR_REPLAY_MALFORMED' });
  });

  it('has nobody listening once it is closed', async () => {
    const endpoint = await open(text);
    await endpoint.close();
    expect(await endpoint.send('{}', sendOptions())).toMatchObject({ status: 'network' });
  });
});

describe('startReplayServer()', () => {
  it('refuses a port that is taken', async () => {
    const recordings = new Map([['m', parseRecording('{"index":0,"output":""}', 'x', () => MESSAGES)]]);
    const first = await startReplayServer({ recordings });
    closers.push(first.close);
    const port = Number(new URL(first.url).port);
    await expect(startReplayServer({ recordings, port })).rejects.toMatchObject({
      code: 'ERR_ENDPOINT_LISTEN',
      message: `cannot listen on 127.0.0.1 port ${port}`,
    });
  });

  it('has no other route', async () => {
    const recordings = new Map([['m', parseRecording('{"index":0,"output":""}', 'x', () => MESSAGES)]]);
    const server = await startReplayServer({ recordings });
    closers.push(server.close);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
  });
});

function findMessages(item: Parameters<FindMessages>[0]): readonly Message[] {
  return [{ role: 'user', content: `item ${JSON.stringify(item)}` }];
}

describeRealData('replay of recorded model outputs', 'data/gsm8k/outputs_abel-7b-001.jsonl', (path) => {
  it('gives every one of the 1,319 outputs back unchanged, over a socket', async () => {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const outputs = lines.map((line) => JSON.parse(line) as { readonly id: number; readonly output: string });
    const config = parseEndpointSpec(`replay:${path}#abel-7b-001`);
    const endpoint = await openEndpoint(config, { connections: 8, findMessages });
    const answers = await Promise.all(
      outputs.map(async ({ id }) => {
        const messages = findMessages({ id: String(id) });
        const { response } = await endpoint.send(bodyOf(endpoint, messages, id % 2 === 0), sendOptions());
        const parsed = parseAnswer(response ?? new Uint8Array());
        return 'answer' in parsed ? parsed.answer.text : parsed.fault;
      }),
    );
    await endpoint.close();
    expect(answers).toHaveLength(1_319);
    expect(answers).toEqual(outputs.map(({ output }) => output));
  });
});
