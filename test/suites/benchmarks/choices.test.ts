/** Multiple choice from made-up files of the documented form. */
import { describe, expect, it } from 'vitest';
import { arcChallenge, arcEasy } from '../../../src/suites/benchmarks/arc.ts';
import { gpqa } from '../../../src/suites/benchmarks/gpqa.ts';
import { hellaswag } from '../../../src/suites/benchmarks/hellaswag.ts';
import { mmluPro } from '../../../src/suites/benchmarks/mmlu-pro.ts';
import { mmlu } from '../../../src/suites/benchmarks/mmlu.ts';
import { truthfulqa } from '../../../src/suites/benchmarks/truthfulqa.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { convert, findingsOf, jsonLines, promptOf, rowsOf, type FileContent } from './pulled.ts';

type Files = Readonly<Record<string, FileContent>>;

const COLOURS = ['red', 'green', 'blue', 'grey'];

const MMLU = {
  'mmlu-test.parquet': [
    { question: ' Which colour has a ripe tomato? ', subject: 'high_school_botany', choices: COLOURS, answer: 0 },
    { question: 'Which colour has grass?', subject: 'high_school_botany', choices: COLOURS, answer: 1 },
    { question: 'Which colour has the sky?', subject: 'astronomy', choices: COLOURS, answer: 2 },
  ],
  'mmlu-dev.parquet': [
    { question: 'Which colour has slate?', subject: 'high_school_botany', choices: COLOURS, answer: 3 },
    { question: 'Which colour has Mars?', subject: 'astronomy', choices: COLOURS, answer: 0 },
    { question: 'Which colour has a leaf?', subject: 'high_school_botany', choices: COLOURS, answer: 1 },
  ],
};

const PRO_QUESTION = { category: 'botany', options: ['oak', 'rose', 'N/A', 'fern'] };
const MMLU_PRO = {
  'mmlu-pro-test.parquet': [
    { ...PRO_QUESTION, question_id: 7, question: 'Which is a tree?', answer: 'A', answer_index: 0 },
    { ...PRO_QUESTION, question_id: 9, question: 'Which has spores?', answer: 'C', answer_index: 2 },
  ],
  'mmlu-pro-validation.parquet': [
    {
      ...PRO_QUESTION,
      question: 'Which has thorns?',
      cot_content: "A: Let's think step by step. Roses have. The answer is (B).",
    },
  ],
};

const ARC_ROW = {
  id: 'Made_1',
  question: 'What melts?',
  choices: { text: COLOURS, label: ['A', 'B', 'C', 'D'] },
  answerKey: 'C',
};
const ARC = {
  'ARC-Challenge-test.parquet': [
    ARC_ROW,
    {
      id: 'Made_2',
      question: 'What burns?',
      choices: { text: ['ice', 'wood', 'sand'], label: ['1', '2', '3'] },
      answerKey: '2',
    },
  ],
};

const SWAG_ROW = {
  ind: 24,
  activity_label: 'Baking bread',
  ctx_a: 'A woman kneads dough.',
  ctx_b: 'the Oven',
  ctx: 'unused',
  split: 'val',
  split_type: 'indomain',
  label: 2,
  endings: ['is painted.', 'sings.', 'is heated [step] well.', 'drives away.'],
  source_id: 'activitynet~v_1',
};
const HELLASWAG = {
  'hellaswag_val.jsonl': jsonLines([
    SWAG_ROW,
    {
      ...SWAG_ROW,
      ind: 25,
      ctx_a: '[header] How to rest [title] Lie down.',
      ctx_b: undefined,
      label: 0,
      source_id: 'wikihow~1',
    },
  ]),
};

const TRUTHFULQA = {
  'mc_task.json': JSON.stringify([
    {
      question: 'Can pigs fly?',
      mc1_targets: { 'They cannot': 1, 'They can at night': 0, 'Only pink ones': 0 },
      mc2_targets: {},
    },
    { question: 'Is the moon cheese?', mc1_targets: { 'It is rock': 1, 'It is cheddar': 0 }, mc2_targets: {} },
  ]),
};

const GPQA_HEAD =
  'Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,High-level domain,Subdomain';
const GPQA = {
  'gpqa_diamond.csv': `${GPQA_HEAD}\nrec1,"What, exactly?",this ,that,those,these,Physics,Optics\nrec2,Why?,yes,no,maybe,never,Biology,Genetics\n`,
};

describe('mmlu', () => {
  it('asks after the development questions of the subject, as the harness does', async () => {
    const made = await convert(mmlu, MMLU);
    expect(made.items.map(({ id, target, tags }) => [id, target, tags])).toEqual([
      ['high_school_botany/0', 'A', ['high_school_botany']],
      ['high_school_botany/1', 'B', ['high_school_botany']],
      ['astronomy/0', 'C', ['astronomy']],
    ]);
    const options = 'A. red\nB. green\nC. blue\nD. grey';
    expect(await promptOf(made)).toBe(
      'The following are multiple choice questions (with answers) about high school botany.\n\n' +
        `Which colour has slate?\n${options}\nAnswer: D\n\nWhich colour has a leaf?\n${options}\nAnswer: B\n\n` +
        `Which colour has a ripe tomato?\n${options}\nAnswer:`,
    );
    expect(await promptOf(made, { suite: 'likelihood.yaml' })).toBe(await promptOf(made));
    expect(await promptOf(made, { suite: 'cot.yaml' })).toMatch(/\n\nA\) red\nB\) green\nC\) blue\nD\) grey$/);
  });
});

describe('mmlu-pro', () => {
  it('leaves out options that are none, and asks after worked examples', async () => {
    const made = await convert(mmluPro, MMLU_PRO);
    expect(made.items.map(({ id, target }) => [id, target])).toEqual([
      ['7', { answer: 'A', options: 3 }],
      ['9', { answer: 'C', options: 3 }],
    ]);
    expect(await promptOf(made)).toBe(
      'The following are multiple choice questions (with answers) about botany. Think step by step and then finish your ' +
        'answer with "the answer is (X)" where X is the correct letter choice.\n' +
        'Question:\nWhich has thorns?\nOptions:\nA. oak\nB. rose\nC. fern\n' +
        "Answer: Let's think step by step. Roses have. The answer is (B).\n\n" +
        "Question:\nWhich is a tree?\nOptions:\nA. oak\nB. rose\nC. fern\nAnswer: Let's think step by step.",
    );
  });
});

describe('arc', () => {
  it('reads letters and digits as labels, and asks with as many options as there are', async () => {
    const made = await convert(arcChallenge, ARC);
    expect(made.items.map(({ id, target }) => [id, target])).toEqual([
      ['Made_1', 'C'],
      ['Made_2', 'B'],
    ]);
    expect(await promptOf(made, { index: 1 })).toBe(
      'Given the following question and 3 candidate answers, choose the best answer.\nQuestion: What burns?\n' +
        'A. ice\nB. wood\nC. sand\nYour response should end with "The best answer is [the_answer_letter]" ' +
        'where the [the_answer_letter] is one of A to C.',
    );
    expect(await promptOf(made, { suite: 'likelihood.yaml' })).toBe('Question: What melts?\nAnswer:');
    expect((await rowsOf(arcEasy, { 'ARC-Easy-test.parquet': [ARC_ROW] })).map(({ id }) => id)).toEqual(['Made_1']);
  });
});

describe('hellaswag', () => {
  it('cleans texts as the harness does', async () => {
    const made = await convert(hellaswag, HELLASWAG);
    expect(made.items.map(({ id, target, tags }) => [id, target, tags])).toEqual([
      ['0', 'C', ['indomain', 'activitynet']],
      ['1', 'A', ['indomain', 'wikihow']],
    ]);
    expect(await promptOf(made, { suite: 'likelihood.yaml' })).toBe('Baking bread: A woman kneads dough. The oven');
    // Worked out by hand: [title] becomes a full stop, the other mark goes, two blanks become one.
    expect(await promptOf(made, { suite: 'likelihood.yaml', index: 1 })).toBe('Baking bread: How to rest. Lie down.');
    expect(made.items[0]?.['options']).toEqual(['is painted.', 'sings.', 'is heated well.', 'drives away.']);
  });
});

describe('truthfulqa', () => {
  it('puts the answers in an order that everybody gets', async () => {
    const made = await convert(truthfulqa, TRUTHFULQA);
    const again = await convert(truthfulqa, TRUTHFULQA);
    expect(made.items).toEqual(again.items);
    const right = made.items.map(
      ({ options, target }) => (options as readonly string[])['ABC'.indexOf(target as string)],
    );
    expect(right).toEqual(['They cannot', 'It is rock']);
    expect(await promptOf(made, { suite: 'likelihood.yaml' })).toBe('Q: Can pigs fly?\nA:');
  });
});

describe('gpqa', () => {
  it('has no address, and says how to get a copy', () => {
    expect(gpqa.files.flatMap(({ urls }) => urls)).toEqual([]);
    expect(gpqa.gated).toContain('huggingface.co/datasets/Idavidrein/gpqa');
  });

  it('shuffles the options by the id of the record', async () => {
    const made = await convert(gpqa, GPQA);
    const right = made.items.map(
      ({ options, target }) => (options as readonly string[])['ABCD'.indexOf(target as string)],
    );
    expect(right).toEqual(['this', 'yes']);
    expect(made.items.map(({ id, tags }) => [id, tags])).toEqual([
      ['rec1', ['Physics', 'Optics']],
      ['rec2', ['Biology', 'Genetics']],
    ]);
    expect(await promptOf(made)).toMatch(
      /^Answer the following multiple choice question\. .*\n\nWhat, exactly\?\n\nA\) /,
    );
  });
});

describe('every suite of multiple choice', () => {
  it.each<[Benchmark, Files]>([
    [mmlu, MMLU],
    [mmluPro, MMLU_PRO],
    [arcChallenge, ARC],
    [hellaswag, HELLASWAG],
    [truthfulqa, TRUTHFULQA],
    [gpqa, GPQA],
  ])('%o has no error', async (benchmark, files) => {
    const findings = await findingsOf(await convert(benchmark, files));
    expect(findings.filter((finding) => finding.includes(' error '))).toEqual([]);
  });
});

describe('a file that is not as documented', () => {
  const [test] = MMLU['mmlu-test.parquet'];
  const [pro] = MMLU_PRO['mmlu-pro-test.parquet'];
  const truth = (mc1_targets: object): string => JSON.stringify([{ question: 'Q?', mc1_targets }]);
  it.each<[string, Benchmark, Files, string]>([
    [
      'an answer beyond the options',
      mmlu,
      { ...MMLU, 'mmlu-test.parquet': [{ ...test, answer: 4 }] },
      '"mmlu-test.parquet" row 1, field "answer": want an integer from 0 to 3',
    ],
    [
      'three choices',
      mmlu,
      { ...MMLU, 'mmlu-test.parquet': [{ ...test, choices: ['a', 'b', 'c'] }] },
      'field "choices": want four texts',
    ],
    [
      'a subject without examples',
      mmlu,
      { ...MMLU, 'mmlu-test.parquet': [{ ...test, subject: 'magic' }] },
      'field "subject"',
    ],
    [
      'no question',
      mmlu,
      { ...MMLU, 'mmlu-test.parquet': [{ ...test, question: null }] },
      'field "question": want a text',
    ],
    [
      'a letter that is not the index',
      mmluPro,
      { ...MMLU_PRO, 'mmlu-pro-test.parquet': [{ ...pro, answer_index: 1 }] },
      'field "answer": want the letter of "answer_index"',
    ],
    [
      'a category without examples',
      mmluPro,
      { ...MMLU_PRO, 'mmlu-pro-test.parquet': [{ ...pro, category: 'magic' }] },
      'field "category"',
    ],
    [
      'eleven options',
      mmluPro,
      { ...MMLU_PRO, 'mmlu-pro-test.parquet': [{ ...pro, options: [...'abcdefghijk'] }] },
      'field "options": want at most 10 texts',
    ],
    [
      'a key that is no label',
      arcChallenge,
      { 'ARC-Challenge-test.parquet': [{ ...ARC_ROW, answerKey: 'E' }] },
      'field "answerKey"',
    ],
    [
      'more labels than texts',
      arcChallenge,
      { 'ARC-Challenge-test.parquet': [{ ...ARC_ROW, choices: { text: ['a'], label: ['A', 'B'] } }] },
      'field "choices"',
    ],
    [
      'choices that are a list',
      arcChallenge,
      { 'ARC-Challenge-test.parquet': [{ ...ARC_ROW, choices: COLOURS }] },
      'field "choices": want an object',
    ],
    [
      'three endings',
      hellaswag,
      { 'hellaswag_val.jsonl': jsonLines([{ ...SWAG_ROW, endings: ['a', 'b', 'c'] }]) },
      'row 1, field "endings"',
    ],
    [
      'an empty label',
      hellaswag,
      { 'hellaswag_val.jsonl': jsonLines([SWAG_ROW, { ...SWAG_ROW, label: '' }]) },
      'row 2, field "label"',
    ],
    ['two right answers', truthfulqa, { 'mc_task.json': truth({ a: 1, b: 1 }) }, 'field "mc1_targets"'],
    ['no right answer', truthfulqa, { 'mc_task.json': truth({ a: 0, b: 0 }) }, 'field "mc1_targets"'],
    ['a label that is no number', truthfulqa, { 'mc_task.json': truth({ a: 1, b: '0' }) }, 'field "mc1_targets"'],

    [
      'a missing column',
      gpqa,
      { 'gpqa_diamond.csv': 'Record ID,Question\nrec1,Q?\n' },
      'field "Correct Answer": want a text',
    ],
  ])('%s is refused', async (_fault, benchmark, files, message) => {
    await expect(rowsOf(benchmark, files)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_FORM',
      message: expect.stringContaining(message),
    });
  });
});
