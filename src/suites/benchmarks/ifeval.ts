/** IFEval: prompts whose instructions can be checked by a program. */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { Benchmark, SuiteOutline } from '../pull/benchmark.ts';
import { originRows } from './origin-row.ts';
import { measuredFile } from './sources.ts';

const FILE = 'input_data.jsonl';

const OUTLINE = {
  version: '1.0.0',
  licence: 'Apache-2.0',
  source: 'github.com/google-research/google-research, instruction_following_eval',
  redistributable: true,
  prompt: '{{ prompt }}',
  parameters: { max_tokens: 2048, temperature: 0 },
  // The official figures judge every answer as it stands.
  unscored: { truncated: 'scored', refused: 'scored', empty: 'scored' },
} satisfies Partial<SuiteOutline>;

/** IFEval, strict and loose; the metric `ifeval/1` of either run states all four figures. */
export const ifeval: Benchmark = {
  name: 'ifeval',
  title: 'IFEval',
  homepage: 'https://arxiv.org/abs/2311.07911',
  licence: 'Apache-2.0',
  files: [
    measuredFile(FILE, {
      repository: 'Rohan2002/IFEval',
      commit: '3bed600b37af70315479217d383f0e36efdb4730',
      path: 'resources/prompt_instructions.jsonl',
      sha256: '86ea91641ee9e6b891330f3f019e82c481abddbdea5945106df1dfe59757fbc2',
    }),
  ],
  isTriedOnOriginal: true,
  async *convert(files) {
    for await (const row of originRows(files, FILE)) {
      const names = row.texts('instruction_id_list');
      const kwargs = row.objects('kwargs');
      if (kwargs.length !== names.length) throw row.fault('kwargs', 'an object for every instruction');
      yield {
        id: `${row.integer('key', 0, Number.MAX_SAFE_INTEGER)}`,
        input: { prompt: row.text('prompt') },
        target: { instruction_id_list: [...names], kwargs: kwargs as JsonValue },
        tags: [...new Set(names.map((name) => name.split(':', 1)[0] ?? name))],
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'ifeval',
      title: 'IFEval, strict',
      description: 'A prompt counts if every instruction in it is followed.',
      scorer: { id: 'ifeval', version: 1, level: 'strict' },
    },
    'loose.yaml': {
      ...OUTLINE,
      id: 'ifeval-loose',
      title: 'IFEval, loose',
      description: 'As ifeval, with or without the first line, the last line and asterisks.',
      scorer: { id: 'ifeval', version: 1, level: 'loose' },
    },
  },
};
