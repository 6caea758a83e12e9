import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DisclosureChoice } from '../../src/reports/disclosure.ts';
import { pageTranscripts, type PageTranscripts } from '../../src/reports/page-bundles.ts';
import { summarize } from '../../src/reports/summary.ts';
import { temporaryFolder } from '../runner/toy.ts';
import { bundleOf, numberSuite, runNumbers, verified } from './page/page-runs.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;
let bundle: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  folder = join(temporary.path, 'run');
  const suite = await numberSuite(join(temporary.path, 'suite'), 6);
  await runNumbers(folder, { suite, name: 'good', answer: (n) => `SECRET-${n}` });
  bundle = await bundleOf(folder);
});

afterAll(() => temporary.remove());

async function transcriptsOf(
  path: string,
  disclosure: DisclosureChoice = {},
  maxBytes = 1e6,
): Promise<PageTranscripts> {
  const { runs, paths } = await verified([path]);
  return await pageTranscripts(summarize(runs, { disclosure }), { paths, disclosure, maxBytes });
}

/** The lines of the only transcript that a page carries. */
function linesOf({ carried }: PageTranscripts): string {
  return gunzipSync(Buffer.from(carried?.[0] ?? '', 'base64')).toString();
}

describe('pageTranscripts()', () => {
  it('carries a bundle as it is, and of a folder the same', async () => {
    const bytes = (await readFile(bundle)).toString('base64');
    expect((await transcriptsOf(bundle)).carried).toEqual([bytes]);
    const fromFolder = await transcriptsOf(folder);
    expect(fromFolder.carried).toEqual([bytes]);
    expect(fromFolder.bundles.map(({ name }) => name)).toEqual(['run.touchstone.jsonl.gz']);
  });

  it('carries no more than the report may show', async () => {
    expect(linesOf(await transcriptsOf(bundle, { level: 'D1' }))).not.toContain('SECRET');
    expect(linesOf(await transcriptsOf(bundle, { level: 'D0' }))).not.toContain('"k":"score"');
    const some = linesOf(await transcriptsOf(bundle, { level: 'D2', items: new Set([2]) }));
    expect([...new Set([...some.matchAll(/SECRET-(\d)/g)].map(([, n]) => n))]).toEqual(['2']);
    expect(linesOf(await transcriptsOf(folder, { level: 'D2' }))).not.toContain('SECRET');
  });

  it('carries all or none, and names them all', async () => {
    const { runs, paths } = await verified([bundle]);
    const model = summarize(runs);
    const names = ['run.touchstone.jsonl.gz'];
    for (const sources of [
      { paths, disclosure: {}, maxBytes: 100 },
      { paths: new Map<string, string>(), disclosure: {}, maxBytes: 1e6 },
    ]) {
      const { bundles, carried } = await pageTranscripts(model, sources);
      expect([bundles.map(({ name }) => name), carried]).toEqual([names, null]);
    }
  });

  it('does not compress a folder that is far too large', async () => {
    expect((await transcriptsOf(folder, {}, 10)).carried).toBeNull();
  });
});
