/** MBPP: small Python programs by a sentence and three tests. */
import type { Benchmark, OriginFiles, SuiteOutline } from '../pull/benchmark.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { datasetInfos, githubUrl } from './sources.ts';

const FILE = 'mbpp.jsonl';

// Parts of the file by task, from the readme of the data: 1 to 10 are for prompts, of which the paper takes 2, 3 and 4.
const EXAMPLES: readonly number[] = [2, 3, 4];
const FIRST_TEST = 11;
const LAST_TEST = 510;

const OUTLINE = {
  version: '1.0.0',
  licence: 'CC-BY-4.0',
  source: 'github.com/google-research/google-research, mbpp',
  redistributable: true,
  scorer: { id: 'python-tests', version: 1 },
  unscored: { truncated: 'scored', empty: 'scored' },
} satisfies Partial<SuiteOutline>;

const TASK = `You are an expert Python programmer, and here is your task: {{ task }} Your code should pass these tests:

{{ tests }}
`;

/** MBPP, test part of the full set. */
export const mbpp: Benchmark = {
  name: 'mbpp',
  title: 'MBPP',
  homepage: 'https://arxiv.org/abs/2108.07732',
  licence: 'CC-BY-4.0',
  files: [
    {
      name: FILE,
      urls: [
        githubUrl({
          repository: 'google-research/google-research',
          commit: '4700efb9afa54286b0e04473ba80a13e8461e25f',
          path: `mbpp/${FILE}`,
        }),
        `https://raw.githubusercontent.com/google-research/google-research/master/mbpp/${FILE}`,
      ],
      sha256: 'ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f',
      pinnedBy: datasetInfos('mbpp'),
      maxBytes: 4_194_304,
    },
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    const shots = await workedExamples(files);
    for await (const row of originRows(files, FILE)) {
      const task = taskOf(row);
      if (task < FIRST_TEST || task > LAST_TEST) continue;
      const tests = row.texts('test_list');
      // A set-up may use what the answer defines, so it stands between answer and tests.
      const setUp = row.optionalText('test_setup_code');
      yield {
        id: `${task}`,
        input: { task: row.text('text'), tests: tests.join('\n'), shots },
        target: { tests: setUp === '' ? [...tests] : [setUp, ...tests], solution: row.text('code') },
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'mbpp',
      title: 'MBPP, three examples',
      description: 'The prompt of the paper with its three examples; what stands before [DONE] counts.',
      // A template loses its last line feed.
      prompt: `{{ shots }}${TASK}[BEGIN]{{ "\n" }}`,
      parameters: { max_tokens: 1024, temperature: 0, stop: ['[DONE]'] },
    },
    'chat.yaml': {
      ...OUTLINE,
      id: 'mbpp-chat',
      title: 'MBPP, as an instruction',
      description: 'The sentence of the paper without examples; a fenced block counts, else the whole answer.',
      prompt: `${TASK.trimEnd()}\n\nWrite only the code, in one fenced block.`,
      parameters: { max_tokens: 2048, temperature: 0 },
    },
  },
};

function taskOf(row: OriginRow): number {
  return row.integer('task_id', 1, 1_000_000);
}

async function workedExamples(files: OriginFiles): Promise<string> {
  const shots = new Map<number, string>();
  for await (const row of originRows(files, FILE)) {
    const task = taskOf(row);
    if (!EXAMPLES.includes(task)) continue;
    const question = TASK.replace('{{ task }}', () => row.text('text')).replace('{{ tests }}', () =>
      row.texts('test_list').join('\n'),
    );
    shots.set(task, `${question}[BEGIN]\n${row.text('code')}\n[DONE]\n\n`);
  }
  return EXAMPLES.map((task) => shots.get(task) ?? '').join('');
}
