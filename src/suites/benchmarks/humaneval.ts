/** HumanEval: Python functions to be written by their signature and docstring, judged by tests. */
import type { Benchmark, SuiteOutline } from '../pull/benchmark.ts';
import { originRows } from './origin-row.ts';
import { measuredFile } from './sources.ts';

const FILE = 'HumanEval.jsonl.gz';

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'github.com/openai/human-eval',
  redistributable: true,
  // An empty answer is a program like any other, and the official harness runs what a token limit has left.
  unscored: { truncated: 'scored', empty: 'scored' },
  // One recorded program imports both and uses neither; where it was judged they were installed.
  scorer: { id: 'python-tests', version: 1, packages: ['bs4', 'requests'] },
} satisfies Partial<SuiteOutline>;

/** HumanEval, continued or asked for. */
export const humaneval: Benchmark = {
  name: 'humaneval',
  title: 'HumanEval',
  homepage: 'https://arxiv.org/abs/2107.03374',
  licence: 'MIT',
  files: [
    measuredFile(FILE, {
      repository: 'openai/human-eval',
      commit: '6d43fb980f9fee3c892a914eda09951f772ad10d',
      path: `data/${FILE}`,
      sha256: 'b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef',
    }),
  ],
  isTriedOnOriginal: true,
  async *convert(files) {
    for await (const row of originRows(files, FILE)) {
      const prompt = row.text('prompt');
      const entry = row.text('entry_point');
      yield {
        id: row.text('task_id'),
        input: { prompt },
        target: {
          prompt,
          entry_point: entry,
          tests: `${row.text('test')}\ncheck(${entry})`,
          solution: row.text('canonical_solution'),
        },
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'humaneval',
      title: 'HumanEval, as a continuation',
      description: 'The beginning of the program, which the answer goes on with or says again, as in the paper.',
      prompt: '{{ prompt }}',
      parameters: { max_tokens: 512, temperature: 0 },
    },
    'chat.yaml': {
      ...OUTLINE,
      id: 'humaneval-chat',
      title: 'HumanEval, as an instruction',
      description: 'The instruction of simple-evals before the beginning of the program.',
      prompt: `Read the following function signature and docstring, and fully implement the function described. Your response should only contain the code for this function.
{{ prompt }}`,
      parameters: { max_tokens: 2048, temperature: 0 },
    },
  },
};
