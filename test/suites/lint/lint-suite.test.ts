/** Each fault in a suite that has it, and the nearest suite that has not. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rightAnswersOf } from '../../../src/scoring/gold.ts';
import { findScorer } from '../../../src/scoring/registry.ts';
import type { Sandbox } from '../../../src/scoring/trial.ts';
import type { Finding, FindingCode } from '../../../src/suites/lint/finding.ts';
import { isHeldOut } from '../../../src/suites/lint/held-out.ts';
import { lintSuite } from '../../../src/suites/lint/lint-suite.ts';
import { loadSuite } from '../../../src/suites/load.ts';
import { ITEMS, jsonl, SUITE_YAML, suiteFolder } from '../suite-folder.ts';

type Row = Readonly<Record<string, unknown>>;

/** No program is right, so that tests of programs need no interpreter. */
const SANDBOX: Sandbox = {
  ready: () => Promise.resolve(),
  run: () => Promise.resolve('failed'),
  evaluate: () => Promise.resolve({ end: 'failed', output: null }),
  close: () => Promise.resolve(),
};

async function lint(path: string): Promise<readonly Finding[]> {
  const suite = await loadSuite(path);
  const scorer = findScorer(suite.definition.scorer);
  if (scorer === null) throw new Error('the suite has no known scorer');
  return lintSuite(suite, rightAnswersOf(scorer, SANDBOX));
}

async function lintText(yaml: string, rows: readonly unknown[] = ITEMS): Promise<readonly Finding[]> {
  return await lint(join(suiteFolder({ 'suite.yaml': yaml, 'items.jsonl': jsonl(rows) }), 'suite.yaml'));
}

async function codesOf(yaml: string, rows?: readonly unknown[]): Promise<readonly FindingCode[]> {
  return (await lintText(yaml, rows)).map(({ code }) => code);
}

const ask = (question: string, answer: unknown, more: Row = {}): Row => ({ question, answer, ...more });
const scoredBy = (scorer: string): string => SUITE_YAML.replace('{id: number, version: 1}', scorer);
const EXACT = scoredBy('{id: exact, version: 1}');
const CHOICE = scoredBy('{id: choice, version: 1}');
const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** Questions whose right letters come so often. */
const choices = (counts: Readonly<Record<string, number>>, more: Row = {}): readonly Row[] =>
  Object.entries(counts).flatMap(([letter, count]) =>
    times(count, (n) => ask(`${letter} question ${n}?`, letter, more)),
  );

const HELD_OUT = `held_out: {rule: sha256-u32-mod, prefix: "touchstone/tiny/held-out/v1\\n", modulo: 1000, below: 100, key: 'add {{ question }}'}\n`;
const FEW_SHOT = (user: string, assistant: string): string =>
  `few_shot: [{role: user, content: '${user}'}, {role: assistant, content: '${assistant}'}]\n`;
const STOP = (sequence: string): string => `parameters: {stop: ['${sequence}']}\n`;
const LIKELIHOOD = "harness: {id: log-likelihood, version: 1, choices: options, prefix: ''}\n";
const WITH_OPTIONS = SUITE_YAML.replace('[question]', '[question, options]').replace(
  '{id: number, version: 1}',
  '{id: choice, version: 1, choices: 10}',
);
const SHOTS = scoredBy('{id: mmlu-pro, version: 1}')
  .replace('[question]', '[question, shots, kind]')
  .replace('{{ question }}', '{{ shots }}{{ question }}');
const LONG = 'Which of the colours is the colour of the sky?';
const TESTS = scoredBy('{id: python-tests, version: 1}');

interface Case {
  readonly code: FindingCode;
  readonly name: string;
  readonly faulty: readonly [yaml: string, rows?: readonly unknown[]];
  readonly sound: readonly [yaml: string, rows?: readonly unknown[]];
  readonly fact: Partial<Finding>;
}

const CASES: readonly Case[] = [
  {
    code: 'missing-licence',
    name: 'no licence',
    faulty: [SUITE_YAML.replace('licence: CC0-1.0\n', '')],
    sound: [SUITE_YAML],
    fact: { level: 'warning', line: 1, count: 0 },
  },
  {
    code: 'redistributable',
    name: 'items that may be redistributed without a licence',
    faulty: [SUITE_YAML.replace('licence: CC0-1.0\n', 'redistributable: true\n')],
    sound: [`${SUITE_YAML}redistributable: true\n`],
    fact: { level: 'error', line: 4, count: 0 },
  },
  {
    code: 'duplicate-input',
    name: 'an item twice',
    faulty: [SUITE_YAML, [...ITEMS, ask('1 + 1?', '2')]],
    sound: [SUITE_YAML, [...ITEMS, ask('1 + 11?', '12')]],
    fact: { level: 'warning', line: 5, items: ['3'], count: 1 },
  },
  {
    code: 'duplicate-prompt',
    name: 'a prompt twice, of other input fields',
    faulty: [
      SUITE_YAML.replace('[question]', '[question, key]'),
      [ask('1 + 1?', '2', { key: 'a' }), ask('1 + 1?', '2', { key: 'b' })],
    ],
    sound: [
      SUITE_YAML.replace('[question]', '[question, key]').replace('{{ question }}', '{{ key }} {{ question }}'),
      [ask('1 + 1?', '2', { key: 'a' }), ask('1 + 1?', '2', { key: 'b' })],
    ],
    fact: { level: 'warning', items: ['1'], count: 1 },
  },
  {
    code: 'near-duplicate',
    name: 'case, white space and punctuation',
    faulty: [SUITE_YAML, [ask('How many are “two” and two?', 4), ask('how many  are two, and TWO', 4)]],
    sound: [
      SUITE_YAML,
      times(9, (n) =>
        ask(
          ['1 + 23?', '12 + 3?', '1 - 23?', '1 * 23?', '1 / 23?', '1 < 23?', '(1 + 2) 3?', '1 + (2 3)?', '-1 + 23?'][
            n
          ] ?? '',
          n,
        ),
      ),
    ],
    fact: { level: 'warning', items: ['1'], count: 1 },
  },
  {
    code: 'conflicting-targets',
    name: 'two right answers to one prompt',
    faulty: [SUITE_YAML, [ask('1 + 1?', '2'), ask('1 + 1?', '3')]],
    sound: [SUITE_YAML, [ask('1 + 1?', '2'), ask('1 + 2?', '3')]],
    fact: { level: 'warning', items: ['1'] },
  },
  {
    code: 'unreachable-answer',
    name: 'a target of no use to the scorer',
    faulty: [SUITE_YAML, [...ITEMS, ask('pi?', 'three')]],
    sound: [SUITE_YAML, [...ITEMS, ask('pi?', '3.14')]],
    fact: { level: 'error', line: 10, items: ['3'], count: 1 },
  },
  {
    code: 'wrong-gold',
    name: 'a solution that does not pass its tests',
    faulty: [TESTS, [ask('f?', { tests: 'assert f()', solution: 'def f(): pass' })]],
    sound: [TESTS, [ask('f?', { tests: 'assert f()' })]],
    fact: { level: 'error', line: 10, items: ['0'], count: 1 },
  },
  {
    code: 'few-shot-item',
    name: 'a question among the examples',
    faulty: [SUITE_YAML + FEW_SHOT('1 + 2?', '3')],
    sound: [SUITE_YAML + FEW_SHOT('1 + 9?', '10')],
    fact: { level: 'error', line: 11, items: ['1'] },
  },
  {
    code: 'few-shot-item',
    name: 'question and answer within an example',
    faulty: [SUITE_YAML + FEW_SHOT('Add up. What is 1 + 2? Be brief', 'It is 3.'), [ask('What is 1 + 2?', '3')]],
    sound: [
      SUITE_YAML + FEW_SHOT('Add up. What is 1 + 22? What is 1 + 2?', 'They are 23 and 33.'),
      [ask('What is 1 + 2?', '3')],
    ],
    fact: { level: 'error', line: 11, items: ['0'] },
  },
  {
    code: 'few-shot-item',
    name: 'question and answer in the text of the prompt',
    faulty: [
      SUITE_YAML.replace("'{{ question }}'", '"Q: What is 1 + 2?\\nA: 3\\nQ: {{ question }}\\nA:"'),
      [ask('What is 1 + 2?', 3)],
    ],
    sound: [
      SUITE_YAML.replace("'{{ question }}'", '"A: 3\\nQ: What is 1 + 2?\\nQ: {{ question }}\\nA:"'),
      [ask('What is 1 + 2?', 3)],
    ],
    fact: { level: 'error', line: 9, items: ['0'] },
  },
  {
    code: 'few-shot-item',
    name: 'question and answer in another field of the item',
    faulty: [
      SHOTS,
      [ask(LONG, { answer: 'B', options: 4 }, { shots: `${LONG}\n(A) red\n(B) blue\nAnswer: B\n`, kind: 'colours' })],
    ],
    sound: [
      SHOTS,
      [
        ask(
          LONG,
          { answer: 'B', options: 4 },
          { shots: 'Which of the colours is not blue?\nAnswer: B\n', kind: 'colours' },
        ),
      ],
    ],
    fact: { level: 'error', line: 9, items: ['0'] },
  },
  {
    code: 'few-shot-roles',
    name: 'an example without a question',
    faulty: [`${SUITE_YAML}few_shot: [{role: assistant, content: '3'}]\n`],
    sound: [SUITE_YAML + FEW_SHOT('1 + 9?', '10')],
    fact: { level: 'warning', line: 11 },
  },
  {
    code: 'last-role',
    name: 'a prompt that the assistant ends',
    faulty: [
      SUITE_YAML.replace(
        "'{{ question }}'",
        "[{role: user, content: '{{ question }}'}, {role: assistant, content: 'It is'}]",
      ),
    ],
    sound: [
      SUITE_YAML.replace(
        "'{{ question }}'",
        "[{role: system, content: 'Add'}, {role: user, content: '{{ question }}'}]",
      ),
    ],
    fact: { level: 'warning', line: 9 },
  },
  {
    code: 'target-in-prompt',
    name: 'a long answer in the question',
    faulty: [EXACT, [ask('Repeat: ABCDEFGH', ['none', 'ABCDEFGH'])]],
    sound: [EXACT, [ask('Repeat: ABCDEFG', 'ABCDEFG'), ask('Reverse: ABCDEFGH', 'HGFEDCBA')]],
    fact: { level: 'warning', items: ['0'] },
  },
  {
    code: 'target-in-input',
    name: 'an input field with the answer',
    faulty: [SUITE_YAML.replace('[question]', '[question, answer]')],
    sound: [SUITE_YAML.replace('[question]', '[question, hint]'), [ask('1 + 1?', '2', { hint: '22' })]],
    fact: { level: 'warning', line: 5, count: 3 },
  },
  {
    code: 'target-in-input',
    name: 'an input field with the answer in another type',
    faulty: [SUITE_YAML.replace('[question]', '[question, hint]'), [ask('1 + 1?', 2, { hint: '2' })]],
    sound: [SUITE_YAML.replace('[question]', '[question, hint]'), [ask('1 + 1?', 2, { hint: ['2'] })]],
    fact: { level: 'warning', line: 5, count: 1 },
  },
  {
    code: 'target-in-id',
    name: 'an id with the answer',
    faulty: [
      EXACT.replace('  input:', '  id: id\n  input:'),
      [ask('Capital of France?', 'Paris', { id: 'capital-paris-1' })],
    ],
    sound: [
      EXACT.replace('  input:', '  id: id\n  input:'),
      [
        ask('Capital of France?', 'Paris', { id: 'comparison-1' }),
        ask('Is it Paris?', 'yes', { id: 'yes-1' }),
        ask('1?', '1000', { id: 'no-1000' }),
      ],
    ],
    fact: { level: 'warning', line: 7, items: ['capital-paris-1'] },
  },
  {
    code: 'target-in-tag',
    name: 'a tag that is the answer',
    faulty: [SUITE_YAML.replace('  target:', '  tags: [kind]\n  target:'), [ask('1 + 1?', 2, { kind: ['sum', '2'] })]],
    sound: [
      SUITE_YAML.replace('  target:', '  tags: [kind]\n  target:'),
      [ask('1 + 1?', 2, { kind: ['sum', '2-digit'] })],
    ],
    fact: { level: 'warning', line: 8, items: ['0'] },
  },
  {
    code: 'not-held-out',
    name: 'a key that was not held out',
    faulty: [SUITE_YAML + HELD_OUT, [ask('12 45', '57')]],
    sound: [SUITE_YAML + HELD_OUT.replace('below: 100', 'below: 266'), [ask('12 45', '57')]],
    fact: { level: 'error', line: 11, items: ['0'] },
  },
  {
    code: 'constant-reply',
    name: 'one answer to most questions',
    faulty: [EXACT, times(12, (n) => ask(`Is ${n} small?`, n < 9 ? ['yes', 'y'] : 'no'))],
    sound: [EXACT, times(12, (n) => ask(`Is ${n} small?`, n < 8 ? ['yes', 'y'] : 'no'))],
    fact: { level: 'warning', line: 5, count: 0, message: expect.stringMatching(/: 9 of 12 items$/) as string },
  },
  {
    code: 'constant-reply',
    name: 'one answer to most questions among thousands of others',
    faulty: [EXACT, times(9_000, (n) => ask(`Letters of ${n}?`, n % 10 < 7 ? 'yes' : `no ${n}`))],
    sound: [EXACT, times(9_000, (n) => ask(`Letters of ${n}?`, n % 10 < 6 ? 'yes' : `no ${n}`))],
    fact: { level: 'warning', count: 0 },
  },
  {
    code: 'unused-choice',
    name: 'a letter that is never right',
    faulty: [CHOICE, choices({ A: 10, B: 9, C: 9 })],
    sound: [CHOICE, choices({ A: 9, B: 9, C: 9 })],
    fact: { level: 'warning', line: 5, message: expect.stringMatching(/: D$/) as string },
  },
  {
    // Chi square of 30, 14, 13, 13 is 11.94 (3 degrees: p = 0.0076), of 40, 14, 13, 13 it is 26.7 (p < 0.00001).
    code: 'uneven-choices',
    name: 'a letter that is right too often',
    faulty: [CHOICE, choices({ A: 40, B: 14, C: 13, D: 13 })],
    sound: [CHOICE, choices({ A: 30, B: 14, C: 13, D: 13 })],
    fact: {
      level: 'warning',
      line: 5,
      count: 0,
      message: expect.stringMatching(/: A 40, B 14, C 13, D 13$/) as string,
    },
  },
  {
    code: 'uneven-choices',
    name: 'as many choices as the item has',
    faulty: [WITH_OPTIONS, choices({ A: 45, B: 15 }, { options: ['x', 'y'] })],
    sound: [WITH_OPTIONS, choices({ A: 33, B: 27 }, { options: ['x', 'y'] })],
    fact: { level: 'warning', message: expect.stringMatching(/: A 45, B 15$/) as string },
  },
  {
    code: 'short-max-tokens',
    name: 'an answer of more characters than tokens can hold',
    faulty: [`${EXACT}parameters: {max_tokens: 2}\n`, [ask('Long?', 'a lot of words in it')]],
    sound: [`${EXACT}parameters: {max_tokens: 2}\n`, [ask('Long?', ['a lot of words in it', 'sixteen letters!'])]],
    fact: { level: 'warning', line: 11, items: ['0'] },
  },
  {
    code: 'stop-in-answer',
    name: 'a stop sequence in the answer',
    faulty: [EXACT + STOP(', '), [ask('Colours?', 'red, green')]],
    sound: [EXACT + STOP(', '), [ask('Colours?', ['red, green', 'red and green'])]],
    fact: { level: 'error', line: 11, items: ['0'] },
  },
];

describe('lintSuite()', () => {
  it('finds nothing in a good suite', async () => {
    expect(await lintText(SUITE_YAML)).toEqual([]);
  });

  it.each(CASES)('finds $code: $name', async ({ code, faulty, fact }) => {
    const finding = (await lintText(...faulty)).find((found) => found.code === code);
    expect(finding).toMatchObject(fact);
  });

  it.each(CASES)('does not find $code without $name', async ({ code, sound }) => {
    expect(await codesOf(...sound)).not.toContain(code);
  });

  it('says of an item that comes twice that it does so, once', async () => {
    expect(await codesOf(SUITE_YAML, [...ITEMS, ask('1 + 1?', '2')])).toEqual(['duplicate-input']);
    expect(await codesOf(SUITE_YAML, [...ITEMS, ask('1 + 1', '2')])).toEqual(['near-duplicate']);
  });

  it('takes a question with other tools, or another state for them, for another question', async () => {
    const yaml = SUITE_YAML.replace('[question]', '[question, own]');
    const rows = ['a', 'b', 'b'].map((name, n) => ask(n < 2 ? 'Which?' : 'Which', `${n}`, { own: [{ name }] }));
    const offered = 'harness: {id: tool-loop, version: 1, tools_field: own, result: calls}\n';
    const begun =
      'harness: {id: tool-loop, version: 1, state: own, tools: [{name: a, description: A, parameters: {}}], source: ""}\n';
    expect(await codesOf(yaml, rows)).toEqual(['conflicting-targets', 'duplicate-prompt', 'near-duplicate']);
    expect(await codesOf(yaml + offered, rows)).toEqual(['near-duplicate']);
    expect(await codesOf(yaml + begun, rows)).toEqual(['near-duplicate']);
  });

  it('holds no length and no stop sequence against answers that are not written', async () => {
    const rows = [ask('Longest?', 'A', { options: ['a b', 'c d'] })];
    const yaml = `${WITH_OPTIONS}parameters: {max_tokens: 1, stop: ['A']}\n`;
    expect(await codesOf(yaml, rows)).toEqual(['stop-in-answer']);
    expect(await codesOf(yaml + LIKELIHOOD, rows)).toEqual([]);
  });

  it('names five items and counts all', async () => {
    const [finding] = await lintText(
      SUITE_YAML,
      times(9, () => ITEMS[0]),
    );
    expect(finding).toMatchObject({ items: ['1', '2', '3', '4', '5'], count: 8 });
  });

  it('reads texts without letters, empty tags and targets of any form', async () => {
    const rows = [ask('?!', null), ask('...', { a: [1] }), ask('', [[], {}]), ask('?!', true, { kind: '' })];
    expect(
      await codesOf(EXACT.replace('  target:', '  tags: [kind]\n  target:').replace('[kind]', '[]'), rows),
    ).toEqual(['unreachable-answer', 'conflicting-targets', 'duplicate-input', 'near-duplicate']);
  });
});

describe('isHeldOut()', () => {
  // printf 'touchstone/tiny/held-out/v1\nadd 12 45' | sha256sum begins with 3b7b7f51, which is 997,949,265.
  const rule = {
    rule: 'sha256-u32-mod' as const,
    prefix: 'touchstone/tiny/held-out/v1\n',
    modulo: 1000,
    below: 100,
    key: '',
  };
  it('reads the first four bytes as a big-endian number', () => {
    expect(isHeldOut({ ...rule, below: 265 }, 'add 12 45')).toBe(false);
    expect(isHeldOut({ ...rule, below: 266 }, 'add 12 45')).toBe(true);
    const held = Array.from({ length: 1000 }, (_, i) => isHeldOut(rule, `add 1 ${i}`)).filter(Boolean).length;
    expect(held).toBeGreaterThan(60);
    expect(held).toBeLessThan(140);
  });
});

describe('the suites that ship', () => {
  const folder = join(import.meta.dirname, '../../../suites');
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(names)('%s has no finding, enough items and no overlap with what was trained on', async (name) => {
    const path = join(folder, name, 'suite.yaml');
    const suite = await loadSuite(path);
    expect(suite.definition.id).toBe(name);
    if (suite.definition.source?.startsWith('suites/generate.mjs') === true) {
      expect(suite.definition.items.size).toBeGreaterThanOrEqual(100);
      expect(suite.definition.held_out?.rule).toBe('sha256-u32-mod');
    }
    expect((await lint(path)).filter(({ code }) => code !== 'target-in-prompt')).toEqual([]);
  });
});
