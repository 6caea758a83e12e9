import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resumeRun } from '../../src/runner/resume.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runSuite } from '../../src/runner/run.ts';
import { setUp, verified } from './set-up.ts';
import { RUNNER, SIGNER, toyInput, toySuite } from './toy.ts';

/** Stops a run after a number of verdicts. */
function stopAfter(verdicts: number): { readonly signal: AbortSignal; readonly listener: (event: RunEvent) => void } {
  const controller = new AbortController();
  let seen = 0;
  return {
    signal: controller.signal,
    listener: (event) => {
      if (event.kind === 'verdict' && ++seen === verdicts) controller.abort();
    },
  };
}

describe('resumeRun()', () => {
  it('resumeRun() goes on after a run was stopped, and asks nothing twice that was answered', async () => {
    const { server, parts } = await setUp(200, () => ({ delayMs: 2 }));
    const options = { concurrency: 8 };
    const first = await runSuite(toyInput({ ...parts, options, ...stopAfter(60) }));
    expect(first.reason).toBe('interrupted');
    const asked = server.requests;
    expect(asked).toBeLessThan(80);
    const events: RunEvent[] = [];
    const second = await resumeRun({
      ...parts,
      runner: RUNNER,
      signer: SIGNER,
      listener: (event) => events.push(event),
    });
    expect(second.reason).toBe('complete');
    const run = await verified(parts.folder);
    const attempts = run.totals?.attempts ?? { ok: 0, cancelled: 0, lost: 0 };
    expect(attempts.ok).toBe(200);
    expect(attempts.cancelled).toBeLessThanOrEqual(8);
    expect(attempts.lost).toBe(0);
    expect(server.requests).toBeLessThanOrEqual(200 + attempts.cancelled);
    expect(run.totals?.resumes).toBe(1);
    expect(events[0]).toMatchObject({ kind: 'began', resumed: true, totalSamples: 200 });
    expect(events.filter(({ kind }) => kind === 'recalled').length).toBeGreaterThanOrEqual(60);
  });

  it('resumeRun() takes up repeats and seeded selections where they stopped, more than once', async () => {
    const { parts } = await setUp(60, () => ({ delayMs: 1 }), 'repeats: 3');
    const options = { concurrency: 4, selection: { kind: 'seeded' as const, limit: 20, seed: 's' } };
    const input = { ...parts, runner: RUNNER, signer: SIGNER };
    await runSuite(toyInput({ ...parts, options, ...stopAfter(11) }));
    expect((await resumeRun({ ...input, ...stopAfter(13) })).reason).toBe('interrupted');
    expect((await resumeRun({ ...input, concurrency: 1, ...stopAfter(5) })).reason).toBe('interrupted');
    expect((await resumeRun(input)).reason).toBe('complete');
    const run = await verified(parts.folder);
    expect(run.samples).toHaveLength(60);
    expect(run.totals?.resumes).toBe(3);
  });

  it('resumeRun() keeps the budget over all sessions', async () => {
    const { server, parts } = await setUp(40, () => ({ delayMs: 1 }));
    const options = { concurrency: 2, budget: { max_requests: 20 } };
    await runSuite(toyInput({ ...parts, options, ...stopAfter(8) }));
    const end = await resumeRun({ ...parts, runner: RUNNER, signer: SIGNER });
    expect(end.reason).toBe('budget');
    expect(server.requests).toBeLessThanOrEqual(20);
    const run = await verified(parts.folder);
    expect(run.end?.counts['intent']).toBe(20);
  });

  it('resumeRun() signs the result of a run that only lacks it', async () => {
    const { server, parts } = await setUp(5);
    await runSuite(toyInput(parts));
    const result = await readFile(join(parts.folder, 'result.dsse.json'), 'utf8');
    await rm(join(parts.folder, 'result.dsse.json'));
    await resumeRun({ ...parts, runner: RUNNER, signer: SIGNER });
    expect(await readFile(join(parts.folder, 'result.dsse.json'), 'utf8')).toBe(result);
    expect(server.requests).toBe(5);
    await verified(parts.folder);
  });

  it('resumeRun() signs again with the key of a run that nobody signed', async () => {
    const { parts } = await setUp(30, () => ({ delayMs: 1 }));
    await runSuite(toyInput({ ...parts, signer: { kind: 'ephemeral' }, ...stopAfter(5) }));
    await resumeRun({ ...parts, runner: RUNNER, signer: { kind: 'ephemeral' } });
    expect((await verified(parts.folder)).signer.status).toBe('ephemeral');
  });

  it('resumeRun() refuses what is not the run it was told to go on with', async () => {
    const { parts } = await setUp(30, () => ({ delayMs: 1 }));
    const input = { ...parts, runner: RUNNER, signer: SIGNER };
    const refused = (changed: object, code: string) =>
      expect(resumeRun({ ...input, ...changed })).rejects.toMatchObject({ code });
    await refused({}, 'ERR_RUN_MISSING');
    await runSuite(toyInput({ ...parts, ...stopAfter(5) }));
    await refused({ runner: { ...RUNNER, version: '9.9.9' } }, 'ERR_RESUME_VERSION');
    await refused({ signer: { kind: 'ephemeral' } }, 'ERR_RESUME_PLAN');
    await refused({ suite: await toySuite(join(parts.folder, '..'), 31) }, 'ERR_RESUME_PLAN');
    const { endpoint } = parts;
    const other = { ...endpoint, identity: { ...endpoint.identity, model: 'toy-2' } };
    await refused({ endpoint: other }, 'ERR_RESUME_PLAN');
    const lock = join(parts.folder, 'lock');
    await writeFile(lock, '1 another-host\n');
    await refused({}, 'ERR_RUN_LOCKED');
    await rm(lock);
    const secret = await readFile(join(parts.folder, 'secret'));
    await writeFile(join(parts.folder, 'secret'), 'short');
    await refused({}, 'ERR_RUN_SECRET');
    await writeFile(join(parts.folder, 'secret'), secret);
    await resumeRun({ ...input, runner: { ...RUNNER, version: '9.9.9' }, allowVersionChange: true });
    await refused({}, 'ERR_RUN_FINISHED');
    await verified(parts.folder);
  });
});
