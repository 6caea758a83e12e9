/** The suites that need tools: their items, and what their tools give in the real sandbox. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemFile } from '../../suites/generate.mjs';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { tryParseCanonical } from '../../src/core/canonical-json.ts';
import { checkHarnesses } from '../../src/harness/check.ts';
import { callTool } from '../../src/harness/tools.ts';
import { rightAnswersOf } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { harnessesOf } from '../../src/suites/definition.ts';
import { lintSuite } from '../../src/suites/lint/lint-suite.ts';
import { loadSuite, type LoadedSuite } from '../../src/suites/load.ts';
import { isBuilt, warmSandbox } from '../scoring/sandbox/warm.ts';

const FOLDER = resolve(import.meta.dirname, '../../suites');
const load = async (suite: string): Promise<LoadedSuite> => await loadSuite(resolve(FOLDER, suite, 'suite.yaml'));

describe.each([
  ['file-edits', 30],
  ['lookup', 36],
])('suite %s', (id, size) => {
  it('is what the generator writes, byte for byte', () => {
    expect(readFileSync(resolve(FOLDER, id, 'items.jsonl'), 'utf8')).toBe(itemFile(id));
  });

  it('has no faults, and every item can be asked by every harness', async () => {
    const suite = await load(id);
    const scorer = findScorer(suite.definition.scorer);
    if (scorer === null) throw new Error('the suite names no known scorer');
    const unused = (): Promise<never> => Promise.reject(new Error('there are no programs'));
    const sandbox = { ready: unused, run: unused, evaluate: unused, close: unused };
    expect(await lintSuite(suite, rightAnswersOf(scorer, sandbox))).toEqual([]);
    await expect(checkHarnesses(suite)).resolves.toBeUndefined();
    expect(suite.definition.items.size).toBe(size);
    expect(suite.definition.needs).toEqual(['system', 'tools']);
  });
});

describe('suite file-edits', () => {
  it('changes something in every task and adds no file, three tasks of each kind', async () => {
    const tags = new Map<string, number>();
    for await (const { input, target, tags: own } of (await load('file-edits')).items()) {
      const [before, after] = [input['files'] as JsonObject, target as JsonObject];
      expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
      expect(after).not.toEqual(before);
      expect(Object.keys(before).length).toBeLessThanOrEqual(3);
      for (const tag of own) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    }
    expect([...tags.values()]).toEqual(Array.from({ length: 10 }, () => 3));
  });
});

describe.skipIf(!isBuilt)('tools in the sandbox (needs the build)', () => {
  const sandbox: Sandbox = warmSandbox(1);
  beforeAll(async () => await sandbox.ready('javascript'));
  afterAll(async () => await sandbox.close());

  interface Given {
    readonly text: string;
    readonly state: unknown;
  }

  /** @param place - Name of a suite, and of its harness if it has several. */
  async function call(place: string, tool: string, args: unknown, state: JsonObject): Promise<Given> {
    const [suite = '', name] = place.split('/');
    const harness = harnessesOf((await load(suite)).definition).find((entry) => entry.name === name);
    const config = tryParseCanonical(harness?.config ?? '') as unknown as Parameters<typeof callTool>[0];
    const wanted = { id: 'c', name: tool, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
    return await callTool(config, wanted, state, (program) => sandbox.evaluate(program));
  }

  const FILES = { 'a.txt': 'one\ntwo\none\n', 'b.txt': '' };

  it.each<[string, unknown, string, object?]>([
    ['list_files', {}, '["a.txt","b.txt"]'],
    ['list_files', '', '["a.txt","b.txt"]'],
    ['read_file', { path: 'a.txt' }, 'one\ntwo\none\n'],
    ['read_file', { path: 'b.txt' }, ''],
    ['read_file', { path: 'c.txt' }, 'error: there is no such file'],
    ['read_file', { path: '__proto__' }, 'error: there is no such file'],
    ['read_file', { path: 'constructor' }, 'error: there is no such file'],
    ['read_file', { path: ['a.txt'] }, 'one\ntwo\none\n'],
    ['read_file', {}, 'error: there is no such file'],
    ['write_file', { path: 'b.txt', text: 'new' }, 'written', { ...FILES, 'b.txt': 'new' }],
    ['write_file', { path: 'c.txt', text: 'new' }, 'error: there is no such file'],
    ['write_file', { path: '__proto__', text: 'new' }, 'error: there is no such file'],
    ['write_file', { path: 'a.txt' }, 'error: want the text of the file'],
    ['write_file', { path: 'a.txt', text: null }, 'error: want the text of the file'],
    ['replace_text', { path: 'a.txt', search: 'a', replace: 'b' }, 'error: there is no such tool'],
  ])('whole-file: %s %j', async (tool, args, text, state = FILES) => {
    expect(await call('file-edits/whole-file', tool, args, FILES)).toEqual({ text, state });
  });

  it.each<[object, string, object?]>([
    [{ path: 'a.txt', search: 'two', replace: '$& 2' }, 'replaced', { ...FILES, 'a.txt': 'one\n$& 2\none\n' }],
    [{ path: 'a.txt', search: 'two\n', replace: '' }, 'replaced', { ...FILES, 'a.txt': 'one\none\n' }],
    [{ path: 'a.txt', search: 'one', replace: '1' }, 'error: the text to search for occurs 2 times, want once'],
    [{ path: 'a.txt', search: 'three', replace: '3' }, 'error: the text to search for occurs 0 times, want once'],
    [{ path: 'a.txt', search: '', replace: '3' }, 'error: the text to search for occurs 0 times, want once'],
    [{ path: 'a.txt', search: 'two' }, 'error: want search and replace as texts'],
    [{ path: 'toString', search: 'a', replace: 'b' }, 'error: there is no such file'],
  ])('search-replace: replace_text %j', async (args, text, state = FILES) => {
    expect(await call('file-edits/search-replace', 'replace_text', args, FILES)).toEqual({ text, state });
  });

  const TABLE = { salt: { stock: '20', price: '1.5', crate: '6' } };

  it.each<[object, string]>([
    [{}, '["salt"]'],
    [{ row: 'salt' }, '{"crate":"6","price":"1.5","stock":"20"}'],
    [{ row: 'salt', column: 'price' }, '1.5'],
    [{ row: 'salt', column: 'constructor' }, 'error: there is no such column'],
    [{ row: '__proto__' }, 'error: there is no such row'],
    [{ row: 'gold' }, 'error: there is no such row'],
  ])('lookup %j', async (args, text) => {
    expect(await call('lookup', 'lookup', args, TABLE)).toEqual({ text, state: TABLE });
  });

  it.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['0.1 + 0.2', '0.3'],
    ['10 - 4 - 3', '3'],
    ['2 ^ 3 ^ 2', '512'],
    ['-2 ^ 2', '-4'],
    ['2 ^ -1', 'error: want a smaller, whole exponent'],
    ['1 / 3', '1/3'],
    ['-1 / 3 + 1', '2/3'],
    ['1 / -8', '-0.125'],
    ['1 / 3 * 3', '1'],
    ['100 / 4 / 5', '5'],
    ['17 % 5', '2'],
    ['-17 % 5', '3'],
    ['1.5 % 1', 'error: want whole numbers around %'],
    ['5 % 0', 'error: want whole numbers around %'],
    ['99999999999999999999 * 99999999999999999999', '9999999999999999999800000000000000000001'],
    ['2 ^ 100', '1267650600228229401496703205376'],
    ['9 ^ 9999', 'error: want a smaller, whole exponent'],
    ['(9 ^ 999) ^ 999', 'error: want a smaller, whole exponent'],
    ['0 ^ 0', '1'],
    ['1 / 0', 'error: division by zero'],
    ['1 / (2 - 2)', 'error: division by zero'],
    ['--1', '1'],
    ['', 'error: that is no expression'],
    ['1 +', 'error: that is no expression'],
    ['1 2', 'error: that is no expression'],
    ['(1', 'error: a bracket is not closed'],
    ['1)', 'error: that is no expression'],
    ['.5', 'error: that is no expression'],
    ['1,000 + 1', 'error: that is no expression'],
    ['alert(1)', 'error: that is no expression'],
    ['٣ + 1', 'error: that is no expression'],
    ['1e3', 'error: that is no expression'],
  ])('calculate %j gives %j', async (expression, text) => {
    expect((await call('lookup', 'calculate', { expression }, TABLE)).text).toBe(text);
  });

  it('calculate takes expressions that are as long as allowed, and no others', async () => {
    const longest = `${'1+'.repeat(499)}11`;
    expect((await call('lookup', 'calculate', { expression: longest }, TABLE)).text).toBe('510');
    const nested = (depth: number): string => `${'('.repeat(depth)}1${')'.repeat(depth)}`;
    expect((await call('lookup', 'calculate', { expression: nested(50) }, TABLE)).text).toBe('1');
    expect((await call('lookup', 'calculate', { expression: nested(499) }, TABLE)).text).toMatch(/^(?:1|error: .*)$/);
    for (const expression of ['1'.repeat(1001), 5, undefined]) {
      expect((await call('lookup', 'calculate', { expression }, TABLE)).text).toBe('error: want an expression');
    }
  });

  it('a tool that makes no end, fills memory or changes prototypes is a tool that failed, for itself alone', async () => {
    const box = {
      tools: ['loop', 'fill', 'spoil', 'fine'].map((name) => ({ name, description: '', parameters: {} })),
      source: `
        function loop() { for (;;); }
        function fill() { const all = []; for (;;) all.push('x'.repeat(1e6)); }
        function spoil() { Object.prototype.toJSON = () => 'spoilt'; return { result: { a: 1 } }; }
        function fine() { return { result: { a: 1 } }; }
      `,
    };
    const tell = async (name: string): Promise<string> =>
      (await callTool(box, { id: 'c', name, arguments: '{}' }, {}, (program) => sandbox.evaluate(program))).text;
    expect(await tell('loop')).toBe('error: the tool failed');
    expect(await tell('fill')).toContain('error: ');
    expect(await tell('spoil')).toBe('error: the tool failed');
    expect(await tell('fine')).toBe('{"a":1}');
  });
});
