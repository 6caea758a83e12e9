import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recoverRunFolder } from '../../src/archive/recover.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { resumeRun } from '../../src/runner/resume.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { LoadedSuite } from '../../src/suites/load.ts';
import { fakeEndpoint } from './fake-endpoint.ts';
import { verified } from './set-up.ts';
import { RUNNER, SIGNER, temporaryFolder, toyInput, toySuite } from './toy.ts';

const NEWLINE = 10;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let suite: LoadedSuite;
let whole: string;
let small: string;
let records: Buffer;
let content: Buffer;

beforeAll(async () => {
  temporary = await temporaryFolder();
  suite = await toySuite(temporary.path, 2);
  whole = join(temporary.path, 'whole');
  await runSuite(toyInput({ folder: whole, suite, endpoint: fakeEndpoint(), options: { concurrency: 2 } }));
  // As a process leaves it that dies while it runs: the last checkpoint is the one of the start.
  await rm(join(whole, 'result.dsse.json'));
  const checkpoints = join(whole, 'checkpoints.jsonl');
  await truncate(checkpoints, (await readFile(checkpoints)).indexOf(NEWLINE) + 1);
  small = join(temporary.path, 'small');
  const options = { selection: { kind: 'seeded' as const, limit: 1, seed: 'a' } };
  await runSuite(toyInput({ folder: small, suite, endpoint: fakeEndpoint(), options }));
  records = await readFile(join(whole, 'records.jsonl'));
  content = await readFile(join(whole, 'content.jsonl'));
});

afterAll(() => temporary.remove());

/** The offset after the last newline at or before an offset. */
function lineEnd(bytes: Buffer, offset: number): number {
  return offset === 0 ? 0 : bytes.lastIndexOf(NEWLINE, offset - 1) + 1;
}

function lines(bytes: Buffer): readonly string[] {
  return bytes.toString().split('\n').slice(0, -1);
}

/** A copy of the run, to be changed. */
async function copy(name: string): Promise<string> {
  const folder = join(temporary.path, name);
  await cp(whole, folder, { recursive: true });
  return folder;
}

async function codeOf(attempt: Promise<unknown>): Promise<string | null> {
  try {
    await attempt;
    return null;
  } catch (cause) {
    if (!isTouchstoneError(cause)) throw cause;
    return cause.code;
  }
}

/** Takes every size from 0 to the whole, in some folders side by side: most of the time goes into waiting for the disk. */
async function atEverySize(
  name: string,
  total: number,
  check: (folder: string, size: number) => Promise<void>,
): Promise<void> {
  const sizes = [...Array(total + 1).keys()];
  const worker = async (_: unknown, n: number): Promise<void> => {
    const folder = join(temporary.path, `${name}-${n}`);
    await cp(small, folder, { recursive: true });
    for (let size = sizes.pop(); size !== undefined; size = sizes.pop()) await check(folder, size);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

describe('recoverRunFolder()', () => {
  it('recoverRunFolder() keeps every whole record of records cut at any byte, and the torn bytes aside', async () => {
    const [records, content] = [
      await readFile(join(small, 'records.jsonl')),
      await readFile(join(small, 'content.jsonl')),
    ];
    await atEverySize('records', records.length, async (folder, size) => {
      await writeFile(join(folder, 'records.jsonl'), records.subarray(0, size));
      await writeFile(join(folder, 'content.jsonl'), content);
      const seen: string[] = [];
      const torn = await recoverRunFolder(folder, ({ line }) => void seen.push(line));
      const kept = lineEnd(records, size);
      expect([size, torn.records, seen]).toEqual([size, size - kept, lines(records.subarray(0, kept))]);
      expect((await readFile(join(folder, 'records.jsonl'))).equals(records.subarray(0, kept))).toBe(true);
      const keptContent = content.length - torn.content;
      expect((await readFile(join(folder, 'content.jsonl'))).equals(content.subarray(0, keptContent))).toBe(true);
      if (torn.records > 0) await checkAside(join(folder, `records.torn-${kept}`), records.subarray(kept, size));
      if (torn.content > 0) {
        await checkAside(join(folder, `content.torn-${keptContent}`), content.subarray(keptContent));
      }
    });
  }, 120_000);

  it('recoverRunFolder() refuses content that is cut at any byte, and changes nothing', async () => {
    const [records, content] = [
      await readFile(join(small, 'records.jsonl')),
      await readFile(join(small, 'content.jsonl')),
    ];
    await atEverySize('content', content.length - 1, async (folder, size) => {
      await writeFile(join(folder, 'content.jsonl'), content.subarray(0, size));
      expect([size, await codeOf(recoverRunFolder(folder, () => undefined))]).toEqual([size, 'ERR_RESUME_CONTENT']);
      expect((await readFile(join(folder, 'records.jsonl'))).equals(records)).toBe(true);
    });
  }, 120_000);
});

/** What was torn is in the file, or beside it if something else was torn at the same place before. */
async function checkAside(path: string, torn: Buffer): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const aside = await readFile(attempt === 1 ? path : `${path}-${attempt}`);
    if (aside.equals(torn)) return;
    await rm(attempt === 1 ? path : `${path}-${attempt}`);
    if (attempt > 1) await writeFile(path, torn);
  }
}

/** Two digits of a digest made other ones. */
function otherByte(found: string): string {
  return found.endsWith('00') ? found.replace(/..$/, '11') : found.replace(/..$/, '00');
}

describe('resumeRun() after a torn write', () => {
  it('resumeRun() goes on from any line, asks again only what has no outcome, and the run verifies', async () => {
    const ends = [...records.keys()].filter((at) => records[at] === NEWLINE).map((at) => at + 1);
    for (const size of ends.flatMap((end) => [end - 1, end, end + 20]).filter((at) => at <= records.length)) {
      const folder = await copy(`line-${size}`);
      await truncate(join(folder, 'records.jsonl'), size);
      const endpoint = fakeEndpoint();
      const code = await codeOf(resumeRun({ folder, suite, endpoint, runner: RUNNER, signer: SIGNER }));
      const kept = lines(records.subarray(0, lineEnd(records, size)));
      expect([size, code]).toEqual([size, kept.length === 0 ? 'ERR_RESUME_CHECKPOINT' : null]);
      if (code !== null) continue;
      const answered = kept.filter((line) => line.includes('"k":"outcome"')).length;
      const asked = kept.filter((line) => line.includes('"k":"intent"')).length;
      expect([size, endpoint.sent.length]).toEqual([size, 2 - answered]);
      const run = await verified(folder);
      expect(run.totals?.attempts).toMatchObject({ ok: 2, lost: asked - answered });
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('resumeRun() begins a run that was stopped before its first record', async () => {
    const folder = await copy('nothing');
    for (const name of ['records.jsonl', 'content.jsonl', 'checkpoints.jsonl']) await truncate(join(folder, name), 0);
    await resumeRun({ folder, suite, endpoint: fakeEndpoint(), runner: RUNNER, signer: SIGNER });
    expect((await verified(folder)).totals).toMatchObject({ attempts: { ok: 2 }, resumes: 0 });
    const header = await copy('header');
    await truncate(join(header, 'records.jsonl'), records.indexOf(NEWLINE) + 1);
    await truncate(join(header, 'checkpoints.jsonl'), 0);
    await resumeRun({ folder: header, suite, endpoint: fakeEndpoint(), runner: RUNNER, signer: SIGNER });
    expect((await verified(header)).totals).toMatchObject({ attempts: { ok: 2 }, resumes: 1 });
  });

  it('resumeRun() refuses a run that lost records which a checkpoint covers', async () => {
    const folder = await copy('signed');
    await cp(join(whole, 'records.jsonl'), join(folder, 'records.jsonl'));
    const endpoint = fakeEndpoint();
    const input = { folder, suite, endpoint, runner: RUNNER, signer: SIGNER };
    await resumeRun(input);
    await rm(join(folder, 'result.dsse.json'));
    const unsigned = await copy('unsigned');
    await rm(join(unsigned, 'checkpoints.jsonl'));
    expect(await codeOf(resumeRun({ ...input, folder: unsigned }))).toBe('ERR_RESUME_CHECKPOINT');
    const path = join(folder, 'records.jsonl');
    const all = await readFile(path);
    await truncate(path, all.length - 1);
    expect(await codeOf(resumeRun(input))).toBe('ERR_RESUME_CHECKPOINT');
    await writeFile(path, Buffer.from(all.toString().replace('"latency_us":5', '"latency_us":6')));
    expect(await codeOf(resumeRun(input))).toBe('ERR_RESUME_CHECKPOINT');
    const checkpoints = join(folder, 'checkpoints.jsonl');
    await writeFile(path, all);
    await writeFile(
      checkpoints,
      (await readFile(checkpoints, 'utf8')).replace('touchstone/v1/run', 'touchstone/v2/run'),
    );
    expect(await codeOf(resumeRun(input))).toBe('ERR_RESUME_CHECKPOINT');
  });

  it('resumeRun() refuses records that do not follow from one another', async () => {
    const refused = async (name: string, change: (line: string, at: number) => string | null): Promise<void> => {
      const folder = await copy(name);
      const changed = lines(records)
        .map(change)
        .filter((line) => line !== null);
      await writeFile(join(folder, 'records.jsonl'), changed.map((line) => `${line}\n`).join(''));
      const input = { folder, suite, endpoint: fakeEndpoint(), runner: RUNNER, signer: SIGNER };
      expect([name, await codeOf(resumeRun(input))]).toEqual([name, 'ERR_RESUME_RECORDS']);
    };
    await refused('order', (line) => line.replace('"seq":1}', '"seq":9}'));
    await refused('orphan', (line) => line.replace('"of":1,', '"of":77,'));
    await refused('attempt', (line) => line.replace('"attempt":0', '"attempt":1'));
    await refused('repeat', (line) => line.replace('"repeat":0', '"repeat":3'));
    await refused('form', (line) => line.replace('"k":"score"', '"k" :"score"'));
    await refused('kind', (line) => line.replace('"k":"score"', '"k":"verdict"'));
    await refused('plan', (line, at) => (at === 0 ? line.replace(/"plan":"../, otherByte) : line));
    await refused('opening', (line, at) => (at === 1 ? (content.toString().split('\n', 1)[0] ?? '') : line));
  });
});
