import { cp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppend } from '../../src/archive/append-file.ts';
import { resumeRun } from '../../src/runner/resume.ts';
import { runSuite } from '../../src/runner/run.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import type { LoadedSuite } from '../../src/suites/load.ts';
import { parseOpening } from '../../src/transcript/opening.ts';
import { createLossyDisk } from '../archive/lossy-disk.ts';
import { seeded } from '../archive/seeded.ts';
import { fakeEndpoint } from './fake-endpoint.ts';
import { verified } from './set-up.ts';
import { RUNNER, SIGNER, temporaryFolder, toyInput, toySuite } from './toy.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let suite: LoadedSuite;

beforeAll(async () => {
  temporary = await temporaryFolder();
  suite = await toySuite(temporary.path, 30);
});

afterAll(() => temporary.remove());

describe('a run on a disk that forgets what was not synced', () => {
  it('runSuite() has every request on the disk before it leaves, and resumeRun() goes on after the power has failed', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed);
      const disk = createLossyDisk();
      const endpoint = fakeEndpoint();
      const folder = join(temporary.path, `run-${seed}`);
      const left = join(temporary.path, `left-${seed}`);
      const failAt = Math.floor(random() * 30);
      let crashed: { readonly files: ReadonlyMap<string, Buffer>; readonly sent: readonly string[] } | undefined;
      const environment = { ...systemEnvironment, openAppend: disk.open };
      const listener = (): void => {
        if (crashed === undefined && endpoint.sent.length >= failAt) {
          crashed = { files: disk.crash(random), sent: [...endpoint.sent] };
        }
      };
      // Only the journal is in memory; the files that appear whole are on the real disk.
      const input = toyInput({ folder, suite, endpoint, environment, listener, options: { concurrency: 5 } });
      await runSuite(input);
      await cp(folder, left, { recursive: true });
      await rm(join(left, 'result.dsse.json'), { force: true });
      for (const [path, bytes] of crashed?.files ?? []) await writeFile(join(left, basename(path)), bytes);
      const content = crashed?.files.get(join(folder, 'content.jsonl'))?.toString().split('\n').slice(0, -1) ?? [];
      const requests = new Set(
        content
          .map(parseOpening)
          .filter(({ label }) => label === 'request')
          .map(({ bytes }) => Buffer.from(bytes).toString()),
      );
      for (const body of crashed?.sent ?? []) expect(requests.has(body)).toBe(true);
      await resumeRun({ folder: left, suite, endpoint: fakeEndpoint(), runner: RUNNER, signer: SIGNER });
      const run = await verified(left);
      expect(run.totals?.attempts.ok).toBe(30);
      expect(run.totals?.attempts.lost).toBeLessThanOrEqual(5);
    }
  });

  it('runSuite() sends nothing more once the disk has failed, and says so', async () => {
    const endpoint = fakeEndpoint();
    const folder = join(temporary.path, 'full');
    let sentWhenFull = 0;
    const environment = {
      ...systemEnvironment,
      openAppend: async (path: string) => {
        const file = await openAppend(path);
        const append = (bytes: Uint8Array): Promise<void> => {
          if (endpoint.sent.length < 10) return file.append(bytes);
          sentWhenFull ||= endpoint.sent.length;
          return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
        };
        return { ...file, append };
      },
    };
    const input = toyInput({ folder, suite, endpoint, environment, options: { concurrency: 4 } });
    await expect(runSuite(input)).rejects.toMatchObject({ code: 'ERR_RUN_WRITE' });
    expect(endpoint.sent.length).toBe(sentWhenFull);
    await resumeRun({ folder, suite, endpoint: fakeEndpoint(), runner: RUNNER, signer: SIGNER });
    expect((await verified(folder)).totals?.attempts.ok).toBe(30);
  });
});
