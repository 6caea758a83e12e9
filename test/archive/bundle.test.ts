import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleLimits } from '../../src/archive/bundle-lines.ts';
import { openBundleBytes } from '../../src/archive/bundle-bytes.ts';
import { openBundle } from '../../src/archive/bundle-source.ts';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { defaultLevel } from '../../src/archive/disclosure.ts';
import { openFolder } from '../../src/archive/folder-source.ts';
import { openSource } from '../../src/archive/open-source.ts';
import { runSuite } from '../../src/runner/run.ts';
import { parsePlan } from '../../src/transcript/plan-text.ts';
import { formatSeal, GZIP_HEADER } from '../../src/transcript/publication.ts';
import type { DisclosureLevel, RunSource } from '../../src/transcript/source.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { fakeEndpoint } from '../runner/fake-endpoint.ts';
import { temporaryFolder, toyInput, toySuite } from '../runner/toy.ts';

const ITEMS = 12;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let publicRun: string;
let privateRun: string;
let out: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  out = join(temporary.path, 'run.touchstone.jsonl.gz');
  const run = async (name: string, yaml: string): Promise<string> => {
    const suiteFolder = join(temporary.path, `${name}-suite`);
    await mkdir(suiteFolder);
    const folder = join(temporary.path, name);
    await runSuite(toyInput({ folder, suite: await toySuite(suiteFolder, ITEMS, yaml), endpoint: fakeEndpoint() }));
    return folder;
  };
  publicRun = await run('public', 'repeats: 2');
  privateRun = await run('private', 'visibility: private');
});

afterAll(() => temporary.remove());

async function linesOf(source: RunSource): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const batch of source.lines ?? []) lines.push(...batch);
  return lines;
}

async function publish(folder: string, level: DisclosureLevel, items?: readonly number[]): Promise<RunSource> {
  await writeBundle(folder, out, { level, ...(items === undefined ? {} : { items: new Set(items) }) });
  return await openBundle(out);
}

/** A bundle of the given text, sealed and with right checksums, however wrong the text is. */
function bundleOf(text: string, deflated: Buffer = deflateRawSync(text)): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(text), 0);
  trailer.writeUInt32LE(Buffer.byteLength(text), 4);
  return sealed(Buffer.concat([GZIP_HEADER, deflated, trailer]));
}

function sealed(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, formatSeal(createHash('sha256').update(bytes).digest('hex'))]);
}

/** The code with which a file is refused, when it is opened or when its lines are read; from a disk and in memory alike. */
async function codeOf(bytes: Uint8Array, limits?: BundleLimits): Promise<string | null> {
  const path = join(temporary.path, 'odd.gz');
  await writeFile(path, bytes);
  const onDisk = await faultOf(async () => await openBundle(path, limits));
  expect(await faultOf(async () => await openBundleBytes(path, bytes, limits))).toBe(onDisk);
  return onDisk;
}

/** The same from a disk alone: Node's DecompressionStream takes bytes after its stream, which the standard forbids. */
async function codeOnDisk(bytes: Uint8Array): Promise<string | null> {
  const path = join(temporary.path, 'odd.gz');
  await writeFile(path, bytes);
  return await faultOf(async () => await openBundle(path));
}

async function faultOf(open: () => Promise<RunSource>): Promise<string | null> {
  try {
    await linesOf(await open());
    return null;
  } catch (cause) {
    return String(Reflect.get(cause as object, 'code'));
  }
}

describe('writeBundle()', () => {
  it('writeBundle() publishes all of a run at D3, as any gzip tool reads it', async () => {
    const source = await publish(publicRun, 'D3');
    const folder = await openFolder(publicRun);
    expect(source.level).toBe('D3');
    expect(source.files).toEqual(folder.files);
    expect(await linesOf(source)).toEqual(await linesOf(folder));
    const verification = await verifyRun(await openBundle(out), { keepSamples: true });
    expect(verification).toMatchObject({ verified: true, transcript: { level: 'D3' } });
    const text = gunzipSync(await readFile(out)).toString();
    expect(text.split('\n')[0]).toBe('{"format":"touchstone/v1","level":"D3","t":"bundle"}');
    expect(await linesOf(await openBundleBytes('in memory', await readFile(out)))).toEqual(
      await linesOf(await openFolder(publicRun)),
    );
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^\{"sha256":"[0-9a-f]{64}","t":"seal"\}$/);
  });

  it('verifyRun() keeps verdicts, ids and tags without texts where that is enough', async () => {
    await publish(publicRun, 'D3');
    const verification = await verifyRun(await openBundle(out), { keepSamples: 'verdicts' });
    if (!verification.verified) throw verification.fault;
    const samples = verification.transcript.samples ?? [];
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.every(({ id, rescored, score }) => id !== undefined && rescored && score !== null)).toBe(true);
    expect(JSON.stringify(samples)).not.toMatch(/messages|answer|extracted|target/);
  });

  it('writeBundle() publishes no content at D1, and no suite if it is private', async () => {
    for (const folder of [publicRun, privateRun]) {
      const source = await publish(folder, 'D1');
      expect([...source.files.keys()].includes('suite.json')).toBe(folder === publicRun);
      const lines = await linesOf(source);
      expect(lines.join('\n')).toBe((await readFile(join(folder, 'records.jsonl'), 'utf8')).trimEnd());
      expect((await verifyRun(await openBundle(out))).verified).toBe(true);
    }
    expect(gunzipSync(await readFile(out)).toString()).not.toContain('say ');
  });

  it('writeBundle() publishes signed statements only at D0', async () => {
    const source = await publish(publicRun, 'D0');
    expect(source.lines).toBeNull();
    expect([...source.files.keys()]).toEqual(['plan.json', 'plan.dsse.json', 'checkpoints.jsonl', 'result.dsse.json']);
    expect((await verifyRun(await openBundle(out))).verified).toBe(true);
  });

  it('writeBundle() publishes the chosen items at D2, in all their repeats, and nothing of the others', async () => {
    await publish(publicRun, 'D2', [3, 7]);
    const verification = await verifyRun(await openBundle(out), { keepSamples: true });
    if (!verification.verified) throw verification.fault;
    const opened = verification.transcript.samples?.filter((sample) => sample.messages !== undefined);
    expect(opened?.map(({ index, repeat }) => `${index}.${repeat}`).toSorted()).toEqual(['3.0', '3.1', '7.0', '7.1']);
    expect(
      opened?.every(({ answer, target, rescored }) => answer !== undefined && target !== undefined && rescored),
    ).toBe(true);
    const text = gunzipSync(await readFile(out)).toString();
    expect([...text.matchAll(/say (\d+)/g)].map((match) => match[1]).every((n) => n === '3' || n === '7')).toBe(true);
  });

  it('writeBundle() gives the same bytes for the same run', async () => {
    await publish(publicRun, 'D3');
    const first = await readFile(out);
    await publish(publicRun, 'D3');
    expect((await readFile(out)).equals(first)).toBe(true);
  });

  it('writeBundle() refuses a run that is not finished, and items that do not go with the level', async () => {
    const folder = join(temporary.path, 'unfinished');
    await cp(publicRun, folder, { recursive: true });
    await rm(join(folder, 'result.dsse.json'));
    await rm(out, { force: true });
    await expect(publish(folder, 'D3')).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await expect(publish(publicRun, 'D2')).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(publish(publicRun, 'D3', [1])).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(stat(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('defaultLevel() opens everything of a public suite that may be redistributed, and nothing of any other', async () => {
    const { suite } = parsePlan(await readFile(join(publicRun, 'plan.json'), 'utf8'));
    expect(defaultLevel(suite)).toBe('D3');
    expect(defaultLevel({ ...suite, redistributable: false })).toBe('D1');
    expect(defaultLevel({ ...suite, visibility: 'private' })).toBe('D1');
  });
});

describe('openBundle()', () => {
  it('openBundle() refuses a bundle in which any byte has changed, or which is cut anywhere', async () => {
    await publish(privateRun, 'D0');
    const bytes = await readFile(out);
    for (let at = 0; at < bytes.length; at += at < 40 || at > bytes.length - 200 ? 1 : 37) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect([at, await codeOf(changed)]).toEqual([at, at < 10 ? 'ERR_BUNDLE_FORM' : 'ERR_BUNDLE_SEAL']);
      expect([at, await codeOf(bytes.subarray(0, at))]).toEqual([
        at,
        expect.stringMatching(/^ERR_BUNDLE_(?:FORM|SEAL)$/),
      ]);
    }
    expect(await codeOf(Buffer.concat([bytes, Buffer.from([0])]))).toBe('ERR_BUNDLE_SEAL');
  });

  it('openBundle() refuses what is sealed but has another form', async () => {
    await publish(publicRun, 'D1');
    const text = gunzipSync(await readFile(out)).toString();
    const body = text.slice(0, text.lastIndexOf('{"sha256"'));
    expect(await codeOf(bundleOf(body))).toBeNull();
    const refused = async (bytes: Buffer, code: string, limits?: BundleLimits): Promise<void> => {
      expect(await codeOf(bytes, limits)).toBe(code);
    };
    const deflated = deflateRawSync(body);
    expect(await codeOnDisk(bundleOf(body, Buffer.concat([deflated, Buffer.from('x')])))).toBe('ERR_BUNDLE_FORM');
    expect(await codeOnDisk(bundleOf(body, Buffer.concat([deflated, gzipSync('more')])))).toBe('ERR_BUNDLE_FORM');
    await refused(bundleOf(body, deflated.subarray(0, -3)), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body, deflateRawSync(body.replace('"t":"bundle"', '"t":"bundlf"'))), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(`${body}x`, deflated), 'ERR_BUNDLE_FORM');
    await refused(sealed(gzipSync(body)), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(''), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.slice(0, -1)), 'ERR_LINE_FORM');
    await refused(bundleOf(body.slice(0, body.lastIndexOf('\n', body.length - 2) + 1)), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.replace('"level":"D1"', '"level":"D0"')), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.replace('"level":"D1"', '"level":"D4"')), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.replace('"name":"plan.json"', '"name":"plan.yaml"')), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.replace('"name":"plan.json"', '"name":"suite.json"')), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body.replace('"t":"file"', '"t": "file"')), 'ERR_BUNDLE_FORM');
    const opening = (await readFile(join(publicRun, 'content.jsonl'), 'utf8')).split('\n', 1)[0] ?? '';
    await refused(bundleOf(`${body}${opening}\n`), 'ERR_BUNDLE_FORM');
    await refused(bundleOf(body), 'ERR_BUNDLE_LIMIT', { maxTotalBytes: 1000 });
    await refused(bundleOf(body), 'ERR_LINE_FORM', { maxLineBytes: 10 });
  });

  it('openBundle() does not unpack a bomb', async () => {
    expect(await codeOf(bundleOf('a'.repeat(40_000_000)), { maxLineBytes: 2 ** 30 })).toBe('ERR_BUNDLE_LIMIT');
    expect(await codeOf(bundleOf('a\n'.repeat(10_000_000)), { maxRatio: 1 })).toBe('ERR_BUNDLE_FORM');
  });

  it('openSource() tells a folder from a bundle, and refuses what is neither', async () => {
    await publish(publicRun, 'D1');
    expect((await openSource(out)).level).toBe('D1');
    expect((await openSource(publicRun)).level).toBeNull();
    await expect(openSource(join(temporary.path, 'nothing'))).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await expect(openSource(temporary.path)).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await expect(openBundle(join(temporary.path, 'nothing'))).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
  });
});
