/** Runs with evidence, moved to other places and verified without a network. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { openSource } from '../../src/archive/open-source.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../../src/core/evidence-names.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import type { AxisVerdict } from '../../src/verifier/verdict.ts';
import { isBuilt, startTouchstone } from '../cli/touchstone.ts';
import { AS_VENDOR, openBench, transcriptOf } from './tee-runs.ts';

const run = promisify(execFile);
const NO_NETWORK = join(import.meta.dirname, 'no-network.cjs');

/** A run of a provider that is gone, in a folder elsewhere and as a bundle, with the levels that it had. */
async function recorded(provider: TeeProvider) {
  const elsewhere = await mkdtemp(join(tmpdir(), 'touchstone-elsewhere-'));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  const [folder, bundle] = [join(elsewhere, 'run'), join(elsewhere, 'run.touchstone.jsonl.gz')];
  await using bench = await openBench(provider);
  const first = bench.folder();
  await bench.run(first, { attestation: AS_VENDOR, single: true });
  const { execution } = await transcriptOf(first);
  await writeBundle(first, join(elsewhere, 'unmoved'), { level: 'D3' });
  await rename(join(elsewhere, 'unmoved'), bundle);
  await cp(first, folder, { recursive: true });
  return { folder, bundle, execution };
}

describe('a run with evidence, in another place and without a network', () => {
  it.each(TEE_PROVIDERS)('has the levels that it had: %s', async (provider) => {
    const { folder, bundle, execution } = await recorded(provider);
    const opened = vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('there is no network');
    });
    onTestFinished(() => opened.mockRestore());
    expect(() => connect(9)).toThrow('there is no network');
    for (const path of [folder, bundle]) {
      const verification = await verifyRun(await openSource(path), { attestation: AS_VENDOR });
      expect(verification).toMatchObject({ verified: true, transcript: { execution } });
    }
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it.skipIf(!isBuilt).each(['near-direct', 'tinfoil'] as const)(
    'is verified by the command, in a process that cannot connect: %s',
    async (provider) => {
      const { bundle } = await recorded(provider);
      const args = ['verify', bundle, '--allow-simulated', '--allow-unknown-signer', '--json'];
      const { ended } = startTouchstone(dirname(bundle), args, { NODE_OPTIONS: `--require "${NO_NETWORK}"` });
      const { code, stdout } = await ended;
      expect(code).toBe(0);
      const [found] = JSON.parse(stdout) as readonly { readonly run: { readonly axes: readonly AxisVerdict[] } }[];
      const execution = found?.run.axes.find(({ axis }) => axis === 'execution');
      expect(execution).toMatchObject({ verdict: 'declared', coverage: { checked: 1, total: 1 } });
      expect(execution?.scope).toMatch(/^L1 ~simulated/);
    },
  );
});

describe('the process that cannot connect', () => {
  it('is one', async () => {
    const code = `require('node:net').connect(9)`;
    const ended = run(process.execPath, ['--require', NO_NETWORK, '--eval', code]);
    await expect(ended).rejects.toMatchObject({ stderr: expect.stringContaining('there is no network: connect') });
  });
});
