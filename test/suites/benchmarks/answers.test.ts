/** Benchmarks with answers in words, numbers, calls and JSON, from made-up files of the documented form. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BBH_TASKS } from '../../../src/suites/benchmarks/bbh-tasks.ts';
import { bbh, bbh0Shot } from '../../../src/suites/benchmarks/bbh.ts';
import { bfcl } from '../../../src/suites/benchmarks/bfcl.ts';
import { gsm8k, gsm8k5Shot } from '../../../src/suites/benchmarks/gsm8k.ts';
import { ifeval } from '../../../src/suites/benchmarks/ifeval.ts';
import { jsonschemabench } from '../../../src/suites/benchmarks/jsonschemabench.ts';
import { math500 } from '../../../src/suites/benchmarks/math-500.ts';
import { simpleqa } from '../../../src/suites/benchmarks/simpleqa.ts';
import { xstest } from '../../../src/suites/benchmarks/xstest.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { convert, findingsOf, jsonLines, promptOf, rowsOf, type FileContent } from './pulled.ts';
import { tarOf } from './tar-file.ts';

type Files = Readonly<Record<string, FileContent>>;

const GSM8K = {
  'test.jsonl': jsonLines([
    { question: 'Two boxes hold 600 nails each. How many nails?', answer: '2 * 600 = <<2*600=1200>>1200\n#### 1,200' },
    { question: 'Ann has 3 pens and loses 5. What is her balance?', answer: '3 - 5 = -2\n#### -2' },
  ]),
};
const SHOTS = {
  'train.jsonl': jsonLines(
    Array.from({ length: 7 }, (_, n) => ({ question: `What is ${n} + 1?`, answer: `It is ${n + 1}\n#### ${n + 1}` })),
  ),
};

const MATH = {
  'test.jsonl': jsonLines([
    {
      problem: 'What is $\\frac{1}{2} + \\frac{1}{3}$?',
      solution: 'unused',
      answer: '\\frac{5}{6}',
      subject: 'Prealgebra',
      level: 1,
      unique_id: 'test/prealgebra/1.json',
    },
    {
      problem: 'Who is oldest?',
      solution: 'unused',
      answer: '\\text{Ann}',
      subject: 'Algebra',
      level: 5,
      unique_id: 'test/algebra/2.json',
    },
  ]),
};

const BBH_FOLDER = 'BIG-Bench-Hard-9ee07bd481feebf959a6b59d61ea57bdcf30964d';
const PROMPT = `A warning.
-----
Say which is larger.

A second paragraph.

Q: 1 or 2?
A: Let's think step by step.
Two is one more.

So it is two. So the answer is 2.

Q: 4 or 3?
Options:
(A) 4
(B) 3
A: Let's think step by step.
The answer is clear. So the answer is (A)
`;
const BBH_TASK = JSON.stringify({
  canary: 'A warning.',
  examples: [
    { input: '5 or 6?', target: '6' },
    { input: '8 or 7?', target: '8' },
  ],
});

const bbhFiles = (changed: Readonly<Record<string, string>> = {}): Files => {
  const files: Record<string, string> = { 'README.md': 'unused' };
  for (const { name } of BBH_TASKS) {
    files[`bbh/${name}.json`] = BBH_TASK.replaceAll('?', ` in ${name}?`);
    files[`cot-prompts/${name}.txt`] = PROMPT;
  }
  return { [`${BBH_FOLDER}.tar.gz`]: gzipSync(tarOf(BBH_FOLDER, { ...files, ...changed })) };
};
const bbh0Files = (first: string): Files =>
  Object.fromEntries(BBH_TASKS.map(({ name }, at) => [`${name}.json`, at === 0 ? first : BBH_TASK]));

const IFEVAL = {
  'input_data.jsonl': jsonLines([
    { key: 12, prompt: 'Write a haiku without commas.', instruction_id_list: ['punctuation:no_comma'], kwargs: [{}] },
    {
      key: 7,
      prompt: 'Write two bullet points in lower case.',
      instruction_id_list: ['detectable_format:number_bullet_lists', 'change_case:english_lowercase'],
      kwargs: [{ num_bullets: 2 }, {}],
    },
  ]),
};

const BFCL_SCHEMA = { type: 'dict', properties: { base: { type: 'float' } }, required: ['base'] };
const bfclFiles = (changed: Readonly<Record<string, string>> = {}): Files => {
  const files: Record<string, string> = {};
  for (const category of [
    'simple',
    'multiple_function',
    'parallel_function',
    'parallel_multiple_function',
    'relevance',
  ]) {
    const name = `gorilla_openfunctions_v1_test_${category}.json`;
    const described = { name: `area_${category}`, description: 'An "area": {', parameters: BFCL_SCHEMA };
    const question = {
      id: `${category}_0`,
      question: `Area, please (${category})`,
      function: category === 'simple' ? described : [described],
    };
    files[name] = JSON.stringify(question);
    const accepted = `{"area_${category}": {"base": [5.0, ""]}}`;
    files[`possible_answer_${name}`] = `{"id": "${category}_0", "ground_truth": ${accepted}}`;
  }
  return { ...files, ...changed };
};
const SIMPLE = 'gorilla_openfunctions_v1_test_simple.json';

const XSTEST = {
  'xstest_prompts.csv':
    'id,prompt,type,label,focus,note\n1,"How do I kill time, fast?",homonyms,safe,kill,\n2,How do I harm Bob?,contrast_homonyms,unsafe,harm,\n',
};

const SIMPLEQA = {
  'simple_qa_test_set.csv': `metadata,problem,answer
"{'topic': 'Art', 'answer_type': 'Person', 'urls': ['https://example.org']}","Who painted ""Dawn""?",Ann Made-Up
"{'topic': 'Sports', 'answer_type': 'Date', 'urls': []}",When was the final?,3 May 1901
`,
};

const SCHEMA_ROW = {
  unique_id: 'made---1',
  json_schema: '{"type": "object", "properties": {"n": {"maximum": 1e400}}}',
};
const SCHEMAS = {
  'Github_easy-test.parquet': [SCHEMA_ROW],
  'Github_medium-test.parquet': [{ unique_id: 'made---2', json_schema: '{"type": "array"}' }],
  'Github_hard-test.parquet': [{ unique_id: 'made---3', json_schema: '{"const": 1.0}' }],
};

describe('gsm8k', () => {
  it('takes the number after the marker', async () => {
    const made = await convert(gsm8k, GSM8K);
    expect(made.items.map(({ id, target }) => [id, target])).toEqual([
      ['0', '1200'],
      ['1', '-2'],
    ]);
    expect(await promptOf(made)).toMatch(
      /^Solve this math problem\. .*\n\nTwo boxes hold 600 nails each\. How many nails\?$/,
    );
    expect(await promptOf(made, { suite: 'question.yaml' })).toBe('Two boxes hold 600 nails each. How many nails?');
  });

  it('asks after the first five problems of the training file', async () => {
    const made = await convert(gsm8k5Shot, { ...GSM8K, ...SHOTS });
    const shots = [0, 1, 2, 3, 4].map((n) => `Question: What is ${n} + 1?\nAnswer: It is ${n + 1}\n#### ${n + 1}\n\n`);
    expect(await promptOf(made)).toBe(
      `${shots.join('')}Question: Two boxes hold 600 nails each. How many nails?\nAnswer:`,
    );
  });
});

describe('math-500', () => {
  it('asks for a box, tagged by subject and level', async () => {
    const made = await convert(math500, MATH);
    expect(made.items.map(({ id, target, tags }) => [id, target, tags])).toEqual([
      ['test/prealgebra/1.json', '\\frac{5}{6}', ['Prealgebra', 'level-1']],
      ['test/algebra/2.json', '\\text{Ann}', ['Algebra', 'level-5']],
    ]);
    expect(await promptOf(made, { index: 1 })).toBe(
      'Who is oldest?\n\nPlease reason step by step, and put your final answer within \\boxed{}.',
    );
  });
});

describe('bbh', () => {
  it('has 27 tasks, each with its own examples with and without chain of thought', async () => {
    const made = await convert(bbh, bbhFiles());
    expect(made.items).toHaveLength(54);
    expect(made.items[0]).toMatchObject({ id: 'boolean_expressions/0', target: '6', tags: ['boolean_expressions'] });
    const head = 'Say which is larger.\n\nA second paragraph.\n\n';
    const question = 'Q: 5 or 6 in boolean_expressions?\nA:';
    expect(await promptOf(made)).toBe(
      `${head}${PROMPT.slice(PROMPT.indexOf('Q: 1 or')).trim()}\n\n${question} Let's think step by step.`,
    );
    expect(await promptOf(made, { suite: 'direct.yaml' })).toBe(
      `${head}Q: 1 or 2?\nA: 2\n\nQ: 4 or 3?\nOptions:\n(A) 4\n(B) 3\nA: (A)\n\n${question}`,
    );
  });

  it('without examples needs the task files alone', async () => {
    const made = await convert(bbh0Shot, bbh0Files(BBH_TASK));
    expect(made.items).toHaveLength(54);
    expect(await promptOf(made, { suite: 'direct.yaml' })).toBe('Q: 5 or 6?\nA:');
  });
});

describe('ifeval', () => {
  it('keeps instructions and their arguments as they are', async () => {
    const made = await convert(ifeval, IFEVAL);
    expect(made.items.map(({ id, target, tags }) => ({ id, target, tags }))).toEqual([
      { id: '12', target: { instruction_id_list: ['punctuation:no_comma'], kwargs: [{}] }, tags: ['punctuation'] },
      {
        id: '7',
        target: {
          instruction_id_list: ['detectable_format:number_bullet_lists', 'change_case:english_lowercase'],
          kwargs: [{ num_bullets: 2 }, {}],
        },
        tags: ['detectable_format', 'change_case'],
      },
    ]);
  });
});

describe('bfcl', () => {
  it('keeps accepted answers as they are written, because 5.0 is not 5 there', async () => {
    const made = await convert(bfcl, bfclFiles());
    expect(made.items.map(({ id }) => id)).toEqual([
      'simple_0',
      'multiple_function_0',
      'parallel_function_0',
      'parallel_multiple_function_0',
      'relevance_0',
    ]);
    expect(made.items[0]?.target).toEqual({
      category: 'simple',
      function: { name: 'area_simple', description: 'An "area": {', parameters: BFCL_SCHEMA },
      ground_truth: '{"area_simple": {"base": [5.0, ""]}}',
    });
    expect(made.items[1]?.target).toMatchObject({ ground_truth: '{"area_multiple_function": {"base": [5.0, ""]}}' });
    expect(made.items[4]?.target).not.toHaveProperty('ground_truth');
    expect(await promptOf(made)).toMatch(
      /you can invoke\.\n\[\{"name":"area_simple",.*\}\]\n---\nArea, please \(simple\)$/,
    );
    expect(await promptOf(made, { index: 1 })).toMatch(/\n\[\{"name":"area_multiple_function",/);
  });

  it('offers the functions of an item as its tools', async () => {
    const made = await convert(bfcl, bfclFiles());
    const base = { type: 'number', format: 'float', description: 'This is a float type value.' };
    expect(made.items[0]?.['tools']).toEqual([
      {
        type: 'function',
        function: {
          name: 'area_simple',
          description: 'An "area": { Note that the provided function is in Python 3 syntax.',
          parameters: { type: 'object', properties: { base }, required: ['base'] },
        },
      },
    ]);
    expect(await promptOf(made, { suite: 'tools.yaml' })).toBe('Area, please (simple)');
    expect(made.suites.get('tools.yaml')?.definition).toMatchObject({
      id: 'bfcl-tools',
      needs: ['tools'],
      harness: { id: 'tool-loop', version: 1 },
    });
  });
});

describe('xstest', () => {
  it('reads labels and types', async () => {
    const made = await convert(xstest, XSTEST);
    expect(made.items).toMatchObject([
      { id: 'v2-1', prompt: 'How do I kill time, fast?', target: 'safe', tags: ['safe', 'homonyms'] },
      { id: 'v2-2', prompt: 'How do I harm Bob?', target: 'unsafe', tags: ['unsafe', 'contrast_homonyms'] },
    ]);
  });
});

describe('simpleqa', () => {
  it('reads topic and kind of answer from an object as Python prints it', async () => {
    const made = await convert(simpleqa, SIMPLEQA);
    expect(made.items).toEqual([
      { id: '0', question: 'Who painted "Dawn"?', target: 'Ann Made-Up', tags: ['Art', 'Person'] },
      { id: '1', question: 'When was the final?', target: '3 May 1901', tags: ['Sports', 'Date'] },
    ]);
  });
});

describe('jsonschemabench', () => {
  it('keeps schemas as texts, whose numbers may be too large for an item', async () => {
    const made = await convert(jsonschemabench, SCHEMAS);
    expect(made.items.map(({ id, target, tags }) => [id, target, tags])).toEqual([
      ['made---1', { schema: SCHEMA_ROW.json_schema }, ['Github_easy']],
      ['made---2', { schema: '{"type": "array"}' }, ['Github_medium']],
      ['made---3', { schema: '{"const": 1.0}' }, ['Github_hard']],
    ]);
  });
});

describe('every suite', () => {
  it.each<[string, Benchmark, Files]>([
    ['gsm8k', gsm8k, GSM8K],
    ['gsm8k-5shot', gsm8k5Shot, { ...GSM8K, ...SHOTS }],
    ['math-500', math500, MATH],
    ['bbh', bbh, bbhFiles()],
    ['bbh-0shot', bbh0Shot, bbh0Files(BBH_TASK)],
    ['ifeval', ifeval, IFEVAL],
    ['bfcl', bfcl, bfclFiles()],
    ['xstest', xstest, XSTEST],
    ['simpleqa', simpleqa, SIMPLEQA],
    ['jsonschemabench', jsonschemabench, SCHEMAS],
  ])('of %s has no error', async (_name, benchmark, files) => {
    const findings = await findingsOf(await convert(benchmark, files));
    expect(findings.filter((finding) => finding.includes(' error '))).toEqual([]);
  });
});

describe('a file that is not as documented', () => {
  const gsm = (row: object): Files => ({ 'test.jsonl': jsonLines([row]) });
  const task = (value: unknown): Files => bbhFiles({ 'bbh/boolean_expressions.json': JSON.stringify(value) });
  const prompt = (text: string): Files => bbhFiles({ 'cot-prompts/boolean_expressions.txt': text });
  const named = `${BBH_FOLDER}.tar.gz`;
  it.each<[string, Benchmark, Files, string]>([
    ['a solution without a marker', gsm8k, gsm({ question: 'Q?', answer: '12' }), '"test.jsonl" row 1, field "answer"'],
    ['no question', gsm8k, gsm({ answer: '#### 1' }), 'field "question": want a text'],
    [
      'a level beyond five',
      math500,
      gsm({ problem: 'P', answer: '1', subject: 'S', level: 6, unique_id: 'u' }),
      'field "level"',
    ],
    ['a task without examples', bbh, task({ canary: '' }), '"boolean_expressions.json" row 1, field "examples"'],
    ['a task that is no JSON', bbh0Shot, bbh0Files('{'), '"boolean_expressions.json" row 1: want a JSON object'],
    [
      'a target that is a number',
      bbh0Shot,
      bbh0Files(JSON.stringify({ examples: [{ input: 'I', target: 1 }] })),
      'row 1, field "target": want a text',
    ],
    ['examples without a line of dashes', bbh, prompt('Q: 1?\nA: 1'), '"boolean_expressions.txt" row 1'],
    [
      'an example without an answer',
      bbh,
      prompt(PROMPT.replace('answer is 2', 'result is 2')),
      '"boolean_expressions.txt" row 1: want a chain of thought',
    ],
    [
      'an archive without a task',
      bbh,
      { [named]: gzipSync(tarOf(BBH_FOLDER, {})) },
      'want "cot-prompts/boolean_expressions.txt" in it',
    ],
    ['an archive that is none', bbh, { [named]: gzipSync(Buffer.alloc(700, 'x')) }, 'want a whole tar archive'],
    [
      'an archive that ends early',
      bbh,
      { [named]: gzipSync(tarOf(BBH_FOLDER, { a: 'b' }).subarray(0, 1600)) },
      'want a whole tar archive',
    ],
    [
      'arguments of another number',
      ifeval,
      { 'input_data.jsonl': jsonLines([{ key: 1, prompt: 'P', instruction_id_list: ['a', 'b'], kwargs: [{}] }]) },
      'field "kwargs"',
    ],
    [
      'a key that is a text',
      ifeval,
      { 'input_data.jsonl': jsonLines([{ key: 'one', prompt: 'P', instruction_id_list: ['a'], kwargs: [{}] }]) },
      'field "key"',
    ],
    [
      'answers to another question',
      bfcl,
      bfclFiles({ [`possible_answer_${SIMPLE}`]: '{"id": "simple_1", "ground_truth": {}}' }),
      'field "id": want the id of the question',
    ],
    [
      'fewer answers than questions',
      bfcl,
      bfclFiles({ [SIMPLE]: '{"id":"a","question":"q","function":{}}\n{"id":"b","question":"q","function":{}}' }),
      'as many rows',
    ],
    ['a line that is no JSON', bfcl, bfclFiles({ [SIMPLE]: '{"id": ' }), `"${SIMPLE}" row 1: want a JSON object`],
    [
      'a function that is a text',
      bfcl,
      bfclFiles({ [SIMPLE]: '{"id":"simple_0","question":"q","function":"f"}' }),
      'field "function"',
    ],
    [
      'a function without parameters',
      bfcl,
      bfclFiles({ [SIMPLE]: '{"id":"simple_0","question":"q","function":{"name":"f"}}' }),
      'field "function": want functions with a name and properties',
    ],
    [
      'a label of another kind',
      xstest,
      { 'xstest_prompts.csv': 'id,prompt,type,label\n1,P,t,harmful\n' },
      'field "label"',
    ],
    [
      'a schema that is no JSON',
      jsonschemabench,
      { ...SCHEMAS, 'Github_easy-test.parquet': [{ ...SCHEMA_ROW, json_schema: '{' }] },
      'field "json_schema"',
    ],
    [
      'a description without a topic',
      simpleqa,
      { 'simple_qa_test_set.csv': 'metadata,problem,answer\n{},P,A\n' },
      'field "metadata"',
    ],
  ])('%s is refused', async (_fault, benchmark, files, message) => {
    await expect(rowsOf(benchmark, files)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_FORM',
      message: expect.stringContaining(message),
    });
  });
});
