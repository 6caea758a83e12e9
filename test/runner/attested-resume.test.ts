import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemEnvironment } from '../../src/runner/environment.ts';
import { createLossyDisk } from '../archive/lossy-disk.ts';
import { seeded } from '../archive/seeded.ts';
import { KEY_B } from '../fake-attestation.ts';
import { attestedRun, sessionsIn, type AttestedRun, type RawRecord } from './attested-run.ts';
import { fakeTee, noAttestation, type FakeTee } from './fake-tee.ts';

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

const codeOf = async (attempt: Promise<unknown>): Promise<unknown> =>
  await attempt.then(
    () => 'none',
    (cause: unknown) => (cause instanceof Error ? Reflect.get(cause, 'code') : cause),
  );

/** A finished run, to be cut back to what a process left that died while it ran. */
interface Finished {
  readonly run: AttestedRun;
  readonly endpoint: FakeTee;
  readonly records: readonly string[];
  readonly content: readonly string[];
  /** Make it what it was when so many records were on the disk, with half of the next line. */
  cut(size: number): Promise<void>;
}

async function finished(size: number, options = {}, endpoint = fakeTee()): Promise<Finished> {
  const run = await attestedRun(endpoint, size);
  await run.run({ options });
  const read = async (name: string): Promise<readonly string[]> =>
    linesOf(await readFile(join(run.folder, name), 'utf8'));
  const [records, content, checkpoints] = [
    await read('records.jsonl'),
    await read('content.jsonl'),
    await read('checkpoints.jsonl'),
  ];
  return {
    run,
    endpoint,
    records,
    content,
    async cut(kept) {
      await rm(join(run.folder, 'result.dsse.json'), { force: true });
      const torn = (records[kept] ?? '').slice(0, 40);
      await writeFile(join(run.folder, 'records.jsonl'), textOf(records.slice(0, kept)) + torn);
      await writeFile(join(run.folder, 'content.jsonl'), textOf(content));
      await writeFile(join(run.folder, 'checkpoints.jsonl'), textOf(checkpoints.slice(0, 1)));
    },
  };
}

const parsed = (line: string): RawRecord => JSON.parse(line) as RawRecord;

describe('a run with evidence that died', () => {
  it('goes on from any record; nothing is asked, fetched or recorded twice that is on the disk', async () => {
    const { run, endpoint, records, cut } = await finished(3, { concurrency: 1, requireLevel: 'L4' });
    for (let kept = 1; kept < records.length; kept++) {
      await cut(kept);
      const before = records.slice(0, kept).map(parsed);
      const has = (kind: string, about?: string): number =>
        before.filter((record) => record.k === kind && record.about === about).length;
      const [answers, fetched] = [endpoint.seen.answers, endpoint.seen.evidence];
      const nonces = endpoint.nonces.length;
      expect([kept, (await run.resume()).reason]).toEqual([kept, 'complete']);
      expect([kept, endpoint.seen.answers - answers]).toEqual([kept, 3 - has('outcome')]);
      expect([kept, endpoint.seen.evidence - fetched]).toEqual([kept, 3 - has('evidence', 'answer')]);
      const after = await run.records();
      expect(after.filter(({ about }) => about === 'answer')).toHaveLength(3);
      // Where everything is scored there is nothing to attest but the end.
      const wanted = has('score') === 3 ? ['after'] : ['resume', 'after'];
      const phases = sessionsIn(after.slice(kept)).map(({ phase }) => phase);
      expect([kept, phases]).toEqual([kept, wanted]);
      const made = [];
      for (const record of sessionsIn(after.slice(kept))) made.push(await run.nonceOf(record));
      expect(made).toEqual(endpoint.nonces.slice(nonces));
      const { execution } = await run.verified();
      expect([kept, execution?.level, execution?.checked, execution?.suffixes]).toEqual([
        kept,
        'L4',
        3,
        ['~req', '~time'],
      ]);
    }
  });

  it('holds evidence on the disk against the keys that the resume attests', async () => {
    // The key of the first answer could not be attested when its evidence was recorded.
    const endpoint = fakeTee({ beforeAnswer: () => void (endpoint.control.key = KEY_B) });
    endpoint.control.beforeReport = () => {
      if (endpoint.nonces.length === 2) throw noAttestation();
      if (endpoint.nonces.length > 2) endpoint.control.attested = [KEY_B];
    };
    const { run, records, cut } = await finished(2, { concurrency: 1, requireLevel: 'L4' }, endpoint);
    const lines = records.map(parsed);
    const place = lines.findIndex(({ about }) => about === 'answer');
    expect(lines[place + 1]).toMatchObject({ k: 'score', unscored: 'unattested' });
    await cut(place + 1);
    await run.resume();
    const { execution, end } = await run.verified();
    expect(end?.counts['unscored']).toBeUndefined();
    expect(execution).toMatchObject({ level: 'L4', answers: 2, signers: [{ address: KEY_B, answers: 2 }] });
  });

  it('counts no answer of which the provider says nothing after all, if a level is asked for', async () => {
    const { run, endpoint, records, cut } = await finished(2, { concurrency: 1, requireLevel: 'L4' });
    const outcome = records.map(parsed).findIndex(({ k }) => k === 'outcome');
    await cut(outcome + 1);
    endpoint.control.evidence = (honest, question) => (question === 0 ? null : honest);
    await run.resume();
    const { samples, execution } = await run.verified();
    expect(samples?.map(({ index, unscored }) => [index, unscored])).toEqual([
      [0, 'unattested'],
      [1, null],
    ]);
    expect(execution).toMatchObject({ level: 'L4', answers: 1 });
  });

  it('is refused if a file of evidence is missing or changed, and goes on when it is back', async () => {
    const { run, records, cut } = await finished(2);
    await cut(3);
    const [name = ''] = records.map(parsed)[1]?.files?.map(({ sha256 }) => sha256) ?? [];
    const path = join(run.folder, 'evidence', name);
    const bytes = await readFile(path);
    await writeFile(path, 'x');
    expect(await codeOf(run.resume())).toBe('ERR_RESUME_CONTENT');
    await rm(path);
    expect(await codeOf(run.resume())).toBe('ERR_RESUME_CONTENT');
    await writeFile(path, bytes);
    expect((await run.resume()).reason).toBe('complete');
    await run.verified();
  });

  it('is refused if its records say more of an answer than one thing, or of none', async () => {
    const { run, records, content, cut } = await finished(2, { concurrency: 1 });
    const place = records.map(parsed).findIndex(({ about }) => about === 'answer');
    const of = parsed(records[place] ?? '').of ?? 0;
    const more = (seq: number, target: number): readonly [string, string] => [
      `{"about":"answer","evidence":"${'ab'.repeat(32)}","k":"evidence","of":${target},"seq":${seq}}`,
      `{"label":"evidence","salt":"${'00'.repeat(32)}","seq":${seq},"utf8":"{}"}`,
    ];
    for (const [kept, target] of [
      [place + 1, of],
      [place + 2, of],
      [place, of - 1],
      [place, 999],
    ] as const) {
      await cut(kept);
      const [record, opening] = more(kept, target);
      const openings = content.filter(
        (line) => !line.includes('"seq"') || Number(/"seq":(\d+)/.exec(line)?.[1]) < kept,
      );
      await writeFile(join(run.folder, 'records.jsonl'), textOf([...records.slice(0, kept), record]));
      await writeFile(
        join(run.folder, 'content.jsonl'),
        textOf([...openings.slice(0, openings.findLastIndex((line) => line.includes('"seq"')) + 1), opening]),
      );
      expect([kept, target, await codeOf(run.resume())]).toEqual([kept, target, 'ERR_RESUME_RECORDS']);
    }
  });

  it('is refused without the content that an evidence record commits to', async () => {
    const { run, records, content, cut } = await finished(2, { concurrency: 1 });
    const place = records.map(parsed).findIndex(({ about }) => about === 'answer');
    await cut(place + 1);
    await writeFile(
      join(run.folder, 'content.jsonl'),
      textOf(content.filter((line) => !line.startsWith('{"label":"evidence"'))),
    );
    expect(await codeOf(run.resume())).toBe('ERR_RESUME_CONTENT');
  });

  it('goes on after the power has failed on a disk that forgets what was not synced', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = seeded(seed);
      const disk = createLossyDisk();
      const endpoint = fakeTee();
      const run = await attestedRun(endpoint, 30);
      const failAt = Math.floor(random() * 30);
      let left: ReadonlyMap<string, Buffer> | undefined;
      await run.run({
        environment: { ...systemEnvironment, openAppend: disk.open },
        options: { concurrency: 5, requireLevel: 'L4' },
        listener: () => {
          if (left === undefined && endpoint.seen.answers >= failAt) left = disk.crash(random);
        },
      });
      await rm(join(run.folder, 'result.dsse.json'));
      for (const [path, bytes] of left ?? []) await writeFile(join(run.folder, basename(path)), bytes);
      expect((await run.resume()).reason).toBe('complete');
      const { execution, totals, end } = await run.verified();
      expect(execution).toMatchObject({ level: 'L4', answers: 30, checked: 30 });
      expect(totals?.attempts.ok).toBe(30);
      expect(end?.counts['unscored']).toBeUndefined();
    }
  });

  it('leaves files of evidence behind that no record names, which a folder may have and a bundle does not take', async () => {
    const { run, endpoint, cut } = await finished(2);
    await cut(1);
    await run.resume();
    expect(endpoint.nonces).toHaveLength(4);
    expect(await readdir(join(run.folder, 'evidence'))).toHaveLength(4);
    expect(sessionsIn(await run.records())).toHaveLength(2);
    await run.verified();
    const { writeBundle } = await import('../../src/archive/bundle-writer.ts');
    const { openBundle } = await import('../../src/archive/bundle-source.ts');
    const out = `${run.folder}.touchstone.jsonl.gz`;
    await writeBundle(run.folder, out, { level: 'D3' });
    expect((await openBundle(out)).evidence.size).toBe(2);
    await rm(out);
  });
});
