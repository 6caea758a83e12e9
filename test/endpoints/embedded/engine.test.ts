import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/endpoints/embedded/engine.ts';
import { generate } from '../../../src/endpoints/embedded/generate.ts';
import { parseModelFile } from '../../../src/endpoints/embedded/model-file.ts';
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';
import { logProbabilities } from '../../../src/endpoints/embedded/sampling.ts';
import type { ChatMessage } from '../../../src/endpoints/embedded/tokenizer.ts';
import { describeRealData } from '../../testdata.ts';
import { packModel, smallModel, type ModelParts } from './fixtures.ts';

const VECTORS = resolve(import.meta.dirname, '../../vectors/embedded');
// Both sides add 32-bit floats in different orders; differences of correct engines stay near 1e-5.
const LOGIT_TOLERANCE = 1e-4;

/** What torch computed; see models/train/vectors.py. */
interface Vector {
  readonly system: string | null;
  readonly user: string;
  readonly prompt_ids: readonly number[];
  readonly prompt_logprobs: readonly number[];
  readonly last_logits: readonly number[];
  readonly greedy_text: string;
}

const greedy = { temperature: 0, topP: 1, seed: 0 };

function readVectors(name: string): { readonly digest: string; readonly vectors: readonly Vector[] } {
  return JSON.parse(readFileSync(resolve(VECTORS, `${name}.json`), 'utf8'));
}

function messagesOf({ system, user }: Vector): ChatMessage[] {
  const question = { role: 'user', content: user } as const;
  return system === null ? [question] : [{ role: 'system', content: system }, question];
}

function answer(engine: Engine, messages: readonly ChatMessage[], maxTokens: number): string {
  const promptIds = engine.tokenizer.encodeChat(messages);
  const steps = generate(engine, { promptIds, echo: false, maxTokens, sampling: greedy, stops: [], topLogprobs: 0 });
  let text = '';
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done === true) return text + next.value.tail;
    text += next.value.text;
  }
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));
}

describe.each(['tiny-0.4m', 'tiny-1.3m'])('Engine with the shipped %s', async (name) => {
  const [model] = await readEmbeddedModels([name]);
  const engine = new Engine(parseModelFile(model?.bytes ?? new Uint8Array()));
  const { digest, vectors } = readVectors(name);

  it('has the weights that torch had', () => {
    expect(model?.digestHex).toBe(digest);
  });

  it.each(vectors)('agrees with torch on $user', (vector) => {
    const ids = engine.tokenizer.encodeChat(messagesOf(vector));
    expect(ids).toEqual(vector.prompt_ids);
    engine.reset();
    const logits = engine.feed(ids);
    expect(largestDifference([...logits], vector.last_logits)).toBeLessThan(LOGIT_TOLERANCE);
    engine.reset();
    const logprobs = vector.prompt_logprobs.map((_, i) => {
      const next = logProbabilities(engine.feed([ids[i] ?? 0]));
      return next[ids[i + 1] ?? 0] ?? NaN;
    });
    expect(largestDifference(logprobs, vector.prompt_logprobs)).toBeLessThan(LOGIT_TOLERANCE);
    expect(answer(engine, messagesOf(vector), 64)).toBe(vector.greedy_text);
  });

  it('gives the same bits whether a prompt is fed whole, in parts or token by token', () => {
    const ids = vectors[1]?.prompt_ids ?? [];
    engine.reset();
    const whole = [...engine.feed(ids)];
    engine.reset();
    engine.feed(ids.slice(0, 7));
    expect([...engine.feed(ids.slice(7))]).toEqual(whole);
    engine.reset();
    const single = ids.map((id) => [...engine.feed([id])]);
    expect(single.at(-1)).toEqual(whole);
  });
});

describe('Engine', () => {
  it('refuses no token, an unknown token and more tokens than the context holds', () => {
    const engine = new Engine(parseModelFile(packModel(smallModel())));
    expect(() => engine.feed([])).toThrow(RangeError);
    expect(() => engine.feed([264])).toThrow(RangeError);
    expect(() => engine.feed([0.5])).toThrow(RangeError);
    engine.feed(Array.from({ length: 24 }, () => 1));
    expect(() => engine.feed([1])).toThrow(RangeError);
  });

  const faults: Readonly<Record<string, (model: ModelParts) => void>> = {
    'a missing tensor': ({ tensors }) => tensors.delete('blk.0.attn_q.weight'),
    'a tensor of another shape': ({ tensors }) =>
      tensors.set('output_norm.weight', { shape: [4, 8], values: new Float32Array(32) }),
    'an extra tensor': ({ tensors }) => tensors.set('extra', { shape: [1], values: new Float32Array(1) }),
    'a value that is not finite': ({ tensors }) => tensors.get('output_norm.weight')?.values.fill(NaN, 0, 1),
    'a size that the kernel cannot step over': ({ config }) => (config['heads'] = 4),
    'a size that is not whole': ({ config }) => (config['layers'] = 1.5),
    'a size beyond every bound': ({ config }) => (config['ctx'] = 1e9),
    'a theta that is not positive': ({ config }) => (config['theta'] = 0),
    'a vocabulary of another size': ({ config }) => (config['vocab'] = 265),
    'pieces that are not text': ({ tokenizer }) => (tokenizer['pieces'] = [1, 2]),
    'a missing special token': ({ tokenizer }) => (tokenizer['special'] = ['a', 'b', 'c', 'd', 'e', 'f']),
  };
  it.each(Object.entries(faults))('refuses %s', (_, spoil) => {
    const model = smallModel();
    spoil(model);
    expect(() => new Engine(parseModelFile(packModel(model)))).toThrow(
      expect.objectContaining({ code: 'ERR_WEIGHTS_MALFORMED' }),
    );
  });
});

interface StudyItem {
  readonly q: string;
  readonly got: string;
}

function readLines(...path: readonly string[]): StudyItem[] {
  const lines = readFileSync(resolve(...path), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

// Weights and greedy answers of an earlier study; llama.cpp gave the same answers from the same weights.
describeRealData('Engine with the weights of the study', 'tiny-model', (study) => {
  it.each(['tiny-0.4m', 'tiny-1.3m'])('%s answers every 31st question as recorded', async (name) => {
    const [model] = await readEmbeddedModels([name], study);
    const engine = new Engine(parseModelFile(model?.bytes ?? new Uint8Array()));
    const questions = readLines(study, 'eval.jsonl');
    const recorded = readLines(study, `results-${name}.jsonl`);
    for (let i = 0; i < questions.length; i += 31) {
      const content = questions[i]?.q ?? '';
      expect(answer(engine, [{ role: 'user', content }], 96), content).toBe(recorded[i]?.got);
    }
  });
});
