import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHarnesses } from '../../src/harness/check.ts';
import { findHarness, HARNESS_KINDS } from '../../src/harness/registry.ts';
import { loadSuite } from '../../src/suites/load.ts';
import { jsonl, SUITE_YAML, suiteFolder } from '../suites/suite-folder.ts';

const load = async (extra: string, rows?: readonly object[]) =>
  await loadSuite(
    join(
      suiteFolder({ 'suite.yaml': `${SUITE_YAML}${extra}\n`, ...(rows && { 'items.jsonl': jsonl(rows) }) }),
      'suite.yaml',
    ),
  );

describe('checkHarnesses()', () => {
  it.each([
    '',
    'harness: { id: single-turn, version: 1 }',
    "harness: { id: fixed-turns, version: 1, turns: ['Is {{ question }} sure?'] }",
  ])('finds nothing wrong with %j', async (extra) => {
    await expect(checkHarnesses(await load(extra))).resolves.toBeUndefined();
  });

  it.each([
    ['harness: { id: twenty-questions, version: 1 }', 'ERR_HARNESS_CONFIG', '/harness', 'there is no harness'],
    ['harness: { id: fixed-turns, version: 2, turns: [] }', 'ERR_HARNESS_CONFIG', '/harness', 'version 2'],
    ['harness: { id: fixed-turns, version: 1 }', 'ERR_HARNESS_CONFIG', '/harness', 'turns'],
    ["harness: { id: fixed-turns, version: 1, turns: ['{{ a'] }", 'ERR_PROMPT_TEMPLATE', '/harness', 'fixed-turns'],
    ["harness: { id: fixed-turns, version: 1, turns: ['{{ a.b }}'] }", 'ERR_PROMPT_RENDER', '/harness', 'no field "a"'],
    ['harness: { id: log-likelihood, version: 1, choices: question }', 'ERR_ITEMS_FIELD', '/harness', 'item 0'],
    [
      'harnesses: { one: { id: single-turn, version: 1 }, two: { id: fixed-turns, version: 1 } }',
      'ERR_HARNESS_CONFIG',
      '/harnesses/two',
      'turns',
    ],
  ])('names the place of %j', async (extra, code, pointer, words) => {
    const suite = await load(extra);
    const line = SUITE_YAML.split('\n').length;
    await expect(checkHarnesses(suite)).rejects.toThrow(
      expect.objectContaining({
        code,
        pointer,
        line,
        path: suite.path,
        message: expect.stringContaining(words) as string,
      }),
    );
  });

  it('looks at every item', async () => {
    const rows = [
      { question: ['a', 'b'], answer: 'a' },
      { question: ['a', 2], answer: 'b' },
    ];
    const suite = await load('harness: { id: log-likelihood, version: 1, choices: question }', rows);
    await expect(checkHarnesses(suite)).rejects.toThrow('item 1: field "question": want a list of 1 to 26 texts');
  });
});

describe('findHarness()', () => {
  it('has every kind by id and version', () => {
    expect(HARNESS_KINDS.map(({ id, version }) => `${id} ${version}`)).toEqual([
      'single-turn 1',
      'fixed-turns 1',
      'tool-loop 1',
      'log-likelihood 1',
    ]);
    expect(findHarness({ id: 'single-turn', version: 1 })).not.toBeNull();
    expect(findHarness({ id: 'single-turn', version: 2 })).toBeNull();
    expect(findHarness({ id: 'constructor', version: 1 })).toBeNull();
  });

  it.each(['{ }', '[]', 'null', '{"a":1,"a":2}', ''])('refuses options %j', (config) => {
    expect(() => findHarness({ id: 'single-turn', version: 1, config })).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG' }),
    );
  });
});
