/** HellaSwag: which of four endings follows a description of an activity. */
import type { Benchmark, SuiteOutline } from '../pull/benchmark.ts';
import { letterAt } from '../letters.ts';
import { byLikelihood, OPTION_LINES } from './options.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { datasetInfos, githubUrl } from './sources.ts';

const FILE = 'hellaswag_val.jsonl';
const REPOSITORY = { repository: 'rowanz/hellaswag', commit: 'a29ff8e9a04bba4bd6588223785ce105328adc57' };

const OUTLINE = {
  version: '1.0.0',
  licence: 'MIT',
  source: 'github.com/rowanz/hellaswag',
  redistributable: true,
} satisfies Partial<SuiteOutline>;

/** HellaSwag, validation part: the answers to the test part are not public. */
export const hellaswag: Benchmark = {
  name: 'hellaswag',
  title: 'HellaSwag',
  homepage: 'https://arxiv.org/abs/1905.07830',
  licence: 'MIT',
  files: [
    {
      name: FILE,
      urls: [
        githubUrl({ ...REPOSITORY, path: `data/${FILE}` }),
        `https://raw.githubusercontent.com/rowanz/hellaswag/master/data/${FILE}`,
      ],
      sha256: '0aa3b88843990f3f10a97b9575c94d7b71fb2205240ba04ae4884d9e9c992588',
      pinnedBy: datasetInfos('hellaswag'),
      maxBytes: 33_554_432,
    },
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    for await (const row of originRows(files, FILE)) {
      const options = endingsOf(row);
      yield {
        id: `${row.index}`,
        input: { context: contextOf(row), options },
        target: letterAt(row.integer('label', 0, 3)),
        tags: [row.text('split_type'), row.text('source_id').split('~', 1)[0] ?? ''],
      };
    }
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'hellaswag',
      title: 'HellaSwag',
      description: 'The model writes the letter: prompt of OpenCompass over the texts of the lm-evaluation-harness.',
      prompt: `{{ context }}
Question: Which ending makes the most sense?
${OPTION_LINES}You may choose from 'A', 'B', 'C', 'D'.
Answer:`,
      parameters: { max_tokens: 256, temperature: 0 },
      scorer: { id: 'choice', version: 1, choices: 4 },
    },
    'likelihood.yaml': {
      ...OUTLINE,
      ...byLikelihood({ choices: 4, normalise: 'bytes' }),
      id: 'hellaswag-likelihood',
      title: 'HellaSwag, log-likelihood for each byte',
      description:
        'The ending that the model finds most likely, divided by its bytes, counts: acc_norm of the harness, which counts characters, without examples.',
      prompt: '{{ context }}',
    },
  },
};

function contextOf(row: OriginRow): string {
  // As Python's str.capitalize: all but the first character become small.
  const [first = '', ...rest] = row.optionalText('ctx_b');
  const second = first.toUpperCase() + rest.join('').toLowerCase();
  return cleaned(`${row.text('activity_label')}: ${row.optionalText('ctx_a')} ${second}`);
}

function endingsOf(row: OriginRow): readonly string[] {
  const endings = row.texts('endings');
  if (endings.length !== 4) throw row.fault('endings', 'four texts');
  return endings.map(cleaned);
}

// The texts from WikiHow hold marks such as [header]; the harness takes them out in this order.
function cleaned(text: string): string {
  return text
    .trim()
    .replaceAll(' [title]', '. ')
    .replaceAll(/\[[^\n]*?\]/g, '')
    .replaceAll('  ', ' ');
}
