/** SimpleQA: short questions of fact with one right answer, graded by a judge. */
import type { Benchmark } from '../pull/benchmark.ts';
import { originRows, type OriginRow } from './origin-row.ts';
import { stated } from './sources.ts';

const FILE = 'simple_qa_test_set.csv';

// The grades and what they mean are those of the official grader; its wording and its examples are not repeated here.
const GRADER = `Grade an answer to a question of fact against the known right answer.

CORRECT: the answer contains everything important in the right answer and contradicts nothing in it. Only the meaning matters: not the spelling of names, not capitals, punctuation, grammar or order, and doubts may be voiced. What the question already says need not be repeated. A number has to be right to the last digit of the right answer that counts.
INCORRECT: the answer says something that contradicts the right answer, even if it voices doubts.
NOT_ATTEMPTED: the answer does not contain everything important, and contradicts nothing: for instance because it says that it does not know, or asks back.

Question: {{ question }}
Right answer: {{ target }}

{{ answer }}

Write one word on the last line: CORRECT, INCORRECT or NOT_ATTEMPTED.`;

/** SimpleQA, all 4,326 questions. */
export const simpleqa: Benchmark = {
  name: 'simpleqa',
  title: 'SimpleQA',
  homepage: 'https://arxiv.org/abs/2411.04368',
  licence: 'MIT',
  files: [
    {
      name: FILE,
      urls: [`https://openaipublic.blob.core.windows.net/simple-evals/${FILE}`],
      sha256: 'feee3f7e7db3617e94e8fcf1977b756ec420ef8568f4e0fcbbe0e92e9d5fc032',
      pinnedBy: stated({
        repository: 'VynoDePal/EvidenceMesh',
        commit: 'f78ce4bf53f1e167ea7a2b849e91f5543ba321e2',
        path: 'benchmarks/run_live_retrieval.py',
      }),
      maxBytes: 16_777_216,
    },
  ],
  isTriedOnOriginal: false,
  async *convert(files) {
    for await (const row of originRows(files, FILE)) {
      yield {
        id: `${row.index}`,
        input: { question: row.text('problem') },
        target: row.text('answer'),
        tags: [describedAs(row, 'topic'), describedAs(row, 'answer_type')],
      };
    }
  },
  suites: {
    'suite.yaml': {
      id: 'simpleqa',
      version: '1.0.0',
      title: 'SimpleQA',
      description:
        'The question alone, as in simple-evals. A judge grades by the three official grades in our words, so figures are near the published ones but not the same. The score is the share of correct answers.',
      licence: 'MIT',
      source: 'github.com/openai/simple-evals',
      redistributable: true,
      prompt: '{{ question }}',
      parameters: { max_tokens: 1024, temperature: 0 },
      scorer: {
        id: 'rubric',
        version: 1,
        prompt: GRADER,
        grades: ['CORRECT', 'INCORRECT', 'NOT_ATTEMPTED'],
        scores: ['1', '0', '0'],
      },
    },
  },
};

// The column is an object as Python prints it.
function describedAs(row: OriginRow, key: string): string {
  const [, value] = new RegExp(`'${key}': '([^']{1,128})'`).exec(row.text('metadata')) ?? [];
  if (value === undefined) throw row.fault('metadata', `an object as Python prints it, with a text under "${key}"`);
  return value;
}
