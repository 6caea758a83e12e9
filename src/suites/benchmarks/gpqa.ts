/** GPQA Diamond: questions of doctoral level in biology, physics and chemistry. */
import type { Benchmark } from '../pull/benchmark.ts';
import { letterAt } from '../letters.ts';
import { CHAIN_OF_THOUGHT_PROMPT, shuffled } from './options.ts';
import { originRows } from './origin-row.ts';

const FILE = 'gpqa_diamond.csv';
const RIGHT = 'Correct Answer';
const WRONG = ['Incorrect Answer 1', 'Incorrect Answer 2', 'Incorrect Answer 3'];

/** GPQA Diamond, from the user's copy: its authors ask that no question is shown in public. */
export const gpqa: Benchmark = {
  name: 'gpqa',
  title: 'GPQA Diamond',
  homepage: 'https://arxiv.org/abs/2311.12022',
  licence: 'CC-BY-4.0',
  files: [{ name: FILE, urls: [], maxBytes: 16_777_216 }],
  gated:
    'agree to the conditions at huggingface.co/datasets/Idavidrein/gpqa, download gpqa_diamond.csv and give its folder with --from',
  isTriedOnOriginal: false,
  async *convert(files) {
    for await (const row of originRows(files, FILE)) {
      const id = row.text('Record ID');
      const right = row.text(RIGHT).trim();
      const all = [right, ...WRONG.map((field) => row.text(field).trim())];
      const options = shuffled(id, all);
      yield {
        id,
        input: { question: row.text('Question').trim(), options },
        target: letterAt(options.indexOf(right)),
        tags: [row.text('High-level domain'), row.text('Subdomain')],
      };
    }
  },
  suites: {
    'suite.yaml': {
      id: 'gpqa',
      version: '1.0.0',
      title: 'GPQA Diamond',
      description:
        'Prompt of simple-evals. The options stand in an order that is the same for everybody. Do not publish transcripts that open the items.',
      licence: 'CC-BY-4.0',
      source: 'huggingface.co/datasets/Idavidrein/gpqa',
      redistributable: false,
      prompt: CHAIN_OF_THOUGHT_PROMPT,
      parameters: { max_tokens: 4096, temperature: 0 },
      scorer: { id: 'choice', version: 1, choices: 4 },
    },
  },
};
