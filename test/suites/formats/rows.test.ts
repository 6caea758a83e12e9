import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import { parseParquet } from '../../../src/suites/formats/parquet.ts';
import { loadSuite } from '../../../src/suites/load.ts';
import { openRows } from '../../../src/suites/open-rows.ts';
import * as fc from '../../property.ts';
import { ITEMS, jsonl, SUITE_YAML, suiteFolder } from '../suite-folder.ts';

function fileWith(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-rows-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function rowsOf(name: string, content: string | Uint8Array): Promise<readonly unknown[]> {
  const rows = [];
  for await (const { fields } of (await openRows(fileWith(name, content))).scan()) rows.push(fields);
  return rows;
}

function parquet(columnData: ColumnSource[], codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY'): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, codec }));
}

/** Bytes as a Zstandard frame that holds them unpacked: magic number, one segment of stated size, one raw block. @see RFC 8878 3.1 */
function zstdOf(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfd2f_b528, 0);
  head.writeUInt8(0b1010_0000, 4);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE(1 + (bytes.length << 3), 9, 3);
  return Buffer.concat([head, bytes]);
}

const questions: ColumnSource[] = [
  { name: 'question', data: ITEMS.map(({ question }) => question), type: 'STRING' },
  { name: 'answer', data: ITEMS.map(({ answer }) => answer), type: 'STRING' },
];

/** The same three items in every format, written by hand or by another library. */
const SAME_ITEMS: readonly (readonly [string, string | Uint8Array])[] = [
  ['items.jsonl', jsonl(ITEMS)],
  ['items.tsv', 'question\tanswer\r\n1 + 1?\t2\r\n1 + 2?\t3\r\n2 + 2?\t4\r\n'],
  ['items.csv', 'question,answer\n1 + 1?,2\n"1 + 2?",3\n2 + 2?,4\n'],
  ['items.jsonl.gz', gzipSync(jsonl(ITEMS))],
  ['items.json.gz', gzipSync(JSON.stringify(ITEMS))],
  ['items.csv.gz', gzipSync('question,answer\n1 + 1?,2\n1 + 2?,3\n2 + 2?,4\n')],
  ['items.parquet', parquet(questions)],
];

describe('openRows()', () => {
  it('makes one suite of the same items in any format', async () => {
    const digests = await Promise.all(
      SAME_ITEMS.map(async ([name, content]) => {
        const yaml = SUITE_YAML.replace('items.jsonl', name);
        const folder = suiteFolder({ 'suite.yaml': yaml, [name]: content });
        return (await loadSuite(join(folder, 'suite.yaml'))).digest;
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });

  it('reads TSV without quotes', async () => {
    expect(await rowsOf('a.tsv', 'q\ta\n"so", she said\t"\n')).toEqual([{ q: '"so", she said', a: '"' }]);
  });

  it.each([
    ['a.tsv', 'q\ta\n1\n', 'ERR_ITEMS_SYNTAX'],
    ['a.jsonl.gz', gzipSync('{"a":1}\n[]\n'), 'ERR_ITEMS_SYNTAX'],
    ['a.jsonl.gz', gzipSync(Buffer.from([0x7b, 0xff])), 'ERR_UTF8'],
    ['a.jsonl.gz', '{"a":1}\n', 'ERR_ARCHIVE_FORM'],
    ['a.jsonl.gz', gzipSync(jsonl(ITEMS)).subarray(0, -9), 'ERR_ARCHIVE_FORM'],
    ['a.json.gz', gzipSync(' '.repeat(3 * 1024 * 1024)), 'ERR_ARCHIVE_LIMIT'],
    ['a.parquet', 'PAR1 is not all of it PAR1', 'ERR_ITEMS_SYNTAX'],
    ['a.parquet', parquet(questions).subarray(4), 'ERR_ITEMS_SYNTAX'],
    ['a.arrow', 'x', 'ERR_ITEMS_MISSING'],
    ['gz', 'x', 'ERR_ITEMS_MISSING'],
  ] as const)('refuses a bad %s', async (name, content, code) => {
    await expect(rowsOf(name, content)).rejects.toMatchObject({ code });
  });
});

describe('Parquet', () => {
  it('gives integers beyond 2^53 as texts and everything else as plain JSON', async () => {
    const rows = await rowsOf(
      'a.parquet',
      parquet([
        { name: 'big', data: [9_007_199_254_740_991n, 9_007_199_254_740_993n], type: 'INT64' },
        { name: 'int', data: [1, -2], type: 'INT32' },
        { name: 'real', data: [0.5, 1e300], type: 'DOUBLE' },
        { name: 'yes', data: [true, false], type: 'BOOLEAN' },
        { name: 'text', data: ['é\uFEFF', null], type: 'STRING', nullable: true },
        { name: 'when', data: [new Date(0), new Date(1_700_000_000_123)], type: 'TIMESTAMP' },
      ]),
    );
    expect(rows).toEqual([
      { big: 9_007_199_254_740_991, int: 1, real: 0.5, yes: true, text: 'é\uFEFF', when: '1970-01-01T00:00:00.000Z' },
      {
        big: '9007199254740993',
        int: -2,
        real: 1e300,
        yes: false,
        text: null,
        when: '2023-11-14T22:13:20.123Z',
      },
    ]);
  });

  it('gives lists and objects', async () => {
    const choices = [
      { label: ['A', 'B'], text: ['one', 'two'] },
      { label: [], text: [] },
    ];
    const columns: ColumnSource[] = [{ name: 'choices', data: choices, type: 'JSON' }];
    expect(await rowsOf('a.parquet', parquet(columns))).toEqual(choices.map((each) => ({ choices: each })));
  });

  it.each([
    ['GZIP', (bytes: Uint8Array) => gzipSync(bytes)],
    ['BROTLI', (bytes: Uint8Array) => brotliCompressSync(bytes)],
    ['ZSTD', zstdOf],
  ] as const)('reads pages packed with %s', async (codec, pack) => {
    const bytes = parquetWriteBuffer({ columnData: questions, codec, compressors: { [codec]: pack } });
    expect(await rowsOf('a.parquet', new Uint8Array(bytes))).toEqual(ITEMS);
  });

  it('refuses a page that says it becomes huge', async () => {
    const long = 'x'.repeat(5000);
    const bytes = parquet([{ name: 'a', data: [long, `${long}y`], type: 'STRING' }]);
    // The first page header: field 1 (type), then field 2, the size that the page becomes, as a zigzag varint.
    const at = bytes.findIndex((byte, index) => index > 4 && byte === 0x15 && bytes[index - 2] === 0x15);
    expect(at).toBeGreaterThan(0);
    const huge = Uint8Array.from([
      ...bytes.subarray(0, at + 1),
      0xfe,
      0xff,
      0xff,
      0xff,
      0x0f,
      ...bytes.subarray(at + 4),
    ]);
    await expect(rowsOf('a.parquet', huge)).rejects.toSatisfy((fault) =>
      isTouchstoneError(fault, 'ERR_ITEMS_LIMIT', 'ERR_ITEMS_SYNTAX'),
    );
  });
});

const WORKER =
  process.env['TOUCHSTONE_PARQUET_WORKER'] ??
  resolve(import.meta.dirname, '../../../dist/suites/formats/parquet-worker.js');

describe.skipIf(!existsSync(WORKER))('Parquet in a thread (needs dist: node scripts/build.mjs)', () => {
  const worker = pathToFileURL(WORKER);

  it('gives the same rows', async () => {
    const bytes = parquet(questions);
    expect(await parseParquet(bytes, 'a.parquet', { worker })).toEqual(await parseParquet(bytes, 'a.parquet'));
  });

  it('says what is wrong', async () => {
    const bad = parquet([{ name: 'a', data: [Uint8Array.of(0xff)], type: 'BYTE_ARRAY' }]);
    await expect(parseParquet(bad, 'a.parquet', { worker })).rejects.toMatchObject({ code: 'ERR_UTF8' });
    await expect(parseParquet(Uint8Array.of(1), 'a.parquet', { worker })).rejects.toMatchObject({
      code: 'ERR_ITEMS_SYNTAX',
    });
  });

  it('ends a thread that takes too long, needs too much or dies', async () => {
    const running = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const parse = async (code: string): Promise<unknown> =>
      await parseParquet(Uint8Array.of(1), 'a.parquet', { worker: running(code), timeLimitMs: 300 });
    await expect(parse('for (;;);')).rejects.toMatchObject({ code: 'ERR_ITEMS_LIMIT' });
    await expect(parse('process.exit()')).rejects.toMatchObject({ code: 'ERR_ITEMS_SYNTAX' });
    await expect(parse('void Promise.reject(new Error("lost")); setTimeout(() => {}, 1e6)')).rejects.toMatchObject({
      code: 'ERR_ITEMS_SYNTAX',
    });
  });

  it('throws typed errors only, whatever was changed in a file', { timeout: 60_000 }, async () => {
    const whole = parquet(questions);
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        const fault = await parseParquet(bytes, 'a.parquet', { worker, timeLimitMs: 1000 }).then(
          () => null,
          (cause: unknown) => cause,
        );
        expect(fault === null || isTouchstoneError(fault)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
