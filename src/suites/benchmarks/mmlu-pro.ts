/** MMLU-Pro: questions of 14 subjects with up to ten options, after five worked examples of the subject. */
import type { Benchmark, OriginFiles, SuiteOutline } from '../pull/benchmark.ts';
import { letterAt } from '../letters.ts';
import { listing, OPTION_LINES } from './options.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { hubFile } from './sources.ts';

const DATASET = {
  dataset: 'TIGER-Lab/MMLU-Pro',
  revision: 'b189ec765aa7ed75c8acfea42df31fdae71f97be',
  statedBy: {
    repository: 'CWNU-Open-Source-Community/LLMBenchLab',
    commit: '3b3fae3b0827bb9794ec0f9d1c7e17be47f401a0',
    path: 'backend/app/standard_datasets/mmlu_pro.py',
  },
};

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'huggingface.co/datasets/TIGER-Lab/MMLU-Pro',
  redistributable: true,
  prompt: `The following are multiple choice questions (with answers) about {{ category }}. Think step by step and then finish your answer with "the answer is (X)" where X is the correct letter choice.
{{ shots }}Question:
{{ question }}
Options:
${OPTION_LINES}Answer: Let's think step by step.`,
  parameters: { max_tokens: 2048, temperature: 0, stop: ['Question:'] },
} satisfies Partial<SuiteOutline>;

/** MMLU-Pro by both of its extraction rules. */
export const mmluPro: Benchmark = {
  name: 'mmlu-pro',
  title: 'MMLU-Pro',
  homepage: 'https://arxiv.org/abs/2406.01574',
  licence: 'MIT',
  files: [
    hubFile({
      ...DATASET,
      name: 'mmlu-pro-test.parquet',
      path: 'data/test-00000-of-00001.parquet',
      sha256: '0e24a191921c2f453518a537a8b2117bd137e7714d4ef1565e9ba06c1ecb9ad8',
    }),
    hubFile({
      ...DATASET,
      name: 'mmlu-pro-validation.parquet',
      path: 'data/validation-00000-of-00001.parquet',
      sha256: '139423c23722e480c807ac4a191409a710cfce4eba744c1d641cf88e730e2078',
    }),
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    const shots = await examplesByCategory(files);
    for await (const row of originRows(files, 'mmlu-pro-test.parquet')) {
      const category = row.text('category');
      const examples = shots.get(category);
      if (examples === undefined) throw row.fault('category', 'a category with validation questions');
      const options = optionsOf(row);
      yield {
        id: `${row.integer('question_id', 0, Number.MAX_SAFE_INTEGER)}`,
        input: { category, shots: examples, question: row.text('question'), options },
        target: { answer: answerOf(row, options.length), options: options.length },
        tags: [category],
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'mmlu-pro',
      title: 'MMLU-Pro',
      description: 'Prompt and extraction of evaluate_from_local.py, with all five examples however long they are.',
      scorer: { id: 'mmlu-pro', version: 1, level: 'l2' },
    },
    'l1.yaml': {
      ...OUTLINE,
      id: 'mmlu-pro-l1',
      title: 'MMLU-Pro, first extraction rule',
      description:
        'As the authors recorded it first: only "the answer is (X)" counts, and an answer without a letter scores what guessing gives on average.',
      scorer: { id: 'mmlu-pro', version: 1, level: 'l1', no_answer: 'guess' },
    },
  },
};

function optionsOf(row: OriginRow): readonly string[] {
  const options = row.texts('options').filter((option) => option !== 'N/A');
  if (options.length > 10) throw row.fault('options', 'at most 10 texts');
  return options;
}

function answerOf(row: OriginRow, options: number): string {
  const answer = row.text('answer');
  const letter = letterAt(row.integer('answer_index', 0, options - 1));
  if (answer === letter) return answer;
  throw row.fault('answer', 'the letter of "answer_index"');
}

const STEPS = "Let's think step by step.";

async function examplesByCategory(files: OriginFiles): Promise<ReadonlyMap<string, string>> {
  const shots = new Map<string, string>();
  for await (const row of originRows(files, 'mmlu-pro-validation.parquet')) {
    const category = row.text('category');
    const thought = row.text('cot_content').replaceAll(`A: ${STEPS}`, `Answer: ${STEPS}`);
    const shot = `Question:\n${row.text('question')}\nOptions:\n${listing(optionsOf(row))}${thought}\n\n`;
    shots.set(category, (shots.get(category) ?? '') + shot);
  }
  return shots;
}
