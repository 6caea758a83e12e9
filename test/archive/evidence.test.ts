/** Evidence in folders and bundles: what is published at which level, and what is refused. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../src/archive/bundle-source.ts';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { readEvidenceFiles, writeEvidenceFile } from '../../src/archive/evidence-files.ts';
import { openFolder } from '../../src/archive/folder-source.ts';
import { openSource } from '../../src/archive/open-source.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { runSuite } from '../../src/runner/run.ts';
import { formatSeal, GZIP_HEADER } from '../../src/transcript/publication.ts';
import type { DisclosureLevel, RunSource } from '../../src/transcript/source.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { fakeCheck, hashOf } from '../fake-attestation.ts';
import { fakeTee } from '../runner/fake-tee.ts';
import { temporaryFolder, toyInput, toySuite } from '../runner/toy.ts';

const BINARY = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00]);
const ITEMS = 12;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let run: string;
let out: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  out = join(temporary.path, 'run.touchstone.jsonl.gz');
  run = join(temporary.path, 'run');
  const suiteFolder = join(temporary.path, 'suite');
  await mkdir(suiteFolder);
  const suite = await toySuite(suiteFolder, ITEMS, 'repeats: 2');
  const endpoint = fakeTee({ files: [{ role: 'collateral', bytes: BINARY }] });
  endpoint.control.evidence = (honest, question) => (question === 5 ? null : honest);
  await runSuite(toyInput({ folder: run, suite, endpoint, attestation: fakeCheck(), options: { concurrency: 3 } }));
});

afterAll(() => temporary.remove());

async function publish(level: DisclosureLevel, items?: readonly number[], folder = run): Promise<RunSource> {
  await writeBundle(folder, out, { level, ...(items === undefined ? {} : { items: new Set(items) }) });
  return await openBundle(out);
}

async function verified(): Promise<VerifiedTranscript> {
  const verification = await verifyRun(await openBundle(out), { keepSamples: true, attestation: fakeCheck() });
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}

/** The lines of the published bundle, without the seal. */
async function textLines(): Promise<readonly string[]> {
  const text = gunzipSync(await readFile(out)).toString();
  return text.trimEnd().split('\n').slice(0, -1);
}

/** What a verifier says of a bundle of any lines, in the right container. */
async function verdictOf(lines: readonly string[]): Promise<string> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  const member = Buffer.concat([GZIP_HEADER, deflateRawSync(bytes), trailer]);
  const path = join(temporary.path, 'odd.gz');
  await writeFile(path, Buffer.concat([member, formatSeal(createHash('sha256').update(member).digest('hex'))]));
  return await codeOf(path);
}

async function codeOf(path: string): Promise<string> {
  try {
    const verification = await verifyRun(await openSource(path), { attestation: fakeCheck() });
    return verification.verified ? 'verified' : verification.fault.code;
  } catch (cause) {
    if (isTouchstoneError(cause)) return cause.code;
    throw cause;
  }
}

/** A copy of the run with one change. */
async function folderWith(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(temporary.path, 'changed');
  await rm(folder, { recursive: true, force: true });
  await cp(run, folder, { recursive: true });
  await change(join(folder, 'evidence'));
  return folder;
}

const evidenceLines = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes('"t":"evidence"'));

describe('a bundle of a run with evidence', () => {
  it('has the attestations at every level with records, in the order of their digests, and none at D0', async () => {
    const names = (await readdir(join(run, 'evidence'))).toSorted();
    expect(names).toHaveLength(3);
    for (const level of ['D1', 'D3'] as const) {
      const source = await publish(level);
      expect([...source.evidence.keys()]).toEqual(names);
      for (const name of names) expect(hashOf(source.evidence.get(name) ?? '')).toBe(name);
      const lines = await textLines();
      const tags = lines.map((line) => /"t":"(\w+)"/.exec(line)?.[1] ?? '').filter((tag) => tag !== '');
      expect(tags.join(' ')).toMatch(/^bundle(?: file)+ evidence evidence evidence records$/);
      const binary = lines.find((line) => line.startsWith('{"b64"'));
      expect(binary).toBe(`{"b64":"MIL//gA=","sha256":"${hashOf(BINARY)}","t":"evidence"}`);
      await verified();
    }
    expect((await publish('D0')).evidence.size).toBe(0);
    expect((await verified()).execution).toBeNull();
  });

  it('opens the evidence of the chosen items at D2, in all their repeats, and of no other', async () => {
    await publish('D2', [3, 5, 7]);
    const opened = (await textLines()).filter((line) => line.startsWith('{"label":"evidence"'));
    // Item 5 has none.
    expect(opened).toHaveLength(4);
    const transcript = await verified();
    expect(transcript.level).toBe('D2');
    expect(transcript.execution).toMatchObject({ answers: 24, checked: 6 });
    expect(transcript.execution?.levels.map(({ level, answers }) => [level, answers])).toEqual([
      ['L1', 2],
      ['L4', 4],
    ]);
    await publish('D2', [5]);
    expect((await verified()).execution).toMatchObject({ level: 'L1', checked: 2 });
    await publish('D2', []);
    expect((await textLines()).some((line) => line.includes('"label":'))).toBe(false);
  });

  it('opens all of it at D3, and none at D1', async () => {
    await publish('D3');
    expect((await textLines()).filter((line) => line.startsWith('{"label":"evidence"'))).toHaveLength(22);
    expect((await verified()).execution).toMatchObject({ answers: 24, checked: 24 });
    await publish('D1');
    expect((await textLines()).some((line) => line.includes('"label":'))).toBe(false);
    // That two answers have no evidence is seen without any opening.
    expect((await verified()).execution).toMatchObject({ answers: 24, checked: 2 });
  });

  it('is the same bytes for the same run', async () => {
    await publish('D3');
    const first = await readFile(out);
    await publish('D3');
    expect((await readFile(out)).equals(first)).toBe(true);
  });

  it('is not written if a file that a record names is not there', async () => {
    const folder = await folderWith(async (path) => await rm(join(path, hashOf(BINARY))));
    await rm(out, { force: true });
    await expect(publish('D1', undefined, folder)).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused with a line of evidence that is missing, changed, twice, elsewhere, or in another form', async () => {
    await publish('D1');
    const lines = await textLines();
    expect(await verdictOf(lines)).toBe('verified');
    const [first = '', second = ''] = evidenceLines(lines);
    const report = lines.find((line) => line.startsWith('{"sha256"')) ?? '';
    const place = lines.indexOf(first);
    const binary = lines.findIndex((line) => line.startsWith('{"b64"'));
    const swap = (line: string): readonly string[] => lines.with(binary, line);
    const name = hashOf(BINARY);
    for (const [changed, code] of [
      [lines.toSpliced(place, 1), 'ERR_EVIDENCE_FILE'],
      [lines.toSpliced(place, 0, first), 'ERR_BUNDLE_FORM'],
      [lines.toSpliced(place, 2, second, first), 'ERR_BUNDLE_FORM'],
      [lines.toSpliced(place, 1).toSpliced(1, 0, first), 'ERR_BUNDLE_FORM'],
      [lines.toSpliced(lines.indexOf(report), 1).toSpliced(place + 3, 0, report), 'ERR_RECORD_KIND'],
      [lines.toSpliced(place, 1).toSpliced(0, 0, first), 'ERR_BUNDLE_FORM'],
      [lines.toSpliced(place, 0, `{"sha256":"${'00'.repeat(32)}","t":"evidence","utf8":""}`), 'ERR_EVIDENCE_FILE'],
      [swap(`{"b64":"MIL//gE=","sha256":"${name}","t":"evidence"}`), 'ERR_EVIDENCE_FILE'],
      // Other spellings of the same bytes, and of text.
      [swap(`{"b64":"MIL//gB=","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL//gA","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL__gA=","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL//gA=\\n","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"e30=","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL//gA=","sha256":"${name}","t":"evidence","utf8":""}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"sha256":"${name}","t":"evidence","utf8":"\\ud800"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL//gA=","sha256":"${name.toUpperCase()}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64":"MIL//gA=","role":"report","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
      [swap(`{"b64": "MIL//gA=","sha256":"${name}","t":"evidence"}`), 'ERR_BUNDLE_FORM'],
    ] as const) {
      expect(await verdictOf(changed)).toBe(code);
    }
  });

  it('is refused at D0 with evidence, which nothing there names', async () => {
    await publish('D1');
    const [line = ''] = evidenceLines(await textLines());
    await publish('D0');
    const lines = await textLines();
    expect(await verdictOf(lines)).toBe('verified');
    expect(await verdictOf([...lines, line])).toBe('ERR_BUNDLE_FORM');
    expect(await verdictOf([...lines.with(0, (lines[0] ?? '').replace('D0', 'D1')), line])).toBe('ERR_BUNDLE_FORM');
  });

  it('is refused with too much evidence, and read at once with very many files of it', async () => {
    await publish('D1');
    const lines = await textLines();
    const place = lines.indexOf(evidenceLines(lines)[0] ?? '');
    const head = lines.slice(0, place);
    const name = (n: number): string => n.toString(16).padStart(64, '0');
    const file = (n: number, bytes: number): string =>
      `{"sha256":"${name(n)}","t":"evidence","utf8":"${'ab'.repeat(bytes / 2)}"}`;
    const mebi = 2 ** 20;
    expect(await verdictOf([...head, file(1, 16 * mebi + 2)])).toBe('ERR_BUNDLE_FORM');
    const wide = `{"sha256":"${name(1)}","t":"evidence","utf8":"${'é'.repeat(8 * mebi + 1)}"}`;
    expect(await verdictOf([...head, wide])).toBe('ERR_BUNDLE_FORM');
    const many = Array.from({ length: 120_000 }, (_, n) => `{"sha256":"${name(n + 1)}","t":"evidence","utf8":""}`);
    const began = performance.now();
    expect(await verdictOf([...head, ...many, ...lines.slice(place)])).toBe('ERR_EVIDENCE_FILE');
    // Twice as many took four times as long when each was compared with all before it: a minute.
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});

describe('the evidence of a run folder', () => {
  it('is read as it was written, and nothing else that lies there', async () => {
    const folder = await folderWith(async (path) => {
      await writeFile(join(path, 'notes.txt'), 'x');
      await writeFile(join(path, `.${'ab'.repeat(32)}.123456.tmp`), 'x');
      await writeFile(join(path, 'AB'.repeat(32)), 'x');
    });
    expect((await readEvidenceFiles(folder)).size).toBe(3);
    expect(await codeOf(folder)).toBe('verified');
  });

  it('is written once for the same bytes', async () => {
    const folder = join(temporary.path, 'files');
    await mkdir(folder);
    const names = await Promise.all([1, 2, 3].map(async () => await writeEvidenceFile(folder, BINARY)));
    expect(new Set(names)).toEqual(new Set([hashOf(BINARY)]));
    expect(await readdir(join(folder, 'evidence'))).toEqual([hashOf(BINARY)]);
    expect(await writeEvidenceFile(folder, Buffer.from('other'))).toBe(hashOf('other'));
    expect((await readEvidenceFiles(folder)).get(hashOf(BINARY))).toEqual(new Uint8Array(BINARY));
    expect((await readEvidenceFiles(join(temporary.path, 'suite'))).size).toBe(0);
  });

  it('is refused if a file is changed in any byte, missing, too large, or no file', async () => {
    const names = await readdir(join(run, 'evidence'));
    for (const name of names) {
      const bytes = await readFile(join(run, 'evidence', name));
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        const folder = await folderWith((path) => writeFile(join(path, name), changed));
        expect(await codeOf(folder)).toBe('ERR_EVIDENCE_FILE');
      }
      expect(await codeOf(await folderWith((path) => rm(join(path, name))))).toBe('ERR_EVIDENCE_FILE');
      expect(await codeOf(await folderWith((path) => truncate(join(path, name), 2 ** 40)))).toBe('ERR_FILE_FORM');
      const nested = await folderWith(async (path) => {
        await rm(join(path, name));
        await mkdir(join(path, name));
      });
      expect(await codeOf(nested)).toBe('ERR_FILE_FORM');
    }
    const heavy = await folderWith(async (path) => {
      for (let n = 0; n < 5; n++) {
        const big = join(path, `${n}`.repeat(64));
        await writeFile(big, '');
        await truncate(big, 16 * 2 ** 20);
      }
    });
    expect(await codeOf(heavy)).toBe('ERR_FILE_FORM');
    const none = await folderWith((path) => rm(path, { recursive: true }));
    expect(await codeOf(none)).toBe('ERR_EVIDENCE_FILE');
    expect((await openFolder(run)).evidence.size).toBe(3);
  });
});
