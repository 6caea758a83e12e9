/** JSONSchemaBench: JSON that is valid by a schema from a public repository; three of its ten sets. */
import { isJsonObject } from '../../core/canonical-json.ts';
import { tryParseJson } from '../../core/foreign-json.ts';
import type { Benchmark } from '../pull/benchmark.ts';
import { originRows } from './origin-row.ts';

/** The sets that the lm-evaluation-harness asks. */
const SETS = ['Github_easy', 'Github_medium', 'Github_hard'];

/** JSONSchemaBench, test parts of the easy, medium and hard schemas from GitHub. */
export const jsonschemabench: Benchmark = {
  name: 'jsonschemabench',
  title: 'JSONSchemaBench (GitHub: easy, medium, hard)',
  homepage: 'https://arxiv.org/abs/2501.10868',
  licence: 'NOASSERTION',
  files: SETS.map((set) => ({
    name: fileOf(set),
    urls: [`https://huggingface.co/datasets/epfl-dlab/JSONSchemaBench/resolve/main/${set}/test-00000-of-00001.parquet`],
    maxBytes: 67_108_864,
  })),
  isTriedOnOriginal: false,
  async *convert(files) {
    for (const set of SETS) {
      for await (const row of originRows(files, fileOf(set))) {
        const schema = row.text('json_schema');
        if (!isSchema(schema)) throw row.fault('json_schema', 'a text of JSON');
        // As a text, so that its numbers stay as they are.
        yield { id: row.text('unique_id'), input: { schema }, target: { schema }, tags: [set] };
      }
    }
  },
  suites: {
    'suite.yaml': {
      id: 'jsonschemabench',
      version: '1.0.0',
      title: 'JSONSchemaBench (GitHub: easy, medium, hard)',
      description:
        'Instruction of the lm-evaluation-harness without its examples. A schema that the scorer cannot use, for instance one with look-around in a pattern, leaves its item unscored.',
      source: 'huggingface.co/datasets/epfl-dlab/JSONSchemaBench',
      redistributable: false,
      prompt:
        'Generate a JSON object that matches the following JSON schema.\n\nJSON schema: {{ schema }}\n\nJSON object: ',
      parameters: { max_tokens: 4096, temperature: 0 },
      scorer: { id: 'json-schema', version: 1, find: ['whole', 'fenced'], formats: true },
    },
  },
};

function fileOf(set: string): string {
  return `${set}-test.parquet`;
}

function isSchema(text: string): boolean {
  const value = tryParseJson(text);
  return typeof value === 'boolean' || isJsonObject(value);
}
