/** MATH-500: the 500 problems of the MATH test set that prm800k holds out. */
import type { Benchmark } from '../pull/benchmark.ts';
import { originRows } from './origin-row.ts';
import { hubFile } from './sources.ts';

/** MATH-500, answers in a box. */
export const math500: Benchmark = {
  name: 'math-500',
  title: 'MATH-500',
  homepage: 'https://arxiv.org/abs/2305.20050',
  licence: 'MIT',
  files: [
    hubFile({
      name: 'test.jsonl',
      dataset: 'HuggingFaceH4/MATH-500',
      revision: '6e4ed1a2a79af7d8630a6b768ec859cb5af4d3be',
      path: 'test.jsonl',
      sha256: '35dc41080a3680858b27fa7e0533d2d547825316fc5dafe5d316f4ccc5a06132',
      statedBy: {
        repository: 'beingamanforever/RDAN-GRPO',
        commit: 'f9188e3ba9d5da10f73d95334446555f58e3128f',
        path: 'configs/eval/ood_qwen.json',
      },
    }),
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    for await (const row of originRows(files, 'test.jsonl')) {
      yield {
        id: row.text('unique_id'),
        input: { problem: row.text('problem') },
        target: row.text('answer'),
        tags: [row.text('subject'), `level-${row.integer('level', 1, 5)}`],
      };
    }
  },
  suites: {
    'suite.yaml': {
      id: 'math-500',
      version: '1.0.0',
      title: 'MATH-500',
      description:
        'Problems of mathematics competitions. The instruction is that of Qwen2.5-Math; the content of the last box counts, then whatever else looks like the answer.',
      licence: 'MIT',
      source: 'huggingface.co/datasets/HuggingFaceH4/MATH-500, from github.com/openai/prm800k',
      redistributable: true,
      prompt: '{{ problem }}\n\nPlease reason step by step, and put your final answer within \\boxed{}.',
      parameters: { max_tokens: 4096, temperature: 0 },
      scorer: { id: 'math', version: 1 },
    },
  },
};
