/** Negative controls in the signed record of a run, and the verifier that derives them again. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBundle } from '../../src/archive/bundle-source.ts';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { resumeRun } from '../../src/runner/resume.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runSuite } from '../../src/runner/run.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { setUp, verified } from './set-up.ts';
import { RUNNER, SIGNER, toyInput } from './toy.ts';

const NAMES = ['mean/1', 'control-null/1', 'control-constant/1', 'control-shuffled/1', 'control-canary/1'];

describe('runSuite() with controls', () => {
  it('states what answers that cannot deserve anything score, and the verifier derives it again', async () => {
    const { parts } = await setUp(40);
    await runSuite(toyInput({ ...parts, options: { controls: true, concurrency: 1 } }));
    const run = await verified(parts.folder);
    expect(run.metrics.map(({ function: name, status }) => [name, status])).toEqual(
      NAMES.map((name) => [name, 'recomputed']),
    );
    const [, none, constant, shuffled, canary] = run.metrics.map(({ result }) => result);
    expect(none).toEqual({ n: 40, value: '0.000000' });
    // Every item has a target of its own, so the right answer of the first is right once.
    expect(constant).toEqual({ n: 40, value: '0.025000' });
    expect(shuffled).toEqual({ n: 39, value: '0.000000' });
    expect(canary).toEqual({ n: 40, value: '0.000000' });
  });

  it('states them after an interruption too, over repeats of one item apart', async () => {
    const { parts } = await setUp(12, () => ({ delayMs: 1 }), 'repeats: 2');
    const controller = new AbortController();
    let verdicts = 0;
    const listener = ({ kind }: RunEvent): void => {
      if (kind === 'verdict' && ++verdicts === 9) controller.abort();
    };
    const options = { controls: true, concurrency: 1 };
    const first = await runSuite(toyInput({ ...parts, options, listener, signal: controller.signal }));
    expect(first.reason).toBe('interrupted');
    await resumeRun({ ...parts, runner: RUNNER, signer: SIGNER });
    const run = await verified(parts.folder);
    const stated = (name = ''): unknown => run.metrics.find((metric) => metric.function === name);
    expect(stated(NAMES[1])).toEqual({
      function: NAMES[1],
      status: 'recomputed',
      result: { n: 24, value: '0.000000' },
    });
    // Of each item but the first, the sample before its first repeat is of another item.
    expect(stated(NAMES[3])).toMatchObject({ result: { n: 11, value: '0.000000' } });
  });

  it('leaves them declared where answers are not disclosed', async () => {
    const { parts } = await setUp(5);
    await runSuite(toyInput({ ...parts, options: { controls: true } }));
    const path = join(parts.folder, 'run.touchstone.jsonl.gz');
    await writeBundle(parts.folder, path, { level: 'D1' });
    const verification = await verifyRun(await openBundle(path));
    if (!verification.verified) throw verification.fault;
    expect(verification.transcript.metrics.map(({ status }) => status)).toEqual([
      'recomputed',
      ...NAMES.slice(1).map(() => 'declared'),
    ]);
  });
});
