import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/endpoints/embedded/engine.ts';
import { parseModelFile } from '../../../src/endpoints/embedded/model-file.ts';
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';
import type { LocalServer } from '../../../src/endpoints/listen.ts';
import { createClient, logprobsOf, type CompletionLogprobs } from './client.ts';
import { startSmallServer } from './fixtures.ts';

const MODEL = 'tiny-0.4m';
const PROMPT = 'What is 34 * 56?';
const SCORE = { model: MODEL, max_tokens: 0, echo: true, logprobs: 5 };

let server: LocalServer;
let engine: Engine;
beforeAll(async () => {
  server = await startSmallServer();
  const [model] = await readEmbeddedModels([MODEL]);
  engine = new Engine(parseModelFile(model?.bytes ?? new Uint8Array()));
});
afterAll(() => server.close());

const { post, chat, complete } = createClient(() => server.url);

/** Probabilities of all tokens after each of some ids, from the bare logits: no maximum is taken out, no logarithm. */
function probabilities(ids: readonly number[]): number[][] {
  engine.reset();
  return ids.map((id) => {
    const powers = Array.from(engine.feed([id]), (logit) => Math.exp(logit));
    const sum = powers.toSorted((a, b) => a - b).reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

function idsOf(text: string): number[] {
  return [engine.tokenizer.beginId, ...engine.tokenizer.encode(text)];
}

async function scored(text: string): Promise<CompletionLogprobs> {
  return logprobsOf(await complete({ ...SCORE, prompt: text }));
}

/** Log-probabilities of the tokens that begin at a place in the text or after it. */
function from({ token_logprobs, text_offset }: CompletionLogprobs, place: number): (number | null)[] {
  return token_logprobs.filter((_, i) => (text_offset[i] ?? 0) >= place);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? NaN), 0);
}

describe('log-probabilities', () => {
  it.each([' 1904', ' nineteen', ' the boat 😀', '\n\n'])(
    'of the continuation %j are those of the logits',
    async (text) => {
      const whole = PROMPT + text;
      const ids = idsOf(whole);
      // The last token of the prompt is one of its own, so that the continuation begins with a token.
      const first = idsOf(PROMPT).length;
      expect(ids.slice(0, first)).toEqual(idsOf(PROMPT));
      const after = probabilities(ids);
      const chance = ids.slice(first).reduce((product, id, i) => product * (after[first + i - 1]?.[id] ?? NaN), 1);
      const logprobs = from(await scored(whole), [...PROMPT].length);
      expect(logprobs).toHaveLength(ids.length - first);
      expect(Math.exp(sum(logprobs)) / chance).toBeCloseTo(1, 9);
    },
  );

  it('of an answer are those of the same text when it is echoed, to the last bit', async () => {
    for (const sampling of [{ temperature: 0 }, { temperature: 1.5, top_p: 0.9, seed: 4 }]) {
      const body = { model: MODEL, prompt: PROMPT, max_tokens: 24, logprobs: 5, ...sampling };
      const reply = await complete(body);
      const { tokens, token_logprobs, top_logprobs } = logprobsOf(reply);
      const text = reply.choices[0]?.text ?? '';
      const echoed = await scored(PROMPT + text);
      // Sampled pieces need not be the ones into which the text would be cut; those of this seed are.
      expect(echoed.tokens.slice(-tokens.length)).toEqual(tokens);
      expect(echoed.token_logprobs.slice(-tokens.length)).toEqual(token_logprobs);
      expect(echoed.top_logprobs.slice(-tokens.length)).toEqual(top_logprobs);
    }
  });

  it('of a chat are those of its tokens as a prompt', async () => {
    const messages = [{ role: 'user' as const, content: 'What is 34 * 56?' }];
    const answer = await chat({ model: MODEL, messages, temperature: 0, logprobs: true, top_logprobs: 5 });
    const content = answer.choices[0]?.logprobs?.content ?? [];
    const prompt = engine.tokenizer.encodeChat(messages);
    const raw = logprobsOf(await complete({ model: MODEL, prompt, temperature: 0, max_tokens: 200, logprobs: 5 }));
    expect(raw.tokens).toEqual(content.map(({ token }) => token));
    expect(raw.token_logprobs).toEqual(content.map(({ logprob }) => logprob));
    expect(content.length).toBeGreaterThan(2);
  });

  it('of the most probable tokens are the largest of the logits, and do not depend on how many are asked for', async () => {
    const ids = idsOf(PROMPT);
    const five = await scored(PROMPT);
    const two = logprobsOf(await complete({ ...SCORE, prompt: PROMPT, logprobs: 2 }));
    const none = logprobsOf(await complete({ ...SCORE, prompt: PROMPT, logprobs: 0 }));
    expect([two.token_logprobs, none.token_logprobs]).toEqual([five.token_logprobs, five.token_logprobs]);
    for (const [i, after] of probabilities(ids.slice(0, -1)).entries()) {
      const top = Object.values(five.top_logprobs[i + 1] ?? {}).toSorted((a, b) => b - a);
      const largest = after.toSorted((a, b) => b - a).slice(0, 5);
      top.forEach((logprob, rank) => expect(Math.exp(logprob)).toBeCloseTo(largest[rank] ?? NaN, 12));
      expect(Object.values(two.top_logprobs[i + 1] ?? {}).toSorted((a, b) => b - a)).toEqual(top.slice(0, 2));
      expect(top.reduce((total, logprob) => total + Math.exp(logprob), 0)).toBeLessThanOrEqual(1);
      expect(five.token_logprobs[i + 1] ?? NaN).toBeLessThanOrEqual(top[0] ?? NaN);
    }
  });

  it('do not change with what else is asked, before or at the same time', async () => {
    const text = `${PROMPT}1904`;
    const alone = await scored(text);
    const bodies = Array.from({ length: 12 }, (_, i) => ({
      ...SCORE,
      prompt: i % 3 === 0 ? text : `${'x'.repeat(i)}${text}`,
      max_tokens: i,
      temperature: 2,
      seed: i,
      n: 1 + (i % 4),
    }));
    const together = await Promise.all(bodies.map(complete));
    for (const [i, { choices }] of together.entries()) {
      if (i % 3 !== 0) continue;
      for (const { logprobs } of choices) {
        expect(logprobs?.token_logprobs.slice(0, alone.tokens.length)).toEqual(alone.token_logprobs);
        expect(logprobs?.top_logprobs.slice(0, alone.tokens.length)).toEqual(alone.top_logprobs);
      }
    }
  });

  it('come in the same bytes every time', async () => {
    const body = { ...SCORE, prompt: PROMPT, max_tokens: 20, temperature: 1, seed: 8, n: 3 };
    const bytes = async (stream: boolean): Promise<string> => {
      const { text } = await post('/completions', { ...body, stream });
      return text.replaceAll(/"id":"cmpl-[0-9a-f]{24}","created":\d+/g, '');
    };
    for (const stream of [false, true]) {
      const [first, ...others] = await Promise.all([bytes(stream), bytes(stream), bytes(stream)]);
      expect(others).toEqual([first, first]);
      expect(first).toContain('"token_logprobs":[');
    }
  });
});
