import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { file, redirect, stall, startMirror } from '../suites/pull/mirror-server.ts';
import { isBuilt, startTouchstone, type Outcome } from './touchstone.ts';

/** Three questions of the form that GPQA has, and nothing of it. */
const QUESTIONS = `Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,High-level domain,Subdomain
r1,Which is even?,4,3,5,7,Arithmetic,Parity
r2,Which is odd?,9,2,6,8,Arithmetic,Parity
r3,"Which is largest, if any?",90,12,33,41,Arithmetic,Order
`;
const SUMS = Array.from({ length: 4 }, (_, n) => `{"q":"${n} + 12 = ?","a":"${n + 12}"}\n`).join('');

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface Workshop {
  readonly folder: string;
  run(...args: readonly string[]): Promise<Outcome>;
}

function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-pull-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, run: async (...args) => await startTouchstone(folder, args).ended };
}

/** What is in the folder beside the keys that a run makes. */
function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name !== 'home');
}

describe.skipIf(!isBuilt)('touchstone suites pull (needs dist: node scripts/build.mjs)', () => {
  it('makes a suite of a benchmark that lints, runs and verifies', { timeout: 120_000 }, async () => {
    const mirror = await startMirror({ '/data/gpqa/gpqa_diamond.csv': file(QUESTIONS) });
    const { folder, run } = workshop();
    const from = ['--mirror', `${mirror.url}/data`];

    const unknown = await run('run', '--suite', 'gpqa', '--endpoint', 'embedded:tiny-1.3m');
    expect(unknown).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('hint: touchstone suites pull gpqa') as string,
    });
    const gated = await run('suites', 'pull', 'gpqa');
    expect(gated).toMatchObject({ code: 3, stderr: expect.stringMatching(/gpqa_diamond\.csv.*--from/) as string });
    const shown = await run('suites', 'pull', 'gpqa', ...from);
    expect(shown).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining(digestOf(QUESTIONS)) as string,
    });
    expect(shown.stderr).toContain('--accept-digest');
    expect(namesIn(folder)).toEqual([]);

    const pulled = await run('suites', 'pull', 'gpqa', ...from, '--accept-digest', digestOf(QUESTIONS));
    expect(pulled).toMatchObject({ code: 0 });
    expect(pulled.stdout).toMatch(/^suites\/gpqa\/suite\.yaml: 3 items, digest [0-9a-f]{64}$/m);
    expect(pulled.stdout).toContain('files accepted by you');
    expect(pulled.stderr).toContain('next: touchstone run --suite gpqa --endpoint <endpoint>');
    expect(pulled.stderr).toContain('not on the original');
    expect((await run('suites', 'list')).stdout).toMatch(/^gpqa .*pulled into suites\/gpqa/m);
    expect(await run('suites', 'lint', 'gpqa')).toMatchObject({ code: 0 });

    const done = await run('run', '--suite', 'gpqa', '--endpoint', 'embedded:tiny-1.3m', '--unsigned', '--out', 'runs');
    expect(done.code, done.stderr).toBe(0);
    const runFolder = join('runs', readdirSync(join(folder, 'runs'))[0] ?? '');
    const suite: unknown = JSON.parse(readFileSync(join(folder, runFolder, 'suite.json'), 'utf8'));
    const origin = { files: [{ name: 'gpqa_diamond.csv', sha256: digestOf(QUESTIONS) }], pin: 'accepted' };
    expect(suite).toMatchObject({ id: 'gpqa', origin });
    const verified = await run('verify', runFolder, '--allow-unknown-signer');
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });

  it('pulls the items of a suite of one’s own, which then runs', { timeout: 120_000 }, async () => {
    const mirror = await startMirror({ '/sums.jsonl': redirect('/moved'), '/moved': file(SUMS) });
    const { folder, run } = workshop();
    mkdirSync(join(folder, 'sums'));
    const yaml = (url: string): string => `id: sums
version: 1.0.0
title: Sums
licence: CC0-1.0
items: { file: items.jsonl, url: '${url}', sha256: ${digestOf(SUMS)}, input: [q], target: a }
prompt: '{{ q }}'
parameters: { max_tokens: 8 }
scorer: { id: number, version: 1 }
`;
    writeFileSync(join(folder, 'sums/suite.yaml'), yaml(`${mirror.url}/sums.jsonl`));
    const missing = await run('suites', 'lint', 'sums');
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('touchstone suites pull') as string });
    const pulled = await run('suites', 'pull', 'sums');
    expect(pulled).toMatchObject({ code: 0, stdout: 'sums/items.jsonl\n' });
    expect(await run('suites', 'pull', './sums', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"isNew": false') as string,
    });
    const done = await run('run', '--suite', 'sums', '--endpoint', 'embedded:tiny-1.3m', '--unsigned', '--out', 'runs');
    expect(done.code, done.stderr).toBe(0);
  });

  it('refuses a file that is not the pinned one and leaves nothing behind', { timeout: 60_000 }, async () => {
    const { folder, run } = workshop();
    const absent = await run('suites', 'pull', 'gsm8k', '--from', folder);
    expect(absent).toMatchObject({ code: 3, stderr: expect.stringContaining('ERR_ORIGIN_MISSING') as string });
    writeFileSync(join(folder, 'test.jsonl'), 'x\n');
    const copied = await run('suites', 'pull', 'gsm8k', '--from', folder);
    expect(copied).toMatchObject({ code: 3, stderr: expect.stringContaining('ERR_ORIGIN_DIGEST') as string });
    expect(namesIn(folder)).toEqual(['test.jsonl']);
  });

  it('ends at Ctrl-C and leaves nothing behind', { timeout: 60_000 }, async () => {
    const wait = stall('Record ID,');
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const mirror = await startMirror({
      '/gpqa/gpqa_diamond.csv': (request, response) => {
        wait(request, response);
        begin();
      },
    });
    const { folder } = workshop();
    const command = startTouchstone(folder, ['suites', 'pull', 'gpqa', '--mirror', mirror.url]);
    await begun;
    command.interrupt();
    expect(await command.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('interrupted: nothing was written') as string,
    });
    expect(namesIn(folder)).toEqual([]);
  });

  it('refuses options that make no sense', { timeout: 60_000 }, async () => {
    const { run } = workshop();
    const secret = await run('suites', 'pull', 'gpqa', '--mirror', 'https://me:hidden@example.org');
    expect(secret).toMatchObject({ code: 2, stderr: expect.not.stringContaining('hidden') as string });
    expect(await run('suites', 'pull', 'gpqa', '--mirror', 'ftp://example.org')).toMatchObject({ code: 2 });
    expect(await run('suites', 'pull', 'gpqa', '--accept-digest', 'abc')).toMatchObject({ code: 2 });
    expect(await run('suites', 'pull', 'gpqq')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('did you mean gpqa?') as string,
    });
  });
});
