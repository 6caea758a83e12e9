import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle, type BundleOptions } from '../../src/archive/bundle-writer.ts';
import { publicationPieces } from '../../src/archive/republish.ts';
import { runSuite } from '../../src/runner/run.ts';
import { fakeEndpoint } from '../runner/fake-endpoint.ts';
import { temporaryFolder, toyInput, toySuite } from '../runner/toy.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;
let whole: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  const suiteFolder = join(temporary.path, 'suite');
  await mkdir(suiteFolder);
  folder = join(temporary.path, 'run');
  const suite = await toySuite(suiteFolder, 8, 'repeats: 2');
  await runSuite(toyInput({ folder, suite, endpoint: fakeEndpoint() }));
  whole = join(temporary.path, 'whole.touchstone.jsonl.gz');
  await writeBundle(folder, whole, { level: 'D3' });
});

afterAll(() => temporary.remove());

async function bytesOf(path: string, options: BundleOptions): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of publicationPieces(path, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('publicationPieces()', () => {
  it.each<BundleOptions>([
    { level: 'D0' },
    { level: 'D1' },
    { level: 'D2', items: new Set([2, 5]) },
    { level: 'D2', items: new Set() },
    { level: 'D3' },
  ])('publicationPieces() gives of a bundle what writeBundle() gives of its folder, at $level', async (options) => {
    const out = join(temporary.path, 'out.touchstone.jsonl.gz');
    await writeBundle(folder, out, options);
    const expected = await readFile(out);
    expect((await bytesOf(folder, options)).equals(expected)).toBe(true);
    expect((await bytesOf(whole, options)).equals(expected)).toBe(true);
  });

  it('publicationPieces() discloses no more than the bundle it is given does', async () => {
    const closed = join(temporary.path, 'closed.touchstone.jsonl.gz');
    await writeBundle(folder, closed, { level: 'D1' });
    const bytes = await readFile(closed);
    expect((await bytesOf(closed, { level: 'D3' })).equals(bytes)).toBe(true);
    expect((await bytesOf(closed, { level: 'D2', items: new Set([1]) })).equals(bytes)).toBe(true);
  });

  it('publicationPieces() refuses a level that does not go with items', async () => {
    await expect(bytesOf(folder, { level: 'D2' })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(bytesOf(join(temporary.path, 'nothing'), { level: 'D1' })).rejects.toMatchObject({
      code: 'ERR_RUN_MISSING',
    });
  });
});
