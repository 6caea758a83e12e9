import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { MAX_SUITE_FILE_LENGTH, parseSuiteFile } from '../../src/suites/parse-suite-file.ts';

const GOOD = `id: sums
version: 1.0.0
title: Sums
items:
  file: items.jsonl
  input: [question]
  target: answer
prompt: '{{ question }}'
scorer: {id: number, version: 1}
`;

/** The error that a text with one fault gives. */
async function fault(from: string, to: string): Promise<unknown> {
  const source = GOOD.replace(from, to);
  expect(source).not.toBe(GOOD);
  try {
    await parseSuiteFile(source, 'suite.yaml');
  } catch (error) {
    return error;
  }
  return null;
}

describe('parseSuiteFile()', () => {
  it('reads a good file', async () => {
    const { file, lineOf } = await parseSuiteFile(GOOD, 'suite.yaml');
    expect(file.items.input).toEqual(['question']);
    expect(lineOf('/items/target')).toBe(7);
    expect(lineOf('/items/nowhere')).toBe(4);
    expect(lineOf('')).toBe(1);
  });

  it.each([
    ['a wrong type', 'version: 1.0.0', 'version: 1.0', { line: 2, pointer: '/version', message: /got 1, want string/ }],
    [
      'a misspelt key',
      '  target:',
      '  targte:',
      { line: 4, pointer: '/items', message: /"target" is missing; 1 more/ },
    ],
    [
      'an unknown key',
      'title: Sums',
      'title: Sums\nlicense: MIT',
      { line: 4, pointer: '/license', message: /did you mean "licence"\?/ },
    ],
    [
      'an address without a digest',
      '  file: items.jsonl',
      '  file: items.jsonl\n  url: https://example.org/items.jsonl',
      { line: 4, pointer: '/items', message: /the key "sha256" is missing, which "url" needs/ },
    ],
    [
      'two ways to say the same',
      'title: Sums',
      'title: Sums\nharness: { id: a, version: 1 }\nharnesses: { b: { id: a, version: 1 } }',
      { line: 4, pointer: '/harness', message: /exclude each other/ },
    ],
    [
      'a far-fetched key',
      'title: Sums',
      'title: Sums\nxyz: 1',
      { line: 4, pointer: '/xyz', message: /want one of id, version/ },
    ],
    [
      'a bad pattern',
      'id: sums',
      'id: My Sums',
      { line: 1, pointer: '/id', message: /got "My Sums".*lowercase letters/ },
    ],
    [
      'an unknown scorer',
      'id: number',
      'id: nummer',
      { line: 9, pointer: '/scorer/id', message: /got "nummer", want one of exact, contains/ },
    ],
    [
      'an unknown option',
      'version: 1}',
      'version: 1, tolerence: 1}',
      { line: 9, pointer: '/scorer/tolerence', message: /did you mean "tolerance"/ },
    ],
    [
      'a future scorer',
      'version: 1}',
      'version: 2}',
      { line: 9, pointer: '/scorer/version', message: /got 2, want 1/ },
    ],
    [
      'a bad input name',
      '[question]',
      '{my question: q}',
      { line: 6, pointer: '/items/input/my question', message: /must match pattern/ },
    ],
    [
      'a wrong choice',
      'target: answer',
      'target: answer\n  format: xml',
      { line: 8, pointer: '/items/format', message: /got "xml", want one of jsonl, json, csv/ },
    ],
    [
      'a key at the top',
      'title: Sums\n',
      '',
      { line: 1, pointer: '', message: /at the top: the key "title" is missing/ },
    ],
  ])('names line, pointer and wish for %s', async (_, from, to, want) => {
    const { line, pointer, message } = want;
    const error = await fault(from, to);
    expect(error).toMatchObject({ code: 'ERR_SUITE_SCHEMA', path: 'suite.yaml', line, pointer });
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it.each([
    ['a tab', 'title: Sums', '\ttitle: Sums', 3],
    ['a duplicate key', 'title: Sums', 'title: Sums\nid: other', 4],
    ['an unknown tag', 'title: Sums', 'title: !!js/function Sums', 3],
    ['a number that JSON does not have', 'version: 1.0.0', 'version: .nan', 2],
  ])('names the line of %s', async (_, from, to, line) => {
    expect(await fault(from, to)).toMatchObject({ code: 'ERR_SUITE_YAML', line });
  });

  it.each([
    ['a harness with options', 'harness: { id: tool-loop, version: 1, max_turns: 8, tools: [add] }'],
    [
      'harnesses by name',
      'harnesses: { whole: { id: single-turn, version: 1 }, in-steps: { id: fixed-turns, version: 1 } }',
    ],
    ['what the endpoint has to be able to do', 'needs: [tools, seed]'],
    ['where the items come from', `origin: { files: [{ name: a b.csv, sha256: ${'a'.repeat(64)} }], pin: accepted }`],
  ])('takes %s', async (_, line) => {
    await expect(parseSuiteFile(`${GOOD}${line}\n`, 'suite.yaml')).resolves.toBeDefined();
  });

  it.each([
    ['a harness and harnesses', 'harness: { id: a, version: 1 }\nharnesses: { b: { id: a, version: 1 } }', '/harness'],
    ['a harness without a version', 'harness: { id: tool-loop }', '/harness'],
    ['a harness by a bad name', 'harnesses: { In Steps: { id: a, version: 1 } }', '/harnesses/In Steps'],
    ['no harness at all', 'harnesses: {}', '/harnesses'],
    ['a capability that nobody knows', 'needs: [telepathy]', '/needs/0'],
    ['a capability twice', 'needs: [seed, seed]', '/needs'],
    ['an origin without files', 'origin: { files: [], pin: published }', '/origin/files'],
    ['an origin without a pin', `origin: { files: [{ name: a, sha256: ${'a'.repeat(64)} }] }`, '/origin'],
  ])('refuses %s', async (_, lines, pointer) => {
    await expect(parseSuiteFile(`${GOOD}${lines}\n`, 'suite.yaml')).rejects.toMatchObject({
      code: 'ERR_SUITE_SCHEMA',
      pointer,
    });
  });

  it('refuses an alias that nothing answers to', async () => {
    expect(await fault('title: Sums', 'title: *nowhere')).toMatchObject({ code: 'ERR_SUITE_YAML', path: 'suite.yaml' });
  });

  it('refuses an empty file', async () => {
    await expect(parseSuiteFile('', 's')).rejects.toMatchObject({ code: 'ERR_SUITE_SCHEMA', line: 1 });
  });

  it('refuses aliases that grow without bound', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i++)
      bomb.push(`${'abcdefghi'[i]}: &${'abcdefghi'[i]} [${`*${'abcdefghi'[i - 1]},`.repeat(10)}]`);
    await expect(parseSuiteFile(bomb.join('\n'), 's')).rejects.toMatchObject({ code: 'ERR_SUITE_YAML' });
  });

  it('refuses a file that is too long', async () => {
    const source = '#'.repeat(MAX_SUITE_FILE_LENGTH + 1);
    await expect(parseSuiteFile(source, 's')).rejects.toMatchObject({ code: 'ERR_SUITE_LIMIT' });
  });
});

describe('the published schemas', () => {
  it.each(['suite', 'item'])('%s.schema.json is a strict JSON Schema of draft 2020-12', (name) => {
    const url = new URL(`../../src/suites/schema/${name}.schema.json`, import.meta.url);
    const schema: unknown = JSON.parse(readFileSync(url, 'utf8'));
    const ajv = new Ajv2020({ discriminator: true, strictSchema: true, strictTypes: false });
    expect(ajv.validateSchema(schema as object)).toBe(true);
    expect(() => ajv.compile(schema as object)).not.toThrow();
  });
});
