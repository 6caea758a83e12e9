/** BIG-Bench Hard: 27 tasks, each after its three worked examples, with the chain of thought and without. */
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/errors.ts';
import type { Benchmark, ConvertedRow, OriginFile, SuiteOutline } from '../pull/benchmark.ts';
import { BBH_COMMIT, BBH_TASKS } from './bbh-tasks.ts';
import { originFault, originRow, originRowOf } from './origin-row.ts';
import { readTar } from './read-tar.ts';
import { githubUrl, measured, stated } from './sources.ts';

const REPOSITORY = { repository: 'suzgunmirac/BIG-Bench-Hard', commit: BBH_COMMIT };
const ARCHIVE = `BIG-Bench-Hard-${BBH_COMMIT}.tar.gz`;

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'github.com/suzgunmirac/BIG-Bench-Hard',
  redistributable: true,
} satisfies Partial<SuiteOutline>;

const COT = {
  parameters: { max_tokens: 2048, temperature: 0 },
  scorer: { id: 'bbh', version: 1, mode: 'cot' },
} as const;
const DIRECT = {
  parameters: { max_tokens: 256, temperature: 0 },
  scorer: { id: 'bbh', version: 1, mode: 'direct' },
} as const;
// A model that goes on with questions of its own is stopped there.
const NEXT_QUESTION = { stop: ['\n\nQ:'] } as const;

/** BIG-Bench Hard with the examples of its authors. */
export const bbh: Benchmark = {
  name: 'bbh',
  title: 'BIG-Bench Hard',
  homepage: 'https://arxiv.org/abs/2210.09261',
  licence: 'MIT',
  files: [
    {
      name: ARCHIVE,
      urls: [`https://github.com/${REPOSITORY.repository}/archive/${BBH_COMMIT}.tar.gz`],
      sha256: '0bb15e11935747f7cfa42ef2e02254b70f9c9e545f6dabfd374dec3b6ba95bbc',
      pinnedBy: stated({
        repository: 'NEDONION/evalhub',
        commit: 'f08e2f99a6f281e2f55fc21565ed2c201a35bf8e',
        path: 'src/evalhub/datasets/hexagon_sources.py',
      }),
      maxBytes: 134_217_728,
    },
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    const held = textsByPath(await files.bytes(ARCHIVE));
    for (const { name } of BBH_TASKS) {
      const { description, shots, answers } = readExamples(textAt(held, `cot-prompts/${name}.txt`), name);
      yield* taskItems(textAt(held, `bbh/${name}.json`), { task: name, input: { description, shots, answers } });
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      ...COT,
      id: 'bbh',
      title: 'BIG-Bench Hard, chain of thought',
      description: 'The three worked examples of the authors, then the question; what follows "answer is" counts.',
      prompt: "{{ description }}\n\n{{ shots }}Q: {{ question }}\nA: Let's think step by step.",
      parameters: { ...COT.parameters, ...NEXT_QUESTION },
    },
    'direct.yaml': {
      ...OUTLINE,
      ...DIRECT,
      id: 'bbh-direct',
      title: 'BIG-Bench Hard, answer only',
      description: 'The same examples with their answers alone; the whole answer counts.',
      prompt: '{{ description }}\n\n{{ answers }}Q: {{ question }}\nA:',
      parameters: { ...DIRECT.parameters, ...NEXT_QUESTION },
    },
  },
};

/** BIG-Bench Hard without examples: 27 small files instead of an archive. */
export const bbh0Shot: Benchmark = {
  ...bbh,
  name: 'bbh-0shot',
  title: 'BIG-Bench Hard, without examples',
  files: BBH_TASKS.map(({ name, sha256, statedBy }): OriginFile => {
    const path = `bbh/${name}.json`;
    const pinnedBy = statedBy ?? measured({ ...REPOSITORY, path });
    return { name: `${name}.json`, urls: [githubUrl({ ...REPOSITORY, path })], sha256, pinnedBy, maxBytes: 4_194_304 };
  }),
  async *convert(files) {
    for (const { name } of BBH_TASKS) yield* taskItems(await files.text(`${name}.json`), { task: name, input: {} });
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      ...COT,
      id: 'bbh-0shot',
      title: 'BIG-Bench Hard, chain of thought without examples',
      description: 'What follows "answer is" counts, which the prompt asks for because there are no examples.',
      prompt: `Q: {{ question }}
A: Let's think step by step, and end with "So the answer is X." where X is the answer as the question words it.`,
    },
    'direct.yaml': {
      ...OUTLINE,
      ...DIRECT,
      id: 'bbh-0shot-direct',
      title: 'BIG-Bench Hard, answer only without examples',
      description: 'Prompt of the lm-evaluation-harness tasks bbh_zeroshot; the whole answer counts.',
      prompt: 'Q: {{ question }}\nA:',
    },
  },
};

interface TaskPlace {
  readonly task: string;
  /** Input fields that all items of the task share. */
  readonly input: Readonly<Record<string, string>>;
}

function* taskItems(text: string, { task, input }: TaskPlace): Generator<ConvertedRow> {
  const name = `${task}.json`;
  const file = originRowOf(text, { name, index: 0 });
  const examples = file.objects('examples');
  for (const [index, example] of examples.entries()) {
    const row = originRow(example, { name, index });
    yield {
      id: `${task}/${index}`,
      input: { ...input, question: row.text('input') },
      target: row.text('target'),
      tags: [task],
    };
  }
}

const STEPS = "\nA: Let's think step by step.\n";
const ANSWER = 'answer is ';

interface Examples {
  readonly description: string;
  /** Questions with chain of thought and answer, each with an empty line after it. */
  readonly shots: string;
  /** The same without the chain of thought. */
  readonly answers: string;
}

// A file is a warning, a line of five dashes, a description, and examples that begin with "Q: ".
function readExamples(text: string, task: string): Examples {
  const name = `${task}.txt`;
  const [, body] = text.split(/^-----$/m);
  const [description = '', ...blocks] = (body ?? '').trim().split(/\n\nQ: /);
  if (blocks.length === 0) throw originFault({ name, index: 0 }, 'a line of dashes, a description and examples');
  const answers = blocks.map((block, index) => {
    const [question = '', thought] = block.split(STEPS);
    const at = thought?.lastIndexOf(ANSWER) ?? -1;
    if (thought === undefined || at === -1) throw originFault({ name, index }, `a chain of thought with "${ANSWER}"`);
    const answer = thought.slice(at + ANSWER.length).trim();
    return `Q: ${question}\nA: ${answer.endsWith('.') ? answer.slice(0, -1) : answer}\n\n`;
  });
  return {
    description,
    shots: blocks.map((block) => `Q: ${block.trim()}\n\n`).join(''),
    answers: answers.join(''),
  };
}

function textsByPath(archive: Uint8Array): ReadonlyMap<string, string | null> {
  const texts = new Map<string, string | null>();
  for (const { path, bytes } of readTar(archive, ARCHIVE)) {
    const inside = path.slice(path.indexOf('/') + 1);
    if (/^(?:bbh|cot-prompts)\/\w+\.(?:json|txt)$/.test(inside)) texts.set(inside, tryDecodeUtf8(bytes));
  }
  return texts;
}

function textAt(texts: ReadonlyMap<string, string | null>, path: string): string {
  const text = texts.get(path) ?? null;
  if (text !== null) return text;
  throw new InputError('ERR_ORIGIN_FORM', `cannot convert "${ARCHIVE}": want "${path}" in it, as UTF-8`);
}
