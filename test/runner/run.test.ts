import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import type { RunEnvironment } from '../../src/runner/environment.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runSuite } from '../../src/runner/run.ts';
import { setUp, verified } from './set-up.ts';
import { toyInput } from './toy.ts';

const NO_WAITING: RunEnvironment = { ...systemEnvironment, sleep: () => Promise.resolve() };

const ERROR_BODY = JSON.stringify({ error: { message: 'toy' } });

describe('runSuite()', () => {
  it('runSuite() writes a run that verifies', async () => {
    const { server, parts } = await setUp(300, undefined, 'repeats: 2');
    const end = await runSuite(toyInput({ ...parts, options: { concurrency: 16 } }));
    expect(end.reason).toBe('complete');
    expect(server.requests).toBe(600);
    const run = await verified(parts.folder);
    expect(run.samples).toHaveLength(600);
    // 225 of 300 answers are right, each asked twice.
    expect(run.metrics[0]?.result).toMatchObject({ n: 600, num: 450, den: 600 });
    expect(run.end?.counts).toMatchObject({ score: 600, intent: 600, status_ok: 600 });
    // Header, three records a sample, a mark at each of 256, 512, … 1792, three aggregates and end.
    expect((await readFile(join(parts.folder, 'records.jsonl'), 'utf8')).split('\n')).toHaveLength(
      1 + 1800 + 7 + 4 + 1,
    );
  });

  it('runSuite() leaves no folder behind if the key does not sign', async () => {
    const { server, parts } = await setUp(3);
    const input = toyInput({ ...parts, options: {} });
    if (input.signer.kind === 'ephemeral') throw new Error('the toy signs with a key');
    const sign = (): never => {
      throw new Error('the agent has gone');
    };
    const signer = { kind: 'ed25519', signer: { ...input.signer.signer, sign } } as const;
    await expect(runSuite({ ...input, signer })).rejects.toThrow('the agent has gone');
    expect(existsSync(parts.folder)).toBe(false);
    expect(server.requests).toBe(0);
  });

  it('runSuite() keeps exactly as many requests on their way as planned', async () => {
    const { server, parts } = await setUp(60, () => ({ delayMs: 15 }));
    await runSuite(toyInput({ ...parts, options: { concurrency: 7 } }));
    expect(server.maxInFlight).toBe(7);
    await verified(parts.folder);
  });

  it('runSuite() follows a concurrency that changes, up to the plan', async () => {
    const { server, parts } = await setUp(80, () => ({ delayMs: 10 }));
    const peaks: number[] = [];
    let control: { concurrency: number } | undefined;
    let verdicts = 0;
    const listener = (event: RunEvent): void => {
      if (event.kind !== 'verdict' || control === undefined) return;
      verdicts++;
      if (verdicts === 20) control.concurrency = 2;
      if (verdicts === 40) {
        peaks.push(server.maxInFlight);
        server.maxInFlight = 0;
        control.concurrency = 99;
      }
    };
    const options = { concurrency: 6 };
    await runSuite(toyInput({ ...parts, options, listener, onControl: (given) => (control = given) }));
    expect([...peaks, server.maxInFlight]).toEqual([6, 6]);
    await verified(parts.folder);
  });

  it('runSuite() tries again what may end better, and records every attempt', async () => {
    const { server, parts } = await setUp(40, ({ question, time }) => {
      if (time > 1 || question >= 20) return {};
      const faults = [
        { status: 429, headers: { 'retry-after': '1' }, body: ERROR_BODY },
        { status: 500, body: 'oops' },
        { does: 'reset' as const },
        { status: 200, body: ERROR_BODY },
        { status: 200, body: '<html>' },
      ];
      return faults[question % faults.length] ?? {};
    });
    const waits: number[] = [];
    const environment = { ...NO_WAITING, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
    await runSuite(toyInput({ ...parts, environment }));
    const run = await verified(parts.folder);
    expect(server.requests).toBe(80);
    expect(run.totals?.attempts).toEqual({ ok: 40, http: 24, timeout: 0, network: 16, cancelled: 0, lost: 0 });
    expect(run.end?.counts['scored']).toBe(40);
    expect(waits.filter((ms) => ms >= 1000 && ms <= 1100)).toHaveLength(8);
    expect(waits.filter((ms) => ms >= 125 && ms <= 500)).toHaveLength(32);
  });

  it('runSuite() does not ask again after a 4xx, and never takes a failure for a wrong answer', async () => {
    const { server, parts } = await setUp(8, ({ question }) => (question < 4 ? { status: 404, body: ERROR_BODY } : {}));
    await runSuite(toyInput({ ...parts, environment: NO_WAITING }));
    const run = await verified(parts.folder);
    expect(server.requests).toBe(8);
    expect(run.samples?.map((sample) => sample.unscored)).toEqual([
      ...Array.from({ length: 4 }, () => 'transport'),
      ...Array.from({ length: 4 }, () => null),
    ]);
    expect(run.metrics[0]?.result).toMatchObject({ scored: 4, unscored: { transport: 4 } });
  });

  it('runSuite() gives up after the planned number of attempts, in a storm of 429', async () => {
    const { server, parts } = await setUp(6, () => ({ status: 429, body: ERROR_BODY }));
    await runSuite(toyInput({ ...parts, environment: NO_WAITING, options: { maxAttempts: 3 } }));
    expect(server.requests).toBe(18);
    const run = await verified(parts.folder);
    expect(run.end?.counts['unscored_transport']).toBe(6);
  });

  it('runSuite() ends what hangs', async () => {
    const { parts } = await setUp(2, () => ({ does: 'hang' }));
    await runSuite(toyInput({ ...parts, environment: NO_WAITING, options: { maxAttempts: 2, timeoutMs: 40 } }));
    const run = await verified(parts.folder);
    expect(run.end?.counts).toMatchObject({ status_timeout: 4, unscored_timeout: 2 });
  });

  it('runSuite() keeps an answer that came before its exchange failed', async () => {
    const { parts } = await setUp(4);
    const late = { status: 'timeout', errorCode: 'ERR_TIMEOUT' } as const;
    const send: Endpoint['send'] = async (body, options) => ({
      ...(await parts.endpoint.send(body, options)),
      ...late,
    });
    await runSuite(toyInput({ ...parts, endpoint: { ...parts.endpoint, send } }));
    const run = await verified(parts.folder);
    expect(run.end?.counts).toMatchObject({ intent: 4, status_ok: 4, scored: 4 });
  });

  it('runSuite() counts an empty answer as empty', async () => {
    const body = JSON.stringify({ choices: [{ message: { role: 'assistant', content: '' }, finish_reason: 'stop' }] });
    const { parts } = await setUp(2, () => ({ body }));
    await runSuite(toyInput(parts));
    expect((await verified(parts.folder)).end?.counts).toMatchObject({ status_ok: 2, unscored_empty: 2 });
  });

  it('runSuite() stops at its request budget and says which samples it skipped', async () => {
    const { server, parts } = await setUp(30, ({ time }) => (time === 0 ? { status: 503 } : {}));
    const options = { budget: { max_requests: 25 }, concurrency: 4 };
    const end = await runSuite(toyInput({ ...parts, options, environment: NO_WAITING }));
    expect(end.reason).toBe('budget');
    expect(server.requests).toBe(25);
    const { counts } = (await verified(parts.folder)).end ?? {};
    expect((counts?.['scored'] ?? 0) + (counts?.['unscored_skipped'] ?? 0)).toBe(30);
  });

  it('runSuite() never spends more than its cost budget', async () => {
    const { server, parts } = await setUp(40);
    // The answer takes 9 + 1 tokens, a request reserves its bytes and 16 tokens.
    const prices = { prompt_usd_per_mtok: '1000', completion_usd_per_mtok: '1000', dated: '2026-01-01' };
    const options = { prices, budget: { max_cost_usd: '0.3' }, concurrency: 8 };
    let spentUsd = 0;
    const listener = (event: RunEvent): void => {
      if (event.kind === 'attempt') spentUsd = Math.max(spentUsd, event.spentUsd ?? 0);
    };
    const end = await runSuite(toyInput({ ...parts, options, listener }));
    expect(end.reason).toBe('budget');
    expect(spentUsd).toBeCloseTo(server.requests * 0.01, 9);
    expect(spentUsd).toBeLessThanOrEqual(0.3);
    // A body has about 90 bytes: requests stop when what is left is less than one could cost.
    expect(spentUsd).toBeGreaterThan(0.15);
    await verified(parts.folder);
  });

  it('runSuite() asks only what is selected', async () => {
    const { server, parts } = await setUp(50);
    const selection = { kind: 'seeded' as const, limit: 7, seed: 'a' };
    await runSuite(toyInput({ ...parts, options: { selection } }));
    expect(server.requests).toBe(7);
    expect((await verified(parts.folder)).samples).toHaveLength(7);
  });

  it('runSuite() refuses a folder that holds something, and options that are out of bounds', async () => {
    const { parts } = await setUp(2);
    const refused = (options: object) =>
      expect(runSuite(toyInput({ ...parts, options }))).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await refused({ concurrency: 0 });
    await refused({ concurrency: 5000 });
    await refused({ maxResponseBytes: 3_000_000 });
    await refused({ budget: { max_cost_usd: '1' } });
    await runSuite(toyInput(parts));
    await expect(runSuite(toyInput(parts))).rejects.toMatchObject({ code: 'ERR_RUN_EXISTS' });
    const file = join(parts.folder, '..', 'file');
    await writeFile(file, 'x');
    await expect(runSuite(toyInput({ ...parts, folder: file }))).rejects.toMatchObject({ code: 'ERR_RUN_EXISTS' });
  });

  it('runSuite() signs a checkpoint at the start, at most each minute, and at the end', async () => {
    const { parts } = await setUp(20);
    let nowMs = Date.UTC(2026, 0, 1);
    const sizes: number[] = [];
    const listener = (event: RunEvent): void => {
      if (event.kind === 'verdict') nowMs += 25_000;
      if (event.kind === 'checkpoint') sizes.push(event.size);
    };
    const environment = { ...systemEnvironment, nowMs: () => nowMs };
    await runSuite(toyInput({ ...parts, environment, listener, options: { concurrency: 1 } }));
    await verified(parts.folder);
    // Twenty verdicts take 500 seconds, which has room for eight minutes beside start and end.
    expect(sizes.length).toBeGreaterThan(4);
    expect(sizes.length).toBeLessThanOrEqual(2 + 8);
    expect(sizes[0]).toBe(1);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  it('runSuite() signs with a key of its own when nobody signs', async () => {
    const { parts } = await setUp(3);
    await runSuite(toyInput({ ...parts, signer: { kind: 'ephemeral' } }));
    expect((await verified(parts.folder)).signer.status).toBe('ephemeral');
  });
});
