import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/transcript/record-line.ts';
import type { OutcomeRecord } from '../../src/transcript/record.ts';
import { setUp, verified } from './set-up.ts';

const DIST = process.env['TOUCHSTONE_DIST'] ?? join(import.meta.dirname, '../../dist');
const KILLS = Number(process.env['TOUCHSTONE_KILLS'] ?? (process.env['CI'] === 'true' ? '20' : '5'));
const CONCURRENCY = 32;
const ITEMS = 40 * (KILLS + 3);

/** Runs or resumes in a process of its own; it is killed once the server has seen a number of further requests. */
async function session(folder: string, suitePath: string, url: string, kill: () => boolean): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.mjs'), folder, suitePath, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const watch = setInterval(() => {
    if (kill()) child.kill('SIGKILL');
  }, 1);
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearInterval(watch);
  return signal ?? output;
}

describe('a run that is killed', () => {
  const isBuilt = existsSync(join(DIST, 'runner/resume.js'));

  it.skipIf(!isBuilt)(
    `resumeRun() loses nothing that was answered in a run that is killed ${KILLS} times (needs the build)`,
    async () => {
      const { server, parts } = await setUp(ITEMS, ({ n }) => ({ delayMs: 1 + ((n * 7919) % 13) }));
      const suitePath = parts.suite.path;
      let kills = 0;
      for (let round = 0; kills < KILLS; round++) {
        // A moment that no two sessions share: somewhere in the next forty requests, or just before them.
        const moment = server.requests + ((round * 17) % 41);
        const isBegun = (): boolean => existsSync(join(parts.folder, 'checkpoints.jsonl'));
        const ended = await session(parts.folder, suitePath, server.url, () => isBegun() && server.requests >= moment);
        expect(ended).toBe('SIGKILL');
        kills++;
      }
      expect(await session(parts.folder, suitePath, server.url, () => false)).toBe('complete\n');

      const run = await verified(parts.folder);
      expect(run.samples?.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([...Array(ITEMS).keys()]);
      const records = (await readFile(join(parts.folder, 'records.jsonl'), 'utf8'))
        .trimEnd()
        .split('\n')
        .map(parseRecord);
      const lost = records.filter(
        (record): record is OutcomeRecord => record.k === 'outcome' && record.status === 'lost',
      );
      expect(lost.length).toBeLessThanOrEqual(KILLS * CONCURRENCY);
      expect(run.totals?.attempts).toMatchObject({ ok: ITEMS, lost: lost.length, http: 0, network: 0 });
      // The server never saw more requests for a sample than the transcript has attempts at it.
      const attempts = new Map<number, number>();
      for (const record of records) {
        if (record.k === 'intent') attempts.set(record.index, (attempts.get(record.index) ?? 0) + 1);
      }
      for (const [body, times] of server.seen) {
        const index = Number(/say (\d+)/.exec(body)?.[1]);
        expect([index, times <= (attempts.get(index) ?? 0)]).toEqual([index, true]);
      }
      const torn = records.flatMap((record) =>
        record.k === 'resume' ? [record.torn_bytes, record.torn_content_bytes] : [],
      );
      const aside = (await readdir(parts.folder)).filter((name) => name.includes('.torn-'));
      expect(aside.length).toBe(torn.filter((bytes) => bytes > 0).length);
    },
    30_000 + 10_000 * KILLS,
  );
});
