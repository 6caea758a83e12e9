import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { checkHarnesses } from '../../src/harness/check.ts';
import type { RunTool } from '../../src/harness/harness.ts';
import { findHarness, HARNESS_KINDS } from '../../src/harness/registry.ts';
import { loadSuite } from '../../src/suites/load.ts';
import { jsonl, SUITE_YAML, suiteFolder } from '../suites/suite-folder.ts';

const runHere: RunTool = ({ setUp, source }) => {
  try {
    return Promise.resolve({ end: 'passed', output: runInNewContext(`${setUp}\n${source}`) as string });
  } catch {
    return Promise.resolve({ end: 'failed', output: null });
  }
};

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

  it.each<[string, string | null]>([
    ['function put() {}', null],
    ['const put = () => 1;', null],
    ['function pull() {}', 'found none for put'],
    ['const put = 1;', 'found none for put'],
    ['', 'found none for put'],
    ['function put( {}', 'want JavaScript'],
    ['throw new Error("no");', 'want JavaScript'],
  ])('looks for the functions of tools in %j', async (source, fault) => {
    const tool = { name: 'put', description: 'Puts.', parameters: {} };
    const suite = await load(`harness: ${JSON.stringify({ id: 'tool-loop', version: 1, tools: [tool], source })}`);
    const checked = checkHarnesses(suite, () => Promise.resolve(runHere));
    if (fault === null) await expect(checked).resolves.toBeUndefined();
    else {
      const error = {
        code: 'ERR_HARNESS_CONFIG',
        pointer: '/harness',
        message: expect.stringContaining(fault) as string,
      };
      await expect(checked).rejects.toThrow(expect.objectContaining(error));
    }
    await expect(checkHarnesses(suite)).resolves.toBeUndefined();
  });

  it('runs nothing where tools are only offered', async () => {
    const suite = await load(
      'harness: { id: tool-loop, version: 1, tools: [{ name: put, description: a, parameters: {} }], result: calls }',
    );
    const openTools = (): Promise<never> => Promise.reject(new Error('opened'));
    await expect(checkHarnesses(suite, openTools)).resolves.toBeUndefined();
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
