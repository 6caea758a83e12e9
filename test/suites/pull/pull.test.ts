import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TouchstoneError } from '../../../src/core/errors.ts';
import { loadSuite } from '../../../src/suites/load.ts';
import type { Benchmark, ConvertedRow } from '../../../src/suites/pull/benchmark.ts';
import type { OriginSource } from '../../../src/suites/pull/fetch-origin.ts';
import { pullBenchmark, type PulledBenchmark } from '../../../src/suites/pull/pull-benchmark.ts';
import { zipOf } from '../formats/zip-file.ts';
import { sha256, SUMS_TEXT, sumsBenchmark } from './fake-benchmark.ts';
import { cutFile, file, flood, redirect, stall, startMirror, type Answer } from './mirror-server.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-pull-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const FILE = sumsBenchmark().files[0] ?? expect.fail('the benchmark has a file');

/** The benchmark with another file: its content, or what the publisher says about it. */
function withFile(changed: Partial<Benchmark['files'][number]>): Benchmark {
  return sumsBenchmark({ files: [{ ...FILE, ...changed }] });
}

/** The benchmark without a digest that anybody published. */
function unpinned(changed: Partial<Benchmark['files'][number]> = {}): Benchmark {
  const { name, urls, maxBytes } = FILE;
  return sumsBenchmark({ files: [{ name, urls, maxBytes, ...changed }] });
}

async function pull(benchmark: Benchmark, base: string, source: OriginSource): Promise<PulledBenchmark> {
  return await pullBenchmark(benchmark, { folder: join(base, 'suites', benchmark.name), source });
}

/** Pull from a mirror that answers so, expect a code, and expect that nothing is left behind. */
async function expectRefused(
  benchmark: Benchmark,
  answer: Answer | null,
  code: string,
  rest: OriginSource = {},
): Promise<string> {
  const { url } = await startMirror(answer === null ? {} : { [`/sums/${benchmark.files[0]?.name}`]: answer });
  const base = emptyFolder();
  const fault: unknown = await pull(benchmark, base, { mirrors: [url], ...rest }).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(fault).toMatchObject({ code });
  expect(readdirSync(base)).toEqual([]);
  return (fault as TouchstoneError).message;
}

const lone = (changed: Partial<Benchmark['files'][number]> = {}): Benchmark => withFile({ urls: [], ...changed });

describe('pullBenchmark()', () => {
  it('takes the files from a mirror and makes suites of them', async () => {
    const mirror = await startMirror({ '/sums/sums.jsonl': file(SUMS_TEXT) });
    const base = emptyFolder();
    const { suites, files, origin } = await pull(sumsBenchmark(), base, { mirrors: [`${mirror.url}/`] });
    expect(mirror.asked).toEqual(['/sums/sums.jsonl']);
    expect(files).toMatchObject([
      { name: 'sums.jsonl', sha256: sha256(SUMS_TEXT), bytes: SUMS_TEXT.length, pin: 'published' },
    ]);
    expect(origin).toEqual({ files: [{ name: 'sums.jsonl', sha256: sha256(SUMS_TEXT) }], pin: 'published' });
    const folder = join(base, 'suites', 'sums');
    expect(readdirSync(join(base, 'suites'))).toEqual(['sums']);
    expect(readdirSync(folder).toSorted()).toEqual(['brief.yaml', 'items.jsonl', 'origin.json', 'suite.yaml']);
    expect((await loadSuite(join(folder, 'suite.yaml'))).digest).toBe(suites[0]?.digest);
  });

  it('goes on to the next address, and says why', async () => {
    const bad = await startMirror({ '/sums/sums.jsonl': file(SUMS_TEXT.replace('0 + 1', '0 + 2')) });
    const good = await startMirror({ '/a/sums.jsonl': redirect('/b'), '/b': file(SUMS_TEXT) });
    const faults: string[] = [];
    const benchmark = withFile({ urls: [`${good.url}/gone`, `${good.url}/a/sums.jsonl`] });
    const { files } = await pull(benchmark, emptyFolder(), {
      mirrors: [bad.url],
      onFault: ({ code }) => void faults.push(code),
    });
    expect(faults).toEqual(['ERR_ORIGIN_DIGEST', 'ERR_DOWNLOAD']);
    expect(files[0]?.from).toBe(`${good.url}/a/sums.jsonl`);
  });

  it('takes files from a folder and asks no server', async () => {
    const mirror = await startMirror({});
    const from = emptyFolder();
    writeFileSync(join(from, 'sums.jsonl'), SUMS_TEXT);
    const { suites } = await pull(sumsBenchmark(), emptyFolder(), { from, mirrors: [mirror.url] });
    expect(suites).toHaveLength(2);
    expect(mirror.asked).toEqual([]);
  });

  it.each<readonly [string, Answer | null, string]>([
    ['a changed byte', file(SUMS_TEXT.replace('11', '12')), 'ERR_ORIGIN_DIGEST'],
    ['a file that is missing', null, 'ERR_DOWNLOAD'],
    ['a download that is cut', cutFile(SUMS_TEXT), 'ERR_DOWNLOAD'],
    ['a download that is cut where nobody said how long it is', file(SUMS_TEXT.slice(0, -1)), 'ERR_ORIGIN_DIGEST'],
    ['a page', file('\n<!-- x --><!DOCTYPE html><p>Log in'), 'ERR_ORIGIN_FORM'],
    ['a page without a type', file('<html><p>Log in'), 'ERR_ORIGIN_FORM'],
    ['an endless file', flood(), 'ERR_ORIGIN_LIMIT'],
    ['a file that says it is too long', file('x', { 'content-length': '10001' }), 'ERR_ORIGIN_LIMIT'],
    ['an answer that is compressed', file(gzipSync(SUMS_TEXT), { 'content-encoding': 'gzip' }), 'ERR_DOWNLOAD'],
    ['redirects without end', redirect('/sums/sums.jsonl'), 'ERR_DOWNLOAD'],
    ['a redirect to no address', redirect('http://['), 'ERR_DOWNLOAD'],
    ['a redirect to a file of this machine', redirect('file:///etc/passwd'), 'ERR_DOWNLOAD'],
  ])('refuses %s and leaves nothing behind', async (_, answer, code) => {
    await expectRefused(lone(), answer, code);
  });

  it('refuses a redirect to a page', async () => {
    const { url } = await startMirror({ '/login': file('<!doctype html><p>Log in', { 'content-type': 'text/html' }) });
    const message = await expectRefused(lone(), redirect(`${url}/login?token=hidden`), 'ERR_ORIGIN_FORM');
    expect(message).toBe('cannot use "sums.jsonl": it is a page of HTML, want data');
  });

  it('refuses a download that takes too long', async () => {
    const message = await expectRefused(lone(), stall(SUMS_TEXT.slice(0, 9)), 'ERR_DOWNLOAD', { timeLimitMs: 300 });
    expect(message).toMatch(/it took longer than 0\.3 s$/);
  });

  it('names no secret of an address', async () => {
    const base = emptyFolder();
    const benchmark = withFile({ urls: ['http://127.0.0.1:9/sums.jsonl?token=hidden'] });
    await expect(pull(benchmark, base, {})).rejects.toMatchObject({
      code: 'ERR_DOWNLOAD',
      message: expect.not.stringContaining('hidden') as string,
    });
  });

  it('refuses a file in a folder that is not the right one, and one that is not there', async () => {
    const from = emptyFolder();
    const base = emptyFolder();
    await expect(pull(sumsBenchmark(), base, { from })).rejects.toMatchObject({ code: 'ERR_ORIGIN_MISSING' });
    mkdirSync(join(from, 'sums.jsonl'));
    await expect(pull(sumsBenchmark(), base, { from })).rejects.toMatchObject({ code: 'ERR_ORIGIN_MISSING' });
    rmSync(join(from, 'sums.jsonl'), { recursive: true });
    writeFileSync(join(from, 'sums.jsonl'), `${SUMS_TEXT}\n`);
    await expect(pull(sumsBenchmark(), base, { from })).rejects.toMatchObject({ code: 'ERR_ORIGIN_DIGEST' });
    expect(readdirSync(base)).toEqual([]);
  });

  it('shows the digest of a file that nobody vouches for, and takes it once it is accepted', async () => {
    const { url } = await startMirror({ '/sums/sums.jsonl': file(SUMS_TEXT) });
    const message = await expectRefused(unpinned(), file(SUMS_TEXT), 'ERR_ORIGIN_UNPINNED');
    expect(message).toContain(`"sums.jsonl" has SHA-256 ${sha256(SUMS_TEXT)}`);
    await expectRefused(unpinned(), file(SUMS_TEXT), 'ERR_ORIGIN_UNPINNED', { accepted: [sha256('another')] });
    const accepted = [sha256(SUMS_TEXT).toUpperCase()];
    const { suites } = await pull(unpinned(), emptyFolder(), { mirrors: [url], accepted });
    expect(suites[0]?.definition.origin?.pin).toBe('accepted');
  });

  it('does not accept another file in place of a pinned one', async () => {
    const other = SUMS_TEXT.slice(0, -40);
    await expectRefused(lone(), file(other), 'ERR_ORIGIN_DIGEST', { accepted: [sha256(other)] });
  });

  it('says how to get a copy of what its publisher gives only to whom he knows', async () => {
    const benchmark = { ...lone(), gated: 'ask for it at example.org' };
    const base = emptyFolder();
    await expect(pull(benchmark, base, {})).rejects.toMatchObject({
      code: 'ERR_ORIGIN_MISSING',
      message: 'cannot pull "sums" without a copy of yours of sums.jsonl: ask for it at example.org',
    });
    expect(readdirSync(base)).toEqual([]);
  });

  describe('with an archive', () => {
    const fromZip = (bytes: Uint8Array): Benchmark =>
      sumsBenchmark({
        files: [{ name: 'sums.zip', urls: [], sha256: sha256(bytes), pinnedBy: 'this test', maxBytes: 1_000_000 }],
        async *convert(files): AsyncGenerator<ConvertedRow> {
          for await (const { path, bytes: text } of files.entries('sums.zip', /\.txt$/))
            yield { id: path, input: { question: Buffer.from(text).toString() }, target: '1' };
        },
      });

    it('reads what the converter asks for', async () => {
      const bytes = zipOf([{ name: 'a/b.txt', content: '0 + 1?' }]);
      const { url } = await startMirror({ '/sums/sums.zip': file(bytes) });
      const { suites } = await pull(fromZip(bytes), emptyFolder(), { mirrors: [url] });
      expect(suites[0]?.definition.items.size).toBe(1);
    });

    it.each([
      ['that leaves its folder', [{ name: '../../a.txt', content: 'x' }], 'ERR_ARCHIVE_PATH'],
      ['with a symbolic link', [{ name: 'a.txt', content: '/etc/passwd', mode: 0o120777 }], 'ERR_ARCHIVE_PATH'],
      ['that is a bomb', [{ name: 'a.txt', content: Buffer.alloc(4_000_000) }], 'ERR_ARCHIVE_LIMIT'],
      [
        'that is a bomb and says it is none',
        [{ name: 'a.txt', content: Buffer.alloc(4_000_000), statedSize: 9 }],
        'ERR_ARCHIVE_FORM',
      ],
    ])('refuses one %s', async (_, entries, code) => {
      const bytes = zipOf(entries);
      await expectRefused(fromZip(bytes), file(bytes), code);
    });

    it('refuses one that is none', async () => {
      await expectRefused(fromZip(Buffer.from('text')), file('text'), 'ERR_ARCHIVE_FORM');
    });

    it('refuses a gzip bomb', async () => {
      const bomb = gzipSync(Buffer.alloc(4_000_000));
      const benchmark = sumsBenchmark({
        files: [{ name: 'sums.jsonl.gz', urls: [], sha256: sha256(bomb), pinnedBy: 'this test', maxBytes: 10_000 }],
        async *convert(files): AsyncGenerator<ConvertedRow> {
          for await (const { q } of files.rows('sums.jsonl.gz'))
            yield { id: 'a', input: { question: String(q) }, target: '1' };
        },
      });
      await expectRefused(benchmark, file(bomb), 'ERR_ARCHIVE_LIMIT');
    });
  });

  it('takes a .gz file as it is, whatever the server calls it', async () => {
    const bytes = gzipSync(SUMS_TEXT);
    const benchmark = sumsBenchmark({
      files: [{ name: 'sums.jsonl.gz', urls: [], sha256: sha256(bytes), pinnedBy: 'this test', maxBytes: 10_000 }],
      async *convert(files): AsyncGenerator<ConvertedRow> {
        for await (const { n, q, a } of files.rows('sums.jsonl.gz'))
          yield { id: String(n), input: { question: String(q) }, target: String(a) };
      },
    });
    const { url } = await startMirror({ '/sums/sums.jsonl.gz': file(bytes, { 'content-encoding': 'gzip' }) });
    const { suites } = await pull(benchmark, emptyFolder(), { mirrors: [url] });
    expect(suites[0]?.definition.items.size).toBe(12);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const { url } = await startMirror({ '/sums/sums.jsonl': stall(SUMS_TEXT.slice(0, 9)) });
    const base = emptyFolder();
    const controller = new AbortController();
    const source: OriginSource = {
      mirrors: [url],
      signal: controller.signal,
      onBytes: () => controller.abort(new Error('stop')),
    };
    await expect(pull(lone(), base, source)).rejects.toThrow('stop');
    expect(readdirSync(base)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted while it converts', async () => {
    const { url } = await startMirror({ '/sums/sums.jsonl': file(SUMS_TEXT) });
    const base = emptyFolder();
    const controller = new AbortController();
    const benchmark = sumsBenchmark({
      async *convert(): AsyncGenerator<ConvertedRow> {
        for (let id = 0; ; id++) {
          if (id === 1000) controller.abort(new Error('stop'));
          yield { id: String(id), input: { question: 'q' }, target: '1' };
        }
      },
    });
    await expect(pull(benchmark, base, { mirrors: [url], signal: controller.signal })).rejects.toThrow('stop');
    expect(readdirSync(base)).toEqual([]);
  });

  describe('with something at its place', () => {
    async function pullOver(folder: string, force: boolean): Promise<PulledBenchmark> {
      const { url } = await startMirror({ '/sums/sums.jsonl': file(SUMS_TEXT) });
      return await pullBenchmark(sumsBenchmark(), { folder, force, source: { mirrors: [url] } });
    }

    it('refuses, and leaves it as it is', async () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'mine.txt'), 'mine');
      await expect(pullOver(folder, false)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
      expect(readdirSync(folder)).toEqual(['mine.txt']);
    });

    it('refuses a folder that was not pulled and a file, even by force', async () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'mine.txt'), 'mine');
      await expect(pullOver(folder, true)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
      await expect(pullOver(join(folder, 'mine.txt'), true)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
      symlinkSync(emptyFolder(), join(folder, 'link'));
      await expect(pullOver(join(folder, 'link'), true)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
      expect(readdirSync(folder).toSorted()).toEqual(['link', 'mine.txt']);
    });

    it('replaces by force what was pulled before, as a whole', async () => {
      const base = emptyFolder();
      const folder = join(base, 'sums');
      await pullOver(folder, false);
      writeFileSync(join(folder, 'old.yaml'), 'old');
      await expect(pullOver(folder, false)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
      await pullOver(folder, true);
      expect(existsSync(join(folder, 'old.yaml'))).toBe(false);
      expect(readdirSync(base)).toEqual(['sums']);
    });

    it('keeps what was pulled before if it cannot be replaced', async () => {
      const folder = join(emptyFolder(), 'sums');
      await pullOver(folder, false);
      const before = readFileSync(join(folder, 'suite.yaml'), 'utf8');
      const source = { mirrors: [(await startMirror({})).url] };
      await expect(pullBenchmark(lone(), { folder, force: true, source })).rejects.toMatchObject({
        code: 'ERR_DOWNLOAD',
      });
      expect(readFileSync(join(folder, 'suite.yaml'), 'utf8')).toBe(before);
    });
  });
});
