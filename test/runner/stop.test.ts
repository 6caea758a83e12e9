/** Runs that stop as soon as the difference from a baseline is certain, and the verifier that follows them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../../src/archive/folder-source.ts';
import { runSuite, type RunEnd } from '../../src/runner/run.ts';
import type { Baseline } from '../../src/transcript/baseline.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { setUp, verified } from './set-up.ts';
import { toyInput } from './toy.ts';

/** A baseline of one score for every item of a suite of which nothing has been run yet. */
async function baselineOf(size: number, score: string): Promise<Baseline> {
  const { parts } = await setUp(size);
  const end = await runSuite(toyInput({ ...parts, options: { concurrency: 8 } }));
  const { root } = end.plan.selection;
  return {
    format: 'touchstone/baseline/v1',
    plan: 'ab'.repeat(32),
    root,
    scores: Array.from({ length: size }, () => score),
  };
}

async function gated(
  size: number,
  score: string,
  concurrency = 4,
): Promise<{ end: RunEnd; requests: number; folder: string }> {
  const baseline = await baselineOf(size, score);
  const { server, parts } = await setUp(size);
  const options = { concurrency, stop: { baseline, margin: '0.1', alpha: '0.05' } };
  const end = await runSuite(toyInput({ ...parts, options }));
  return { end, requests: server.requests, folder: parts.folder };
}

describe('runSuite() with a stop rule', () => {
  it('stops early when the run is clearly not worse, and verifies', async () => {
    // Three of four answers are right, and the baseline has none right.
    const { end, requests, folder } = await gated(200, '0/1');
    expect(end.reason).toBe('stop');
    expect(requests).toBeLessThan(100);
    const run = await verified(folder);
    expect(run.stop?.decision).toBe('pass');
    // Whoever was on the way when it became certain has finished.
    expect(requests).toBeLessThanOrEqual((run.stop?.decidedAt ?? 0) + 2 * 4);
    expect(run.end?.counts).toMatchObject({ score: 200, unscored_skipped: 200 - requests });
  });

  it('stops early when the run is clearly worse, and verifies', async () => {
    const { end, requests, folder } = await gated(400, '1/1');
    expect(end.reason).toBe('stop');
    expect(requests).toBeLessThan(400);
    expect((await verified(folder)).stop?.decision).toBe('regressed');
  });

  it('asks everything when the difference stays uncertain', async () => {
    const { end, requests, folder } = await gated(12, '1/1', 1);
    expect(end.reason).toBe('complete');
    expect(requests).toBe(12);
    expect((await verified(folder)).stop?.decision).toBe('undecided');
  });

  it('refuses a baseline of other items', async () => {
    const baseline = await baselineOf(20, '1/1');
    const { parts } = await setUp(21);
    const options = { stop: { baseline, margin: '0.1', alpha: '0.05' } };
    await expect(runSuite(toyInput({ ...parts, options }))).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('verifyRun() of a run with a stop rule', () => {
  it('refuses other scores of the baseline than those in the plan', async () => {
    const { folder } = await gated(200, '0/1');
    const path = join(folder, 'baseline.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"0/1"', '"1/1"'));
    const verification = await verifyRun(await openFolder(folder));
    expect(verification).toMatchObject({ verified: false, fault: { code: 'ERR_BASELINE' } });
  });
});
