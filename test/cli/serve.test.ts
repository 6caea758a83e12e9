import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isBuilt, startTouchstone } from './touchstone.ts';

async function ask(
  url: string,
  model: string,
  content: string,
): Promise<{ readonly text: string; readonly fingerprint: string }> {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: 8, temperature: 0 }),
  });
  const answer = (await response.json()) as {
    readonly system_fingerprint: string;
    readonly choices: readonly [{ readonly message: { readonly content: string } }];
  };
  return { text: answer.choices[0].message.content, fingerprint: answer.system_fingerprint };
}

describe.skipIf(!isBuilt || process.platform === 'win32')(
  'endpoints serve (needs dist: node scripts/build.mjs)',
  () => {
    it('serves recorded answers until Ctrl-C, each of them labelled a replay', { timeout: 60_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'touchstone-serve-'));
      const suite = `id: one\nversion: 1.0.0\ntitle: One\nitems: { file: items.jsonl, id: id, input: [q], target: a }\nprompt: '{{ q }}?'\nscorer: { id: exact, version: 1 }\n`;
      writeFileSync(join(folder, 'suite.yaml'), suite);
      writeFileSync(join(folder, 'items.jsonl'), '{"id":"a","q":"1 + 1","a":"2"}\n');
      writeFileSync(join(folder, 'answers.jsonl'), '{"id":"a","output":"two"}\n');
      const args = ['endpoints', 'serve', 'replay', 'answers.jsonl#old-model', '--suite', '.', '--port', '0'];
      const running = startTouchstone(folder, args);
      const answer = await ask(await running.firstLine, 'old-model', '1 + 1?');
      expect(answer.text).toBe('two');
      expect(answer.fingerprint).toMatch(/^touchstone-replay:[0-9a-f]{16}$/);
      running.interrupt();
      expect(await running.ended).toMatchObject({ code: 0 });
      rmSync(folder, { recursive: true });
    });

    it('serves a simulated TEE that says so, with a report over any nonce', { timeout: 60_000 }, async () => {
      const running = startTouchstone(tmpdir(), [
        'endpoints',
        'serve',
        'tee-sim',
        '--model=tiny-0.4m',
        '--port=0',
        '--fault=gpu-missing',
      ]);
      const url = await running.firstLine;
      const { fingerprint } = await ask(url, 'tiny-0.4m', '1 + 1 = ?');
      expect(fingerprint).toMatch(/^touchstone-embedded:/);
      const nonce = 'a1'.repeat(32);
      const report = await fetch(`${url}/attestation/report?nonce=${nonce}&signing_algo=ed25519`);
      expect(await report.json()).toMatchObject({ request_nonce: nonce, signing_algo: 'ed25519' });
      running.interrupt();
      const { code, stderr } = await running.ended;
      expect(code).toBe(0);
      expect(stderr).toContain('SIMULATED: tiny-0.4m as near-direct, with the faults gpu-missing; it proves nothing');
      expect(stderr).toContain(`ask it as: simulated:near-direct:${url}#tiny-0.4m with --allow-simulated`);
    });

    it('serves the models that come along until Ctrl-C', { timeout: 60_000 }, async () => {
      const running = startTouchstone(tmpdir(), [
        'endpoints',
        'serve',
        'embedded',
        '--model',
        'tiny-0.4m',
        '--port',
        '0',
      ]);
      const { fingerprint } = await ask(await running.firstLine, 'tiny-0.4m', '1 + 1 = ?');
      expect(fingerprint).toMatch(/^touchstone-embedded:/);
      running.interrupt();
      expect(await running.ended).toMatchObject({ code: 0 });
    });
  },
);
