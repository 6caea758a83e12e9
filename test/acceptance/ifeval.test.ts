/** IFEval on recorded answers: all 541 prompts through the whole path. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { describeRealData } from '../testdata.ts';
import { readRows, scored, scorerOf } from './recorded-data.ts';
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
  readonly stable: boolean;
}

/**
 * The two rows on which language detection decides and differs: an English list of given names and family names in
 * capitals, which langdetect takes for another language, and three two-word brand names in capitals, which franc does.
 */
const BY_LANGUAGE_DETECTION = [3456, 3617];

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

  it('every verdict on 834 instructions is the official one, strict and loose, but where language detection differs', () => {
    const scorer = scorerOf({ id: 'ifeval', version: 1 });
    const differing = items.filter(({ key, output, target }) => {
      const { strict, loose } = expected.get(key) ?? {};
      return scored(scorer, output, target).extracted !== JSON.stringify({ strict, loose });
    });
    expect(items.flatMap(({ target }) => target.kwargs)).toHaveLength(834);
    expect(differing.map(({ key }) => key)).toEqual(BY_LANGUAGE_DETECTION);
  });

  let run: RecordedRun;
  beforeAll(async () => {
    run = await runRecorded({ name: 'ifeval', model: 'gpt-4', scorer: { id: 'ifeval', version: 1 }, items });
  }, 30_000);

  it('the run verifies with the recorded verdict on every other prompt', () => {
    const verdicts = run.samples.map(({ id, score }) => [Number(id), score?.num === 1] as const);
    const others = verdicts.filter(([id]) => !BY_LANGUAGE_DETECTION.includes(id));
    expect(others).toHaveLength(539);
    expect(others).toEqual(others.map(([id]) => [id, expected.get(id)?.strict_all]));
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
