/**
 * JSON Schema on the official test suite (1,299 tests) and on documents of Llama 3.1 70B (1,946): every verdict, through the
 * whole path.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/canonical-json.ts';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Row {
  readonly id: string;
  readonly schema_id: string;
  readonly schema: JsonValue;
  readonly valid: boolean;
}

const require = createRequire(import.meta.url);
const DIALECT = 'https://json-schema.org/draft/2020-12/';

/** The metaschema, which some tests refer to. */
const METASCHEMA: JsonObject = Object.fromEntries(
  [
    'schema',
    ...['applicator', 'content', 'core', 'format-annotation', 'meta-data', 'unevaluated', 'validation'].map(
      (name) => `meta/${name}`,
    ),
  ].map((name) => [`${DIALECT}${name}`, require(`ajv/dist/refs/json-schema-2020-12/${name}.json`) as JsonValue]),
);

// The document as it was written: JSON.parse would read 1.0 as 1, which draft 4 tells apart.
function documentText(line: string): string {
  return /"data":(.*),"valid":(?:true|false)/.exec(line)?.[1] ?? '';
}

describeRealData('JSON Schema', 'data/json_schema', (data) => {
  const remotes: JsonObject = JSON.parse(readFileSync(join(data, 'remotes.json'), 'utf8'));
  const documents = { ...remotes, ...METASCHEMA };
  const suite = readLines(join(data, 'suite_draft2020-12.jsonl')).map((line) => {
    const { id, schema, valid }: Row = JSON.parse(line);
    const refers = JSON.stringify(schema).includes('://');
    return {
      id,
      question: id,
      target: { schema: JSON.stringify(schema), ...(refers ? { documents } : {}) },
      output: documentText(line),
      valid,
    };
  });
  const schemas = new Map(
    readRows<Row>(join(data, 'maskbench_schemas.jsonl.gz')).map(({ schema_id, schema }) => [schema_id, schema]),
  );
  const answers = readLines(join(data, 'maskbench_instances.jsonl.gz')).map((line) => {
    const { id, schema_id, valid }: Row = JSON.parse(line);
    return { id, question: id, target: { schema: schemas.get(schema_id) ?? true }, output: documentText(line), valid };
  });

  it.each([
    ['official suite', suite, 1299, false],
    ['MaskBench', answers, 1946, true],
  ] as const)(
    '%s: every verdict is the official one',
    async (_, items, count, formats) => {
      const { samples, report } = await runRecorded({
        name: 'json-schema',
        model: 'llama-3.1-70b',
        scorer: { id: 'json-schema', version: 1, find: ['whole'], formats },
        items,
      });
      expect(samples).toHaveLength(count);
      expect(samples.map(({ id, score }) => [id, score?.num === 1])).toEqual(items.map(({ id, valid }) => [id, valid]));
      expect(report.score?.exact).toEqual({ num: items.filter(({ valid }) => valid).length, den: count });
    },
    60_000,
  );
});
