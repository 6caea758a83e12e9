/** ARC: science questions of school examinations, the hard part and the easy one. */
import type { Benchmark, SuiteOutline } from '../pull/benchmark.ts';
import { letterAt } from '../letters.ts';
import { byLikelihood, OPTION_LINES } from './options.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { hubFile, SYCO_MO_TRANSFER } from './sources.ts';

const MOST_OPTIONS = 5;

interface Part {
  readonly name: string;
  readonly title: string;
  /** Name of its folder in the data set. */
  readonly folder: string;
  /** Digest of its test file. */
  readonly sha256: string;
}

/** ARC Challenge. */
export const arcChallenge: Benchmark = arc({
  name: 'arc-challenge',
  title: 'ARC Challenge',
  folder: 'ARC-Challenge',
  sha256: '62f03257e737aed263f55c6abf87c7bb0028a44a6bdd2a26eb1279eb42c1d1e9',
});

/** ARC Easy. */
export const arcEasy: Benchmark = arc({
  name: 'arc-easy',
  title: 'ARC Easy',
  folder: 'ARC-Easy',
  sha256: '4160597d618ae851c7eb04e281574f3f654776216ac6b6641588d64527b47177',
});

function arc({ name, title, folder, sha256 }: Part): Benchmark {
  const file = `${folder}-test.parquet`;
  return {
    name,
    title,
    homepage: 'https://arxiv.org/abs/1803.05457',
    licence: 'CC-BY-SA-4.0',
    files: [
      hubFile({
        name: file,
        dataset: 'allenai/ai2_arc',
        revision: '210d026faf9955653af8916fad021475a3f00453',
        path: `${folder}/test-00000-of-00001.parquet`,
        sha256,
        statedBy: SYCO_MO_TRANSFER,
      }),
    ],
    isTriedOnOriginal: false,
    async *convert(files) {
      for await (const row of originRows(files, file)) {
        const { options, answer } = choicesOf(row);
        yield {
          id: row.text('id'),
          input: { question: row.text('question').trim(), options },
          target: letterAt(answer),
        };
      }
    },
    suites: suitesOf(name, title),
  };
}

function suitesOf(name: string, title: string): Benchmark['suites'] {
  const outline = {
    version: '1.0.0',
    licence: 'CC-BY-SA-4.0',
    source: 'huggingface.co/datasets/allenai/ai2_arc',
    redistributable: true,
  } satisfies Partial<SuiteOutline>;
  const likelihood: Omit<SuiteOutline, 'id' | 'title'> = {
    ...outline,
    ...byLikelihood({ choices: MOST_OPTIONS, normalise: 'none' }),
    prompt: 'Question: {{ question }}\nAnswer:',
  };
  return {
    'suite.yaml': {
      ...outline,
      id: name,
      title,
      description:
        'Prompt of the lm-evaluation-harness task arc_challenge_chat, with as many options as the question has.',
      prompt: `Given the following question and {{ options | length }} candidate answers, choose the best answer.
Question: {{ question }}
${OPTION_LINES}Your response should end with "The best answer is [the_answer_letter]" where the [the_answer_letter] is one of A to {{ "ABCDE"[(options | length) - 1] }}.`,
      parameters: { max_tokens: 1024, temperature: 0 },
      scorer: { id: 'choice', version: 1, choices: MOST_OPTIONS },
    },
    'likelihood.yaml': {
      ...likelihood,
      id: `${name}-likelihood`,
      title: `${title}, log-likelihood`,
      description: 'The option that the model finds most likely counts: acc of the harness, without examples.',
    },
    'likelihood-bytes.yaml': {
      ...likelihood,
      ...byLikelihood({ choices: MOST_OPTIONS, normalise: 'bytes' }),
      id: `${name}-likelihood-bytes`,
      title: `${title}, log-likelihood for each byte`,
      description:
        'As the other, divided by the bytes of the option: acc_norm of the harness, which counts characters.',
    },
  };
}

// The labels are letters in most questions and digits in some.
function choicesOf(row: OriginRow): { readonly options: readonly string[]; readonly answer: number } {
  const { text: options, label: labels } = row.object('choices');
  if (!isTexts(options) || !isTexts(labels) || options.length !== labels.length)
    throw row.fault('choices', 'as many texts as labels');
  if (options.length < 2 || options.length > MOST_OPTIONS) throw row.fault('choices', `2 to ${MOST_OPTIONS} options`);
  const answer = labels.indexOf(row.text('answerKey'));
  if (answer === -1) throw row.fault('answerKey', 'one of the labels');
  return { options, answer };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
