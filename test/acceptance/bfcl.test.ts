/**
 * The Berkeley Function-Calling Leaderboard on recorded outputs: 1,240 questions, three models, verdict and error type of
 * each; 400 of every model through the whole path.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { describeRealData } from '../testdata.ts';
import { drawn, readLines, readRows, scored, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Item {
  readonly id: string;
  readonly category: string;
  readonly question: string;
  readonly function: JsonValue;
}

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly category: string;
  readonly valid: boolean;
  readonly error_type: string | null;
}

const MODELS = [
  ['gpt-4-0125-preview', { form: 'python' }, [382, 190, 180, 186, 164]],
  ['gpt-4o-2024-05-13-FC', { form: 'tools', underscores: true }, [353, 182, 180, 166, 185]],
  ['gorilla-openfunctions-v2', { form: 'python', brackets: 'added' }, [380, 191, 174, 174, 146]],
] as const;

describeRealData('BFCL', 'data/bfcl', (data) => {
  const expected = readRows<Expected>(join(data, 'expected.jsonl'));
  const questions = readLines(join(data, 'items.jsonl')).map((line) => {
    const item: Item = JSON.parse(line);
    // As text, because JSON.parse would read 5.0 as 5.
    const truth = /"ground_truth":(.*)\}$/.exec(line)?.[1] ?? 'null';
    return { ...item, ground_truth: truth };
  });
  const itemsOf = (model: string) => {
    const rows = readRows<{ id: string; output: JsonValue }>(join(data, `outputs_${model}.jsonl`));
    const outputs = new Map(rows.map(({ id, output }) => [id, output]));
    return questions.map(({ id, category, question, function: described, ground_truth }) => {
      const output = outputs.get(id) ?? '';
      return {
        id,
        question,
        tags: [category],
        target: { category, function: described, ground_truth },
        output: typeof output === 'string' ? output : JSON.stringify(output),
      };
    });
  };

  it.each(MODELS)('%s: verdict and error type of every call, and the published counts', (model, options, counts) => {
    const scorer = scorerOf({ id: 'bfcl', version: 1, ...options });
    const wanted = expected.filter((row) => row.model === model);
    const results = itemsOf(model).map(({ id, target, output }) => {
      const { num, extracted } = scored(scorer, output, target);
      return { id, category: target.category, valid: num === 1, error_type: scorer.explain?.(extracted, target) };
    });
    expect(results).toEqual(wanted.map(({ id, category, valid, error_type }) => ({ id, category, valid, error_type })));
    const categories = [...new Set(results.map(({ category }) => category))];
    expect(
      categories.map((category) => results.filter((result) => result.valid && result.category === category).length),
    ).toEqual(counts);
  });

  it.each(MODELS)('%s: a part through the whole path', async (model, options) => {
    const items = drawn(itemsOf(model), 400);
    const { samples } = await runRecorded({
      name: 'bfcl',
      model,
      scorer: { id: 'bfcl', version: 1, ...options },
      items,
    });
    const scorer = scorerOf({ id: 'bfcl', version: 1, ...options });
    const wanted = new Map(expected.filter((row) => row.model === model).map((row) => [row.id, row]));
    expect(
      samples.map(({ id, score, extracted, target }) => ({
        id,
        valid: score?.num === 1,
        error_type: scorer.explain?.(extracted ?? null, JSON.parse(target ?? 'null')),
      })),
    ).toEqual(items.map(({ id }) => ({ id, valid: wanted.get(id)?.valid, error_type: wanted.get(id)?.error_type })));
  });
});
