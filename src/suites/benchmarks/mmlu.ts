/** MMLU: questions of 57 subjects with four options, after the five development questions of the subject. */
import type { Benchmark, OriginFiles, SuiteOutline } from '../pull/benchmark.ts';
import { letterAt } from '../letters.ts';
import { byLikelihood, CHAIN_OF_THOUGHT_PROMPT, listing, OPTION_LINES } from './options.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { hubFile, SYCO_MO_TRANSFER } from './sources.ts';

const DATASET = { dataset: 'cais/mmlu', revision: 'c30699e8356da336a370243923dbaf21066bb9fe' };

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'huggingface.co/datasets/cais/mmlu, from github.com/hendrycks/test',
  redistributable: true,
} satisfies Partial<SuiteOutline>;

const FIVE_SHOT_PROMPT = `The following are multiple choice questions (with answers) about {{ subject }}.

{{ shots }}{{ question }}
${OPTION_LINES}Answer:`;

const LETTERS = ['A', 'B', 'C', 'D'];

/** MMLU: five examples, a chain of thought, log-likelihoods. */
export const mmlu: Benchmark = {
  name: 'mmlu',
  title: 'MMLU',
  homepage: 'https://arxiv.org/abs/2009.03300',
  licence: 'MIT',
  files: [
    hubFile({
      ...DATASET,
      name: 'mmlu-test.parquet',
      path: 'all/test-00000-of-00001.parquet',
      sha256: '74a41822ce7d3def56e1682f958469c04642a5336a5ce912fa375fdb90fb25d7',
      statedBy: SYCO_MO_TRANSFER,
    }),
    hubFile({
      ...DATASET,
      name: 'mmlu-dev.parquet',
      path: 'all/dev-00000-of-00001.parquet',
      sha256: '2b19bde1ed8ca6b482fb283abc90e8e0d9d228947029c0b91795d64b28b3bc3f',
      statedBy: {
        repository: 'Tylogi/MFQ',
        commit: 'da4bd125337ec02cd0980bf8aafd6d7c346fcc99',
        path: 'mfq/server/services/official_benchmarks.py',
      },
    }),
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    const shots = await examplesBySubject(files);
    const asked = new Map<string, number>();
    for await (const row of originRows(files, 'mmlu-test.parquet')) {
      const subject = row.text('subject');
      const examples = shots.get(subject);
      if (examples === undefined) throw row.fault('subject', 'a subject with development questions');
      const position = asked.get(subject) ?? 0;
      asked.set(subject, position + 1);
      yield {
        id: `${subject}/${position}`,
        input: {
          subject: subject.replaceAll('_', ' '),
          shots: examples,
          question: row.text('question').trim(),
          options: optionsOf(row),
          letters: LETTERS,
        },
        target: letterAt(row.integer('answer', 0, 3)),
        tags: [subject],
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'mmlu',
      title: 'MMLU, five examples',
      description: 'The official prompt; the model writes the letter.',
      prompt: FIVE_SHOT_PROMPT,
      parameters: { max_tokens: 32, temperature: 0, stop: ['\n'] },
      scorer: { id: 'choice', version: 1, choices: 4 },
      unscored: { truncated: 'scored' },
    },
    'cot.yaml': {
      ...OUTLINE,
      id: 'mmlu-cot',
      title: 'MMLU, chain of thought',
      description: 'Without examples, by the prompt of simple-evals.',
      prompt: CHAIN_OF_THOUGHT_PROMPT,
      parameters: { max_tokens: 2048, temperature: 0 },
      scorer: { id: 'choice', version: 1, choices: 4 },
    },
    'likelihood.yaml': {
      ...OUTLINE,
      ...byLikelihood({ field: 'letters', choices: 4, normalise: 'none' }),
      id: 'mmlu-likelihood',
      title: 'MMLU, five examples, log-likelihood',
      description: 'The official prompt; the letter that the model finds most likely counts.',
      prompt: FIVE_SHOT_PROMPT,
    },
  },
};

function optionsOf(row: OriginRow): readonly string[] {
  const options = row.texts('choices');
  if (options.length !== 4) throw row.fault('choices', 'four texts');
  return options;
}

async function examplesBySubject(files: OriginFiles): Promise<ReadonlyMap<string, string>> {
  const shots = new Map<string, string>();
  for await (const row of originRows(files, 'mmlu-dev.parquet')) {
    const subject = row.text('subject');
    const letter = letterAt(row.integer('answer', 0, 3));
    const shot = `${row.text('question').trim()}\n${listing(optionsOf(row))}Answer: ${letter}\n\n`;
    shots.set(subject, (shots.get(subject) ?? '') + shot);
  }
  return shots;
}
