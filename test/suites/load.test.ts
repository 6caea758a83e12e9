import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { parseDefinition } from '../../src/suites/definition.ts';
import type { SuiteItem } from '../../src/suites/item-store.ts';
import { commitItem, createItemTree, parseItem } from '../../src/suites/item.ts';
import { MAX_LINE_BYTES } from '../../src/suites/jsonl.ts';
import { loadSuite, type LoadedSuite } from '../../src/suites/load.ts';
import { MAX_WHOLE_FILE_BYTES } from '../../src/suites/open-rows.ts';
import { ITEMS, jsonl, SUITE_YAML, suiteFolder } from './suite-folder.ts';

const load = (files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<LoadedSuite> =>
  loadSuite(join(suiteFolder(files), 'suite.yaml'));

async function all(items: AsyncIterable<SuiteItem>): Promise<SuiteItem[]> {
  const found: SuiteItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const changed = (from: string, to: string): string => {
  const yaml = SUITE_YAML.replace(from, () => to);
  expect(yaml).not.toBe(SUITE_YAML);
  return yaml;
};

describe('loadSuite()', () => {
  it('commits to every item and gives it back by index', async () => {
    const suite = await load();
    const items = await all(suite.items());
    expect(items.map(({ index, id, input, target }) => ({ index, id, input, target }))).toEqual(
      ITEMS.map(({ question, answer }, index) => ({ index, id: `${index}`, input: { question }, target: answer })),
    );
    const tree = createItemTree();
    for (const item of items) {
      const { id, input, tags, target } = item;
      const again = commitItem(suite.secret, item.index, { id, input, tags, target });
      expect(again.itemCommitment).toBe(suite.commitmentOf(item.index));
      expect(parseItem(encodeUtf8(item.itemText)).target).toBe(item.targetCommitment);
      tree.append(item.itemCommitment);
    }
    expect(suite.definition.items).toEqual({ root: Buffer.from(tree.root()).toString('hex'), size: 3 });
    expect(parseDefinition(encodeUtf8(suite.definitionText))).toEqual(suite.definition);
    expect(suite.digest).toBe(createHash('sha256').update(suite.definitionText).digest('hex'));
    expect((await all(suite.items([2, 0, 2]))).map(({ index }) => index)).toEqual([2, 0, 2]);
    expect(suite.lineOf('/scorer')).toBe(10);
  });

  it('gives one digest for one content, whatever path, key order, comments and item format', async () => {
    const items = [
      { id: 7, q: 'a, "b"\nc', n: 1.5, choices: ['x', 'y'], a: { k: [1, null] }, kind: 'u' },
      { id: 8, q: 'é', n: 2, choices: [], a: true, kind: 'v' },
    ];
    const yaml = (file: string, more = ''): string => `id: s
version: 1.0.0
title: S
items: {file: ${file}, id: id, input: [q, n, choices], target: a, tags: [kind]${more}}
prompt: '{{ q }}'
scorer: {id: json, version: 1, partial: true, find: [whole]}
`;
    const reordered = `# the same suite
scorer:
  find:
    - whole
  partial: true
  version: 1
  id: json
prompt:
  - content: "{{ q }}"
    role: user
items: {tags: [kind], target: {field: a}, input: {choices: choices, n: n, q: q}, id: id, file: other/renamed.jsonl, format: jsonl}
title: 'S'
version: "1.0.0"
visibility: public
repeats: 1
unscored: {truncated: wrong}
id: s
`;
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const csv = [
      'id,q,n,choices,a,kind',
      ...items.map((item) =>
        [`${item.id}`, item.q, `${item.n}`, JSON.stringify(item.choices), JSON.stringify(item.a), item.kind]
          .map(quoted)
          .join(','),
      ),
    ].join('\r\n');
    const swapped = items.map((item) => Object.fromEntries(Object.entries(item).toReversed()));
    const folder = suiteFolder({
      'a.yaml': yaml('items.jsonl'),
      'items.jsonl': `\ufeff${jsonl(items).replace('\n', '\r\n\n')}`.trimEnd(),
      'b.yaml': yaml('items.json'),
      'items.json': JSON.stringify(swapped, null, 2),
      'c.yaml': yaml('items.csv', ', json_fields: [n, choices, a]'),
      'items.csv': `\ufeff${csv}\r\n`,
      'd.yaml': reordered,
    });
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'renamed.jsonl'), jsonl(swapped));
    const suites = await Promise.all(['a', 'b', 'c', 'd'].map((name) => loadSuite(join(folder, `${name}.yaml`))));
    expect(new Set(suites.map(({ digest }) => digest)).size).toBe(1);
    for (const suite of suites) {
      const [first] = await all(suite.items([0]));
      expect(first).toMatchObject({
        id: '7',
        input: { q: 'a, "b"\nc', n: 1.5, choices: ['x', 'y'] },
        tags: ['u'],
        target: { k: [1, null] },
      });
    }
  });

  it('takes a target out of a field by pattern', async () => {
    const yaml = changed('target: answer', "target: {field: answer, pattern: '#### (.+)$', remove: ','}");
    const suite = await load({
      'suite.yaml': yaml,
      'items.jsonl': jsonl([{ question: 'q', answer: 'so\n#### 1,234' }]),
    });
    expect((await all(suite.items()))[0]?.target).toBe('1234');
  });

  it('renames input fields', async () => {
    const yaml = changed('[question]', '{q: question}').replace('{{ question }}', '{{ q }}');
    const suite = await load({ 'suite.yaml': yaml });
    expect((await all(suite.items([1])))[0]?.input).toEqual({ q: '1 + 2?' });
  });

  it('reads large files in pieces', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      question: `${i} ${'é'.repeat((i * 37) % 900)}`,
      answer: i,
    }));
    const suite = await load({ 'items.jsonl': jsonl(rows) });
    const indices = [0, 1, 2, 1500, 2998, 2999, 5];
    const items = await all(suite.items(indices));
    expect(items.map(({ target }) => target)).toEqual(indices);
    expect(items.map(({ input }) => input['question'])).toEqual(indices.map((i) => rows[i]?.question));
    expect(await all(suite.items())).toHaveLength(3000);
  });

  it('reads a line that is longer than a window', async () => {
    const long = 'x'.repeat(600_000);
    const suite = await load({
      'items.jsonl': jsonl([
        { question: 'a', answer: 1 },
        { question: long, answer: 2 },
        { question: 'b', answer: 3 },
      ]),
    });
    expect((await all(suite.items([1, 2]))).map(({ input }) => input)).toEqual([{ question: long }, { question: 'b' }]);
  });

  it('refuses an item file that changed after it was loaded', async () => {
    const folder = suiteFolder();
    const suite = await loadSuite(join(folder, 'suite.yaml'));
    writeFileSync(join(folder, 'items.jsonl'), jsonl(ITEMS).replace('"3"', '"5"'));
    await expect(all(suite.items([1]))).rejects.toMatchObject({ code: 'ERR_ITEMS_CHANGED', line: 2 });
    expect(await all(suite.items([0]))).toHaveLength(1);
    expect(() => suite.commitmentOf(3)).toThrow(RangeError);
  });

  it('takes the file that a suite pins, and no other', async () => {
    for (const [name, content] of [
      ['items.jsonl', jsonl(ITEMS)],
      ['items.json', JSON.stringify(ITEMS)],
    ] as const) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const yaml = (pin: string): string => changed('items.jsonl', `${name}\n  sha256: ${pin}`);
      await expect(load({ 'suite.yaml': yaml(sha256), [name]: content })).resolves.toBeDefined();
      const other = load({ 'suite.yaml': yaml('ab'.repeat(32)), [name]: content });
      await expect(other).rejects.toMatchObject({ code: 'ERR_ITEMS_DIGEST', message: expect.stringContaining(sha256) });
    }
  });

  it.each<[string, Record<string, string | Uint8Array>, object]>([
    ['a suite file that is not UTF-8', { 'suite.yaml': Uint8Array.of(0xff) }, { code: 'ERR_UTF8' }],
    [
      'a file of items that is not there',
      { 'suite.yaml': changed('items.jsonl', 'none.jsonl') },
      { code: 'ERR_ITEMS_MISSING' },
    ],
    ['a folder of items', { 'suite.yaml': changed('items.jsonl', '.\n  format: json') }, { code: 'ERR_ITEMS_MISSING' }],
    ['items of unknown format', { 'suite.yaml': changed('items.jsonl', 'suite.yaml') }, { code: 'ERR_ITEMS_MISSING' }],
    ['no items', { 'items.jsonl': '\n \n' }, { code: 'ERR_ITEMS_EMPTY' }],
    [
      'a line that is not JSON',
      { 'items.jsonl': `${jsonl(ITEMS)}{"question":` },
      { code: 'ERR_ITEMS_SYNTAX', line: 4 },
    ],
    ['a line that is no object', { 'items.jsonl': '[1]\n' }, { code: 'ERR_ITEMS_SYNTAX', line: 1 }],
    ['a line that is not UTF-8', { 'items.jsonl': Buffer.from([0x7b, 0xff, 0x7d]) }, { code: 'ERR_UTF8', line: 1 }],
    [
      'an escaped lone surrogate',
      { 'items.jsonl': '{"question":"\\ud800","answer":"1"}' },
      { code: 'ERR_UTF8', line: 1, pointer: '/question' },
    ],
    [
      'a line without end',
      { 'items.jsonl': `{"question":"${'x'.repeat(MAX_LINE_BYTES)}"}` },
      { code: 'ERR_ITEMS_LIMIT', line: 1 },
    ],
    [
      'an item that is too long',
      { 'items.jsonl': jsonl([{ question: 'é'.repeat(600_000), answer: '1' }]) },
      { code: 'ERR_ITEMS_LIMIT' },
    ],
    [
      'a missing field',
      { 'items.jsonl': '{"question":"x","anwser":"1"}' },
      { code: 'ERR_ITEMS_FIELD', line: 1, pointer: '/answer', message: expect.stringContaining('question, anwser') },
    ],
    [
      'an inherited field',
      { 'suite.yaml': changed('target: answer', 'target: toString') },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'an integer that is not exact',
      { 'items.jsonl': '{"question":"x","answer":9007199254740993}' },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'a number beyond range',
      { 'items.jsonl': '{"question":["x",{"y":1e999}],"answer":1}' },
      { code: 'ERR_ITEMS_FIELD', pointer: '/question' },
    ],
    [
      'an id that is no name',
      { 'suite.yaml': changed('input:', 'id: question\n  input:'), 'items.jsonl': '{"question":"a\\nb","answer":1}' },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'an id twice',
      { 'suite.yaml': changed('input:', 'id: answer\n  input:'), 'items.jsonl': jsonl([...ITEMS, ITEMS[0]]) },
      { code: 'ERR_ITEMS_DUPLICATE', line: 4 },
    ],
    [
      'a tag that is no text',
      { 'suite.yaml': changed('input:', 'tags: [answer]\n  input:'), 'items.jsonl': '{"question":"a","answer":1}' },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'too many tags',
      {
        'suite.yaml': changed('input:', 'tags: [t]\n  input:'),
        'items.jsonl': jsonl([{ question: 'a', answer: 1, t: Array.from({ length: 65 }, () => 'x') }]),
      },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'a field that is not JSON',
      {
        'suite.yaml': changed('input:', 'json_fields: [answer]\n  input:'),
        'items.jsonl': '{"question":"a","answer":"{"}',
      },
      { code: 'ERR_ITEMS_SYNTAX', pointer: '/answer' },
    ],
    [
      'a field of JSON that is no text',
      {
        'suite.yaml': changed('input:', 'json_fields: [answer]\n  input:'),
        'items.jsonl': '{"question":"a","answer":1}',
      },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'a target that does not match',
      { 'suite.yaml': changed('target: answer', "target: {field: answer, pattern: '#(.)'}") },
      { code: 'ERR_ITEMS_FIELD', line: 1 },
    ],
    [
      'a number to take a target from',
      {
        'suite.yaml': changed('target: answer', "target: {field: answer, remove: ','}"),
        'items.jsonl': '{"question":"a","answer":1}',
      },
      { code: 'ERR_ITEMS_FIELD' },
    ],
    [
      'a pattern that is none',
      { 'suite.yaml': changed('target: answer', "target: {field: answer, pattern: '('}") },
      { code: 'ERR_SUITE_SCHEMA', line: 8, pointer: '/items/target/pattern' },
    ],
    [
      'JSON that is broken',
      { 'suite.yaml': changed('items.jsonl', 'i.json'), 'i.json': '[\n{"question":"x",\n}]' },
      { code: 'ERR_ITEMS_SYNTAX', line: 3 },
    ],
    [
      'JSON that is no list',
      { 'suite.yaml': changed('items.jsonl', 'i.json'), 'i.json': '{}' },
      { code: 'ERR_ITEMS_SYNTAX', pointer: '' },
    ],
    [
      'a list of texts',
      { 'suite.yaml': changed('items.jsonl', 'i.json'), 'i.json': '[{}, "x"]' },
      { code: 'ERR_ITEMS_SYNTAX', pointer: '/1' },
    ],
    [
      'JSON that is not UTF-8',
      { 'suite.yaml': changed('items.jsonl', 'i.json'), 'i.json': Uint8Array.of(0xff) },
      { code: 'ERR_UTF8' },
    ],
    [
      'a CSV row of other length',
      { 'suite.yaml': changed('items.jsonl', 'i.csv'), 'i.csv': 'question,answer\na,1\nb\n' },
      { code: 'ERR_ITEMS_SYNTAX', line: 3 },
    ],
    [
      'a CSV quote that never ends',
      { 'suite.yaml': changed('items.jsonl', 'i.csv'), 'i.csv': 'question,answer\n"a,1\n' },
      { code: 'ERR_ITEMS_SYNTAX' },
    ],
    [
      'two CSV fields of one name',
      { 'suite.yaml': changed('items.jsonl', 'i.csv'), 'i.csv': 'question,question\na,1\n' },
      { code: 'ERR_ITEMS_SYNTAX', message: expect.stringContaining('same name') },
    ],
    [
      'a prompt that is no template',
      { 'suite.yaml': changed('{{ question }}', '{{ question') },
      { code: 'ERR_PROMPT_TEMPLATE', line: 9, pointer: '/prompt' },
    ],
    [
      'a prompt over a field that is no input',
      { 'suite.yaml': changed('{{ question }}', '{{ answer }}') },
      {
        code: 'ERR_PROMPT_TEMPLATE',
        line: 9,
        message: expect.stringContaining('"answer" is no input field, want one of question'),
      },
    ],
    [
      'a prompt that fails on the first item',
      { 'suite.yaml': changed('{{ question }}', '{{ question.first }}') },
      { code: 'ERR_PROMPT_RENDER', line: 1 },
    ],
    [
      'a definition that is too long',
      { 'suite.yaml': changed("'{{ question }}'", `[${`{role: user, content: ${'é'.repeat(60_000)}},`.repeat(9)}]`) },
      { code: 'ERR_SUITE_LIMIT' },
    ],
  ])('refuses %s', async (_, files, fault) => {
    await expect(load(files)).rejects.toMatchObject(fault);
  });

  it('refuses a suite that is not there', async () => {
    const path = join(suiteFolder(), 'none.yaml');
    await expect(loadSuite(path)).rejects.toMatchObject({ code: 'ERR_SUITE_MISSING', path });
  });

  it('refuses JSON and CSV files that are too large', async () => {
    const folder = suiteFolder({ 'suite.yaml': changed('items.jsonl', 'i.json') });
    writeFileSync(join(folder, 'i.json'), new Uint8Array(MAX_WHOLE_FILE_BYTES + 1));
    await expect(loadSuite(join(folder, 'suite.yaml'))).rejects.toMatchObject({ code: 'ERR_ITEMS_LIMIT' });
  });
});

describe('private suites', () => {
  const yaml = changed('licence: CC0-1.0', 'visibility: private');

  it('make their secret on first use and depend on it', async () => {
    const folder = suiteFolder({ 'suite.yaml': yaml });
    const path = join(folder, 'suite.yaml');
    const first = await loadSuite(path);
    const secret = readFileSync(join(folder, 'suite.secret'), 'utf8');
    expect(secret).toMatch(/^[0-9a-f]{64}\n$/);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'suite.secret')).mode & 0o777).toBe(0o600);
    expect((await loadSuite(path)).digest).toBe(first.digest);
    expect((await load({ 'suite.yaml': yaml })).digest).not.toBe(first.digest);
    expect(first.definition).toMatchObject({ visibility: 'private', redistributable: false });
    expect(first.definitionText).not.toContain(secret.trim());
  });

  it.each([
    ['malformed', 'secret\n', 0o600, /64 lowercase hex/],
    ['readable by others', `${'ab'.repeat(32)}\n`, 0o644, /mode 0600/],
  ])('refuse a secret that is %s', async (_, content, mode, message) => {
    if (process.platform === 'win32') return;
    const folder = suiteFolder({ 'suite.yaml': yaml, 'suite.secret': content });
    chmodSync(join(folder, 'suite.secret'), mode);
    const fault = { code: 'ERR_SUITE_SECRET', message: expect.stringMatching(message) };
    await expect(loadSuite(join(folder, 'suite.yaml'))).rejects.toMatchObject(fault);
  });

  it('refuse a secret that is a folder', async () => {
    const folder = suiteFolder({ 'suite.yaml': yaml });
    mkdirSync(join(folder, 'suite.secret'), { mode: 0o700 });
    await expect(loadSuite(join(folder, 'suite.yaml'))).rejects.toMatchObject({ code: 'ERR_SUITE_SECRET' });
  });
});
