/**
 * What a stranger can do to a folder or a bundle: whatever he publishes, a verifier gives a verdict or a typed error, soon and
 * in little memory.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { openSource } from '../../src/archive/open-source.ts';
import { encodeHex } from '../../src/core/bytes.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { runSuite } from '../../src/runner/run.ts';
import { formatSeal, GZIP_HEADER } from '../../src/transcript/publication.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { fakeEndpoint } from '../runner/fake-endpoint.ts';
import * as fc from '../property.ts';
import { temporaryFolder, toyInput, toySuite } from '../runner/toy.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let honest: string;
let bundle: string;
let text: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  honest = join(temporary.path, 'run');
  bundle = join(temporary.path, 'run.touchstone.jsonl.gz');
  const suite = await toySuite(temporary.path, 3);
  await runSuite(toyInput({ folder: honest, suite, endpoint: fakeEndpoint() }));
  await writeBundle(honest, bundle, { level: 'D3' });
  const bytes = await readFile(bundle);
  const end = bytes.length - formatSeal('0'.repeat(64)).length;
  text = gunzipSync(bytes.subarray(0, end)).toString('utf8');
});

afterAll(() => temporary.remove());

/** What a verifier says of a path: `verified`, or the code of the fault. Anything but a typed error is thrown on. */
async function verdictOf(path: string): Promise<string> {
  try {
    const verification = await verifyRun(await openSource(path));
    return verification.verified ? 'verified' : verification.fault.code;
  } catch (cause) {
    if (isTouchstoneError(cause)) return cause.code;
    throw cause;
  }
}

/** A bundle of any text, in the right container. */
async function sealed(content: string | Buffer): Promise<string> {
  const bytes = Buffer.from(content);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  const member = Buffer.concat([GZIP_HEADER, deflateRawSync(bytes), trailer]);
  const seal = formatSeal(encodeHex(createHash('sha256').update(member).digest()));
  const path = join(temporary.path, 'sealed.gz');
  await writeFile(path, Buffer.concat([member, seal]));
  return path;
}

/** The honest folder with one change. */
async function folderWith(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(temporary.path, 'changed');
  await rm(folder, { recursive: true, force: true });
  await cp(honest, folder, { recursive: true });
  await change(folder);
  return folder;
}

describe('a folder', () => {
  const files = ['plan.json', 'plan.dsse.json', 'suite.json', 'checkpoints.jsonl', 'result.dsse.json'];

  it('verifies as it was written', async () => {
    expect(await verdictOf(honest)).toBe('verified');
  });

  it('is refused after a change of any byte of any file', async () => {
    const names = (await readdir(honest)).filter((name) => name !== 'secret');
    expect(names.toSorted()).toEqual([...files, 'content.jsonl', 'records.jsonl'].toSorted());
    for (const name of names) {
      const bytes = await readFile(join(honest, name));
      const folder = await folderWith(() => Promise.resolve());
      for (let at = 0; at < bytes.length; at += 11) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(join(folder, name), changed);
        expect(await verdictOf(folder), `${name} byte ${at}`).toMatch(/^ERR_/);
      }
    }
  });

  it.each([...files, 'records.jsonl', 'content.jsonl'])('is refused with a pipe for %s', async (name) => {
    const folder = await folderWith(async (path) => {
      await rm(join(path, name));
      execFileSync('mkfifo', [join(path, name)]);
    });
    expect(await verdictOf(folder)).toMatch(/^ERR_(?:RUN_MISSING|FILE_FORM)$/);
  });

  it.each([...files, 'records.jsonl', 'content.jsonl'])('is refused with a folder for %s', async (name) => {
    const folder = await folderWith(async (path) => {
      await rm(join(path, name));
      await mkdir(join(path, name));
    });
    expect(await verdictOf(folder)).toMatch(/^ERR_(?:RUN_MISSING|FILE_FORM)$/);
  });

  it.each(files)('is refused with terabytes of nothing for %s', async (name) => {
    const folder = await folderWith((path) => truncate(join(path, name), 2 ** 40));
    expect(await verdictOf(folder)).toBe('ERR_FILE_FORM');
  });

  it.each(['records.jsonl', 'content.jsonl'])('is refused with terabytes of nothing behind %s', async (name) => {
    const folder = await folderWith((path) => truncate(join(path, name), 2 ** 40));
    expect(await verdictOf(folder)).toMatch(/^ERR_/);
  });

  it('is refused when openings come back, or never end', async () => {
    const lines = (await readFile(join(honest, 'content.jsonl'), 'utf8')).trimEnd().split('\n');
    const [item = '', target = '', request = ''] = lines;
    const variants = [
      lines.toReversed(),
      [...lines, item],
      [...lines, lines.at(-1) ?? ''],
      [item, item, ...lines.slice(1)],
      [item, target, request, request, ...lines.slice(3)],
      Array.from({ length: 100_000 }, () => item),
      Array.from({ length: 100_000 }, () => request),
    ];
    for (const variant of variants) {
      const folder = await folderWith((path) => writeFile(join(path, 'content.jsonl'), `${variant.join('\n')}\n`));
      expect(await verdictOf(folder)).toMatch(/^ERR_OPENING_/);
    }
  });

  it('is refused with blank lines, other line ends, or a byte order mark', async () => {
    for (const name of ['records.jsonl', 'content.jsonl', 'checkpoints.jsonl']) {
      const content = await readFile(join(honest, name), 'utf8');
      for (const changed of [`\n${content}`, `${content}\n`, content.replaceAll('\n', '\r\n'), `\uFEFF${content}`]) {
        expect(await verdictOf(await folderWith((path) => writeFile(join(path, name), changed)))).toMatch(/^ERR_/);
      }
    }
  });
});

describe('a bundle', () => {
  it('verifies when it is packed again, because the seal signs nothing', async () => {
    expect(await verdictOf(await sealed(text))).toBe('verified');
  });

  it('is refused as a pipe', async () => {
    const path = join(temporary.path, 'pipe.gz');
    execFileSync('mkfifo', [path]);
    expect(await verdictOf(path)).toBe('ERR_RUN_MISSING');
  });

  it('is refused with any line left out, repeated, or blank, and with lines in another order', async () => {
    const lines = text.trimEnd().split('\n');
    const variants = lines.flatMap((line, at) => [
      // Without an opening there is only less to see; everything else is missed.
      ...(/"label":/.test(line.slice(0, 60)) ? [] : [lines.toSpliced(at, 1)]),
      lines.toSpliced(at, 0, line),
      lines.toSpliced(at, 0, ''),
      lines.with(at, ` ${line}`),
      lines.with(at, `${line}\r`),
      lines.toSpliced(at, 2, lines[at + 1] ?? '{}', line),
    ]);
    for (const [number, variant] of variants.entries()) {
      expect(await verdictOf(await sealed(`${variant.join('\n')}\n`)), `variant ${number}`).toMatch(/^ERR_/);
    }
  });

  it('is refused with a line that is nested or spread without end', async () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    for (const line of [
      deep,
      `{"label":${deep}}`,
      `{"t":${deep}}`,
      `{"k":${deep}}`,
      `{"k":"end","counts":{${'"a":1,'.repeat(500_000)}"b":1}}`,
    ]) {
      expect(await verdictOf(await sealed(`${text}${line}\n`))).toMatch(/^ERR_/);
      expect(await verdictOf(await sealed(`${line}\n`))).toMatch(/^ERR_/);
    }
  });

  it('gives a typed verdict on any bytes in the right container', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await verdictOf(await sealed(Buffer.from(bytes)))).toMatch(/^ERR_/);
      }),
      { numRuns: 200 },
    );
  });

  it('gives a typed verdict on any bytes at all', async () => {
    const path = join(temporary.path, 'random.gz');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await writeFile(path, bytes);
        expect(await verdictOf(path)).toMatch(/^ERR_/);
        await appendFile(path, bytes);
        expect(await verdictOf(path)).toMatch(/^ERR_/);
      }),
      { numRuns: 100 },
    );
  });

  it('gives a typed verdict on any change of its text', async () => {
    const change = fc.record({
      at: fc.nat(text.length - 1),
      drop: fc.nat(40),
      put: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('null', '1e400', '"\\ud800"', '{}', '[]', '-0', '\n')),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let changed = text;
        for (const { at, drop, put } of changes) changed = changed.slice(0, at) + put + changed.slice(at + drop);
        const verdict = await verdictOf(await sealed(changed));
        if (changed !== text) expect(verdict).toMatch(/^ERR_/);
      }),
      { numRuns: 300 },
    );
  });
});
