import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chatId } from '../../../src/endpoints/tee/chat-id.ts';
import { describeRealData } from '../../testdata.ts';

function idIn(text: string): string | null {
  return chatId(Buffer.from(text, 'utf8'));
}

describe('chatId()', () => {
  it.each([
    ['a completion', '{"id":"chatcmpl-1","choices":[]}', 'chatcmpl-1'],
    ['a completion with text beyond ASCII before it', '{"x":"ä 😀","id":"chatcmpl-1"}', 'chatcmpl-1'],
    ['a completion after a byte order mark', '\uFEFF{"id":"chatcmpl-1"}', 'chatcmpl-1'],
    ['a stream', 'data: {"id":"chatcmpl-2"}\n\ndata: [DONE]\n\n', 'chatcmpl-2'],
    ['a stream with comments and other line ends', ': hello\r\n\r\ndata: {"id":"chatcmpl-2"}\r\n\r\n', 'chatcmpl-2'],
    ['a stream whose first event has none', 'data: {"x":1}\n\ndata: {"id":"chatcmpl-3"}\n\n', 'chatcmpl-3'],
    ['an id of every visible character', '{"id":"!~/?#&%"}', '!~/?#&%'],
    ['an id of 256 characters', `{"id":"${'i'.repeat(256)}"}`, 'i'.repeat(256)],
  ])('finds that of %s', (_name, body, want) => {
    expect(idIn(body)).toBe(want);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['a list', '[{"id":"x"}]'],
    ['an id that is no text', '{"id":7}'],
    ['an empty id', '{"id":""}'],
    ['an id with a space', '{"id":"a b"}'],
    ['an id with a line end', '{"id":"a\\nb"}'],
    ['an id beyond ASCII', '{"id":"ä"}'],
    ['an id of dots, a step in a path', '{"id":".."}'],
    ['an id of 257 characters', `{"id":"${'i'.repeat(257)}"}`],
    ['a stream that is cut in its first event', 'data: {"id":"chatcmpl-2"}'],
    ['a stream that begins with more than 64 KiB of comments', `${': x\n'.repeat(16_400)}data: {"id":"late"}\n\n`],
  ])('finds none in %s', (_name, body) => {
    expect(idIn(body)).toBeNull();
  });
});

describeRealData('chatId()', 'fixtures/tee/near-chat-signature', (folder) => {
  it('finds the id under which NEAR signed', () => {
    const stream = readFileSync(join(folder, 'response.sse'));
    expect(chatId(stream)).toBe(/"id":"([0-9a-f]{32})"/.exec(stream.toString())?.[1]);
  });
});
