/** What an answer can be made of to crash a scorer or to make it hang. A scorer without targets here fails the first test. */
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { findScorer, SCORER_KINDS } from '../../src/scoring/registry.ts';
import { MAX_ANSWER_LENGTH, type Scorer } from '../../src/scoring/scorer.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';

const FUNCTION = {
  name: 'f.g',
  parameters: {
    type: 'dict',
    properties: { x: { type: 'float' }, y: { type: 'array', items: { type: 'string' } }, z: { type: 'dict' } },
    required: ['x'],
  },
};
const CALL = { category: 'simple', function: FUNCTION, ground_truth: '{"f.g":{"x":[1.0],"y":[["a"],""],"z":[""]}}' };
const CALLS = {
  category: 'parallel',
  function: FUNCTION,
  ground_truth: '{"f.g_1":{"x":[1.0]},"f.g_2":{"x":[2.0]},"f.g_3":{"x":[3.0]}}',
};

const INSTRUCTIONS: readonly [string, JsonValue][] = [
  ['keywords:existence', { keywords: ['a', '.*'] }],
  ['keywords:frequency', { keyword: 'a', frequency: 3, relation: 'at least' }],
  ['keywords:forbidden_words', { forbidden_words: ['a', '(a+)+'] }],
  ['keywords:letter_frequency', { letter: 'a', let_frequency: 3, let_relation: 'at least' }],
  ['language:response_language', { language: 'de' }],
  ['length_constraints:number_sentences', { relation: 'at least', num_sentences: 3 }],
  ['length_constraints:number_paragraphs', { num_paragraphs: 3 }],
  ['length_constraints:number_words', { relation: 'at least', num_words: 3 }],
  ['length_constraints:nth_paragraph_first_word', { num_paragraphs: 2, nth_paragraph: 2, first_word: 'a' }],
  ['detectable_content:number_placeholders', { num_placeholders: 2 }],
  ['detectable_content:postscript', { postscript_marker: 'P.P.S' }],
  ['detectable_format:number_bullet_lists', { num_bullets: 2 }],
  ['detectable_format:constrained_response', {}],
  ['detectable_format:number_highlighted_sections', { num_highlights: 2 }],
  ['detectable_format:multiple_sections', { section_spliter: 'SECTION', num_sections: 2 }],
  ['detectable_format:json_format', {}],
  ['detectable_format:title', {}],
  ['combination:two_responses', {}],
  ['combination:repeat_prompt', { prompt_to_repeat: 'a a' }],
  ['startend:end_checker', { end_phrase: 'a.' }],
  ['change_case:capital_word_frequency', { capital_frequency: 3, capital_relation: 'at least' }],
  ['change_case:english_capital', {}],
  ['change_case:english_lowercase', {}],
  ['punctuation:no_comma', {}],
  ['startend:quotation', {}],
];

const SCHEMA = {
  $defs: { tree: { type: ['object', 'array', 'string'], items: { $ref: '#/$defs/tree' }, minItems: 1 } },
  $ref: '#/$defs/tree',
  additionalProperties: { $ref: '#/$defs/tree' },
  uniqueItems: true,
  pattern: '^(a+)+$',
};

/** Options and targets of each scorer that make it do all that it can. */
const SUBJECTS: Readonly<Record<string, readonly (readonly [ScorerConfig, JsonValue])[]>> = {
  'exact@1': [
    [{ ignore_case: true, collapse_whitespace: true, strip_punctuation: true, take: 'last-line', remove: ',' }, 'x'],
  ],
  'contains@1': [[{ mode: 'all', partial: true, whole_words: true, ignore_case: true }, ['x', 'a', 'aa'.repeat(500)]]],
  'regex@1': [[{ patterns: ['(\\d+)\\s*$', '(?:a|b)+c', '(a+)+$', '(a|aa)+b', '.*x.*y'], take: 'last' }, 'x']],
  'number@1': [[{ after: ['####'] }, '1']],
  'choice@1': [[{ choices: 26 }, 'A']],
  'json@1': [[{ find: ['whole', 'fenced', 'first', 'last'], partial: true, schema: '{"type":"object"}' }, 'x']],
  'mmlu-pro@1': [[{}, 'B']],
  'bbh@1': [
    [{ mode: 'cot' }, 'x'],
    [{ mode: 'direct' }, 'x'],
  ],
  'ifeval@1': INSTRUCTIONS.map(([id, kwargs]) => [{}, { instruction_id_list: [id], kwargs: [kwargs] }]),
  'squad@1': [[{}, ['a b c', 'x '.repeat(3_000)]]],
  'bleu@1': [[{ lowercase: true }, ['a b c', 'x '.repeat(3_000)]]],
  'chrf@1': [[{ lowercase: true }, ['a b c', 'ab'.repeat(1_000)]]],
  'rouge-l@1': [[{}, ['a b c', 'a '.repeat(100)]]],
  'pot-numeric@1': [[{}, '18.0']],
  'refusal@1': [[{}, 'unsafe']],
  'json-schema@1': [[{ find: ['whole', 'fenced', 'first', 'last'], formats: true }, { schema: SCHEMA }]],
  'bfcl@1': [
    [{ form: 'python' }, CALL],
    [{ form: 'python', brackets: 'added' }, CALLS],
    [{ form: 'tools', underscores: true }, CALLS],
  ],
  'math@1': [
    [{ find: ['whole'] }, '\\frac{1}{2}'],
    [{}, '[1, 2) \\cup \\{3\\}'],
  ],
  'python-tests@1': [[{}, { tests: 'assert f()', entry_point: 'f' }]],
  'javascript-tests@1': [[{}, { tests: 'f()', entry_point: 'f' }]],
  'rubric@1': [
    [{ prompt: '{{ answer }}', grades: ['A', 'B'], scores: ['1', '0'] }, 'x'],
    [{ prompt: '{{ answer }}', grades: ['A', 'B'], scores: ['1', '0'], find: ['json'] }, 'x'],
  ],
  'pairwise@1': [[{ prompt: '{{ first }} {{ second }}' }, 'x']],
  'embedding-similarity@1': [[{}, 'x']],
};

/** What answers are made of. */
const UNITS: readonly string[] = [
  'a',
  '1',
  '٣',
  'é',
  '👩‍👩‍👧',
  '\u2028',
  '\u0000',
  ' ',
  '\n',
  '{',
  '[',
  '(',
  '}',
  '"',
  '```',
  '```python\n',
  '-',
  '1,',
  ',111',
  '.',
  '1e9',
  '\\',
  '\\boxed{',
  '\\frac{',
  '\\sqrt{',
  '\\left(',
  '\\pm',
  '9^',
  'x^{',
  '(x+1)*',
  '1/',
  'a=',
  '!',
  'Answer: ',
  'answer is ',
  '(A)',
  '{"a":',
  '[{}',
  '[f(x=',
  'f.g(x=1),',
  '*a* ',
  '\n# ',
  '<<',
  'P.P.S ',
  'SECTION 1\n',
  '***\n',
  'a. ',
  'def f(\n',
  '=>',
  '/*',
  '&lt;',
  '\uffff',
];

const fill = (unit: string, length = MAX_ANSWER_LENGTH): string => unit.repeat(Math.floor(length / unit.length));

const BRACKETS: readonly [string, string][] = [
  ['[', ']'],
  ['{"a":', '}'],
  ['(', ')'],
  ['f(', ')'],
  ['[f.g(x=', ')]'],
  ['\\frac{', '}{2}'],
  ['\\sqrt{', '}'],
  ['x^{', '}'],
  ['\\boxed{', '}'],
  ['{', '}'],
  ['"', '"'],
  ['<<', '>>'],
  ['-', '1'],
];

/** Texts that are made to be expensive, most of them as long as a scorer reads. */
const FLOODS: readonly string[] = [
  ...UNITS.map((unit) => fill(unit)),
  // What a pattern finds only at the end that it does not want.
  ...['a', '1', ' ', 'A ', '('].map((unit) => `${fill(unit, MAX_ANSWER_LENGTH - 1)}!`),
  ...BRACKETS.flatMap(([open, close]) =>
    [100, MAX_ANSWER_LENGTH].map((length) => {
      const depth = Math.floor(length / (open.length + close.length));
      return `${open.repeat(depth)}${close.repeat(depth)}`;
    }),
  ),
  '9^9^9^9^9^9^9',
  '2^{2^{2^{2^{2^{2}}}}}',
  '(x+1)^{999999}',
  `1${'0'.repeat(9_999)}!`,
  '\\frac{1}{10^{-999999999}}',
  `${'1/'.repeat(3_000)}1`,
  `{${Array.from({ length: 9_000 }, (_, at) => `"${at}":1`).join(',')}}`,
  `[${'1e308,'.repeat(9_000)}1]`,
  `[f.g(${'x=1, '.repeat(9_000)})]`,
  `[${'f.g(x=1), '.repeat(6_000)}]`,
  `"${'\\u0061'.repeat(10_000)}"`,
];

function score(scorer: Scorer, answer: string, target: JsonValue): void {
  try {
    const extracted = scorer.extract(answer, target)?.text ?? null;
    const program = scorer.programs?.of(extracted, target) ?? null;
    const { num, den } = scorer.judge(extracted, target, program === null ? undefined : 'failed');
    expect(num >= 0 && num <= den && den >= 1 && den <= 1_000, `${num}/${den}`).toBe(true);
  } catch (error) {
    // Too much work is the one thing that a scorer may say in place of a verdict.
    expect(error).toMatchObject({ code: 'ERR_STEP_LIMIT' });
  }
}

function judgeReplies(scorer: Scorer, text: string, target: JsonValue): void {
  const subject = { answer: text, target, input: { question: text } };
  const questions = scorer.asks?.questions(subject) ?? [];
  const replies = questions.map(() => ({ text, refused: false }));
  const conclusion = scorer.asks?.conclude(replies, subject) ?? null;
  if (conclusion !== null) expect(conclusion.num <= conclusion.den).toBe(true);
}

it('no scorer is left out', () => {
  expect(Object.keys(SUBJECTS)).toEqual(SCORER_KINDS.map(({ id, version }) => `${id}@${version}`));
});

describe.each(SCORER_KINDS)('$id@$version', ({ id, version }) => {
  const subjects = SUBJECTS[`${id}@${version}`] ?? [];
  const scorers = subjects.map(([config, target]) => {
    const scorer = findScorer({ id, version, config });
    if (scorer === null) throw new Error(`there is no scorer ${id}@${version}`);
    const use = scorer.asks === undefined ? score : judgeReplies;
    return (answer: string): void => use(scorer, answer, target);
  });

  it('takes any answer', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary-ascii', maxLength: 200 }),
      fc.array(fc.constantFrom(...UNITS), { maxLength: 40 }).map((units) => units.join('')),
      fc.json({ maxDepth: 6 }),
    );
    fc.assert(
      fc.property(text, (answer) => {
        for (const take of scorers) take(answer);
      }),
    );
  });

  // Nothing is measured here: what hangs, or grows faster than the answer, is caught by the time limit of the test.
  it(`reads ${FLOODS.length} answers that are made to be expensive`, () => {
    for (const flood of FLOODS) for (const take of scorers) take(flood);
  }, 60_000);
});
