/** IFEval on recorded answers: all 541 prompts through the whole path. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { describeRealData } from '../testdata.ts';
import { readRows } from './recorded-data.ts';
import { runRecorded, type RecordedRun } from './recorded-run.ts';

interface Item {
  readonly key: number;
  readonly prompt: string;
  readonly instruction_id_list: readonly string[];
  readonly kwargs: readonly JsonObject[];
}

interface Expected {
  readonly id: number;
  readonly strict: readonly boolean[];
  readonly loose: readonly boolean[];
  readonly strict_all: boolean;
}

describeRealData('IFEval', 'data/ifeval', (data) => {
  const outputs = new Map(
    readRows<{ id: number; output: string }>(join(data, 'outputs_gpt-4.jsonl')).map(({ id, output }) => [id, output]),
  );
  const expected = new Map(readRows<Expected>(join(data, 'expected.jsonl')).map((row) => [row.id, row]));
  const items = readRows<Item>(join(data, 'input_data.jsonl')).map(({ key, prompt, instruction_id_list, kwargs }) => ({
    key,
    id: `${key}`,
    question: prompt,
    target: { instruction_id_list, kwargs },
    output: outputs.get(key) ?? '',
  }));

  let run: RecordedRun;
  beforeAll(async () => {
    run = await runRecorded({ name: 'ifeval', model: 'gpt-4', scorer: { id: 'ifeval', version: 1 }, items });
  }, 30_000);

  it('every verdict on 834 instructions is the official one, strict and loose', () => {
    const rows = [...expected.values()];
    expect(rows.flatMap(({ strict }) => strict)).toHaveLength(834);
    expect(run.samples.map(({ id, extracted }) => [Number(id), extracted])).toEqual(
      items.map(({ key }) => {
        const { strict, loose } = expected.get(key) ?? {};
        return [key, JSON.stringify({ strict, loose })];
      }),
    );
    expect(run.samples.map(({ id, score }) => [Number(id), score?.num === 1])).toEqual(
      items.map(({ key }) => [key, expected.get(key)?.strict_all]),
    );
  });

  it('417 and 431 prompts, 698 and 714 instructions, recomputed by the verifier', () => {
    const [mean, figures] = run.report.metrics;
    expect(mean?.result).toMatchObject({ num: 417, den: 541 });
    expect(figures).toMatchObject({ function: 'ifeval/1', status: 'recomputed' });
    expect(figures?.result).toMatchObject({
      prompts: 541,
      instructions: 834,
      strict: { prompts: 417, instructions: 698, prompt_level: '0.770795', instruction_level: '0.836930' },
      loose: { prompts: 431, instructions: 714, prompt_level: '0.796673', instruction_level: '0.856115' },
    });
  });
});
