import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  forwardTo,
  simulatedEmbedded,
  type SimulatedEmbedded,
} from '../../../../src/endpoints/tee/simulator/answer.ts';
import { readEmbeddedModels } from '../../../../src/endpoints/embedded/models.ts';
import { ask, chat, jsonOf, signatureOf, startSimulator } from './serving.ts';

describe('simulatedEmbedded()', () => {
  const model = 'tiny-0.4m';
  let embedded: SimulatedEmbedded;
  beforeAll(async () => {
    embedded = await simulatedEmbedded({ models: await readEmbeddedModels([model]), workers: 0 });
  });
  afterAll(() => embedded.close());

  it.each([false, true])('answers behind a simulator, streaming %s', async (stream) => {
    await using simulator = await startSimulator({ mode: 'near-direct', model, answer: embedded.answer, tls: true });
    const request = { model, stream, max_tokens: 3, seed: 1, messages: [{ role: 'user', content: 'Hello' }] };
    const body = JSON.stringify(request);
    const got = await ask(`${simulator.url}/chat/completions`, body);
    expect(got.status).toBe(200);
    const id = /"id":"([^"]+)"/.exec(got.body.toString())?.[1] ?? '';
    const { text } = jsonOf<{ text: string }>(await signatureOf(simulator, id, 'ed25519'));
    const [sent, received] = [body, got.body].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    expect(text).toBe(`${model}:${sent}:${received}`);
    expect(got.body.toString().endsWith('data: [DONE]\n\n')).toBe(stream);
  });

  it('passes refusals on', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', model, answer: embedded.answer });
    const got = await ask(`${simulator.url}/chat/completions`, JSON.stringify({ model: 'other', messages: [] }));
    expect(got.status).toBeGreaterThanOrEqual(400);
    expect(embedded.models).toEqual([model]);
  });
});

describe('forwardTo()', () => {
  it('puts any server behind a simulator, even another one', async () => {
    await using inner = await startSimulator({ mode: 'vllm-proxy' });
    const { answer, close } = forwardTo(new URL(inner.url).origin);
    await using outer = await startSimulator({ mode: 'near-direct', answer });
    expect((await chat(outer)).body.toString()).toContain('four');
    await close();
  });

  it('fails as a server error when there is none', async () => {
    const { answer, close } = forwardTo('http://127.0.0.1:1');
    await using simulator = await startSimulator({ mode: 'near-direct', answer });
    expect((await chat(simulator)).status).toBe(500);
    await close();
  });
});
