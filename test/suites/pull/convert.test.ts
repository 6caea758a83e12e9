import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Benchmark, ConvertedRow } from '../../../src/suites/pull/benchmark.ts';
import { convertBenchmark, type ConvertedSuite } from '../../../src/suites/pull/convert.ts';
import { openOriginFiles } from '../../../src/suites/pull/origin-files.ts';
import { SUMS_TEXT, sha256, sumsBenchmark } from './fake-benchmark.ts';

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-origin-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const origin = { files: [{ name: 'sums.jsonl', sha256: sha256(SUMS_TEXT) }], pin: 'published' } as const;

async function convert(benchmark: Benchmark, folder: string): Promise<readonly ConvertedSuite[]> {
  return await convertBenchmark(benchmark, openOriginFiles(folderWith({ 'sums.jsonl': SUMS_TEXT })), {
    folder,
    origin,
  });
}

function rowsOf(...rows: readonly ConvertedRow[]): Benchmark['convert'] {
  return async function* () {
    yield* rows;
  };
}

describe('convertBenchmark()', () => {
  it('writes suites that load, items that are pinned, and where they come from', async () => {
    const folder = folderWith({});
    const suites = await convert(sumsBenchmark(), folder);
    expect(readdirSync(folder).toSorted()).toEqual(['brief.yaml', 'items.jsonl', 'origin.json', 'suite.yaml']);
    expect(suites.map(({ file }) => file)).toEqual(['suite.yaml', 'brief.yaml']);
    expect(suites[0]?.definition).toMatchObject({ id: 'sums', items: { size: 12 }, origin });
    expect(suites[0]?.definition.items.root).toBe(suites[1]?.definition.items.root);
    const items = readFileSync(join(folder, 'items.jsonl'), 'utf8');
    expect(readFileSync(join(folder, 'suite.yaml'), 'utf8')).toContain(`sha256: ${sha256(items)}`);
    expect(JSON.parse(items.split('\n')[3] ?? '')).toEqual({
      id: 'sum-3',
      question: '3 + 4 = ?',
      target: '7',
      tags: ['sum'],
    });
    expect(JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8'))).toEqual({
      benchmark: 'sums',
      title: 'Sums of neighbours',
      licence: 'CC0-1.0',
      homepage: 'https://example.org/sums',
      pin: 'published',
      files: [
        {
          name: 'sums.jsonl',
          sha256: sha256(SUMS_TEXT),
          urls: ['https://example.org/sums.jsonl'],
          pinned_by: 'this test',
        },
      ],
    });
  });

  it('has the origin in the digest of the suite', async () => {
    const files = openOriginFiles(folderWith({ 'sums.jsonl': SUMS_TEXT }));
    const digests = await Promise.all(
      (['published', 'accepted'] as const).map(async (pin) => {
        const [suite] = await convertBenchmark(sumsBenchmark(), files, {
          folder: folderWith({}),
          origin: { ...origin, pin },
        });
        return suite?.digest;
      }),
    );
    expect(digests[0]).not.toBe(digests[1]);
  });

  it('keeps an input field that has the name of another field', async () => {
    const folder = folderWith({});
    const row = { id: 'a', input: { question: '1 + 1?', target: 'x' }, target: '2' };
    const [suite] = await convert(sumsBenchmark({ convert: rowsOf(row) }), folder);
    expect(JSON.parse(readFileSync(join(folder, 'items.jsonl'), 'utf8'))).toEqual({
      id: 'a',
      question: '1 + 1?',
      input_target: 'x',
      target: '2',
      tags: [],
    });
    expect(suite?.definition.items.size).toBe(1);
  });

  it('refuses files without items', async () => {
    const benchmark = sumsBenchmark({ convert: rowsOf() });
    await expect(convert(benchmark, folderWith({}))).rejects.toMatchObject({ code: 'ERR_ORIGIN_FORM' });
  });

  it('refuses rows with other input fields than the first', async () => {
    const first = { id: 'a', input: { question: '1?' }, target: '1' };
    const benchmark = sumsBenchmark({ convert: rowsOf(first, { ...first, id: 'b', input: { query: '2?' } }) });
    await expect(convert(benchmark, folderWith({}))).rejects.toMatchObject({
      code: 'ERR_ORIGIN_FORM',
      message: 'cannot convert benchmark "sums": item "b" has the fields query, want question',
    });
  });

  it('refuses two items with one id', async () => {
    const row = { id: 'a', input: { question: '1?' }, target: '1' };
    const benchmark = sumsBenchmark({ convert: rowsOf(row, row) });
    await expect(convert(benchmark, folderWith({}))).rejects.toMatchObject({ code: 'ERR_ITEMS_DUPLICATE' });
  });
});

describe('openOriginFiles()', () => {
  it('unpacks what is compressed with gzip', async () => {
    const files = openOriginFiles(folderWith({ 'a.json.gz': gzipSync('[{"x":1}]') }));
    expect(await files.text('a.json.gz')).toBe('[{"x":1}]');
    const rows = [];
    for await (const row of files.rows('a.json.gz')) rows.push(row);
    expect(rows).toEqual([{ x: 1 }]);
  });

  it('refuses a text that is not valid UTF-8', async () => {
    const files = openOriginFiles(folderWith({ 'a.txt': Uint8Array.of(0x61, 0xff) }));
    await expect(files.text('a.txt')).rejects.toMatchObject({ code: 'ERR_UTF8' });
  });
});
