/** GSM8K: word problems of primary school whose answer is an integer, with and without worked examples. */
import type { Benchmark, ConvertedRow, OriginFiles, SuiteOutline } from '../pull/benchmark.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { githubUrl, measuredFile, stated } from './sources.ts';

const REPOSITORY = { repository: 'openai/grade-school-math', commit: '3101c7d5072418e28b9008a6636bde82a006892c' };

const TEST = measuredFile('test.jsonl', {
  ...REPOSITORY,
  path: 'grade_school_math/data/test.jsonl',
  sha256: '3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14',
});

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'github.com/openai/grade-school-math',
  redistributable: true,
} satisfies Partial<SuiteOutline>;

const LAST_NUMBER = { id: 'number', version: 1, take: 'last', after: ['####', 'Answer:'] } as const;
/** The rule of the harness and of most published figures: what stands after the marker of the worked solutions. */
const AFTER_MARKER = { id: 'regex', version: 1, patterns: ['#### (-?[0-9.,]+)'], remove: ',' } as const;

/** GSM8K without examples. */
export const gsm8k: Benchmark = {
  name: 'gsm8k',
  title: 'GSM8K',
  homepage: 'https://arxiv.org/abs/2110.14168',
  licence: 'MIT',
  files: [TEST],
  isTriedOnOriginal: true,
  async *convert(files) {
    for await (const row of originRows(files, 'test.jsonl')) yield itemOf(row, { question: row.text('question') });
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'gsm8k',
      title: 'GSM8K, without examples',
      description:
        'Word problems of primary school. The instruction is that of simple-evals for English MGSM; the last number after "Answer:" counts.',
      prompt: `Solve this math problem. Give the reasoning steps before giving the final answer on the last line by itself in the format of "Answer:". Do not add anything other than the integer answer after "Answer:".

{{ question }}`,
      parameters: { max_tokens: 2048, temperature: 0 },
      scorer: LAST_NUMBER,
    },
    'question.yaml': {
      ...OUTLINE,
      id: 'gsm8k-question',
      title: 'GSM8K, the question alone',
      description:
        'For models that were trained on the form of the worked solutions: the first number after "####" or "A:" counts. The recorded outputs of the authors were judged so.',
      prompt: '{{ question }}',
      parameters: { max_tokens: 512, temperature: 0 },
      scorer: { ...AFTER_MARKER, patterns: ['(?:####|A:) (-?[0-9.,]+)'] },
    },
  },
};

/** GSM8K after five worked examples: the first five problems of the training file. */
export const gsm8k5Shot: Benchmark = {
  ...gsm8k,
  name: 'gsm8k-5shot',
  title: 'GSM8K, five worked examples',
  files: [
    TEST,
    {
      name: 'train.jsonl',
      urls: [githubUrl({ ...REPOSITORY, path: 'grade_school_math/data/train.jsonl' })],
      sha256: '17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465',
      pinnedBy: stated({
        repository: 'tensorflow/datasets',
        commit: '90b66237ad09c9e5b9b1bc61b646db7b1fb0713c',
        path: 'tensorflow_datasets/text/gsm8k/checksums.tsv',
      }),
      maxBytes: 16_777_216,
    },
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    const shots = await workedExamples(files);
    for await (const row of originRows(files, 'test.jsonl'))
      yield itemOf(row, { question: row.text('question'), shots });
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'gsm8k-5shot',
      title: 'GSM8K, five worked examples',
      description:
        'Prompt of the lm-evaluation-harness task gsm8k, always with the first five training problems. The last number counts.',
      prompt: '{{ shots }}Question: {{ question }}\nAnswer:',
      parameters: { max_tokens: 512, temperature: 0, stop: ['Question:'] },
      scorer: LAST_NUMBER,
    },
    'strict.yaml': {
      ...OUTLINE,
      id: 'gsm8k-5shot-strict',
      title: 'GSM8K, five worked examples, strict',
      description: 'As gsm8k-5shot, but only a number after "####" counts: strict-match of the harness.',
      prompt: '{{ shots }}Question: {{ question }}\nAnswer:',
      parameters: { max_tokens: 512, temperature: 0, stop: ['Question:'] },
      scorer: AFTER_MARKER,
    },
  },
};

function itemOf(row: OriginRow, input: ConvertedRow['input']): ConvertedRow {
  const answer = /#### (.+)$/.exec(row.text('answer'))?.[1];
  if (answer === undefined) throw row.fault('answer', 'a solution that ends with "#### " and a number');
  return { id: `${row.index}`, input, target: answer.replaceAll(',', '') };
}

async function workedExamples(files: OriginFiles): Promise<string> {
  let shots = '';
  for await (const row of originRows(files, 'train.jsonl')) {
    if (row.index === 5) break;
    shots += `Question: ${row.text('question')}\nAnswer: ${row.text('answer')}\n\n`;
  }
  return shots;
}
