import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';

const BUILT = new URL('../../../dist/endpoints/embedded/server.js', import.meta.url);
// Worker threads load compiled files only, so these tests need a build, which `npm test` makes before it starts.
const built = existsSync(fileURLToPath(BUILT));

interface BuiltServer {
  startEmbeddedServer(options: object): Promise<{ readonly url: string; close(): Promise<void> }>;
}

async function startBuilt(workers: number): ReturnType<BuiltServer['startEmbeddedServer']> {
  const { startEmbeddedServer }: BuiltServer = await import(BUILT.href);
  return await startEmbeddedServer({ models: await readEmbeddedModels(['tiny-0.4m']), workers });
}

/** The choices of 24 requests, greedy and sampled, sent all at once, with every number they hold. */
async function askAll(workers: number): Promise<unknown[]> {
  const server = await startBuilt(workers);
  const bodies = Array.from({ length: 24 }, (_, i) => ({
    model: 'tiny-0.4m',
    messages: [{ role: 'user', content: `What is ${i + 11} * 37? Think step by step.` }],
    temperature: i % 2,
    seed: i,
    logprobs: true,
    top_logprobs: 5,
    stream: i % 3 === 0,
  }));
  const replies = await Promise.all(
    bodies.map(async (body) => {
      const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
      // Id and time differ by design; everything else must not.
      return (await response.text()).replaceAll(/"id":"[^"]*","created":\d+/g, '');
    }),
  );
  await server.close();
  return replies;
}

function question(temperature: number): RequestInit {
  const messages = [{ role: 'user', content: 'Well?' }];
  return { method: 'POST', body: JSON.stringify({ model: 'tiny-0.4m', temperature, seed: 3, messages }) };
}

describe.skipIf(!built)('worker threads of the built package (skipped before `npm run build`)', () => {
  it('give bit-identical answers with one worker, with two and with none', async () => {
    const one = await askAll(1);
    expect(one[1]).toContain('"logprob":');
    expect(await askAll(2)).toEqual(one);
    expect(await askAll(0)).toEqual(one);
  });

  it('stop working for a client that has left', async () => {
    const server = await startBuilt(1);
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController();
      const gone = fetch(`${server.url}/chat/completions`, { ...question(2), signal: controller.signal });
      setTimeout(() => controller.abort(), i);
      await gone.catch(() => {});
    }
    expect((await fetch(`${server.url}/chat/completions`, question(0))).status).toBe(200);
    await server.close();
  });
});
