import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSuite } from '../../../src/suites/load.ts';
import { pullItems, type PulledItems } from '../../../src/suites/pull/pull-items.ts';
import { ITEMS, jsonl, SUITE_YAML, suiteFolder } from '../suite-folder.ts';
import { sha256 } from './fake-benchmark.ts';
import { file, startMirror } from './mirror-server.ts';

const RIGHT = jsonl(ITEMS);

function suiteWith(items: string): string {
  const folder = suiteFolder({ 'suite.yaml': SUITE_YAML.replace('file: items.jsonl', items) });
  rmSync(join(folder, 'items.jsonl'));
  return folder;
}

async function pull(folder: string, force = false): Promise<PulledItems> {
  return await pullItems(join(folder, 'suite.yaml'), { source: {}, force });
}

const at = (url: string, digest: string = sha256(RIGHT)): string =>
  `file: items.jsonl\n  url: ${url}/questions\n  sha256: ${digest}`;

describe('pullItems()', () => {
  it('puts the file beside the suite, which then loads', async () => {
    const { url } = await startMirror({ '/questions': file(RIGHT) });
    const folder = suiteWith(at(url));
    const { path, file: fetched } = await pull(folder);
    expect(path).toBe(join(folder, 'items.jsonl'));
    expect(fetched?.pin).toBe('published');
    expect((await loadSuite(join(folder, 'suite.yaml'))).definition.items.size).toBe(3);
  });

  it('asks no server for what is there', async () => {
    const { url, asked } = await startMirror({ '/questions': file(RIGHT) });
    const folder = suiteWith(at(url));
    await pull(folder);
    expect((await pull(folder)).file).toBe(null);
    expect(asked).toHaveLength(1);
  });

  it('refuses a wrong file and leaves nothing behind', async () => {
    const { url } = await startMirror({ '/questions': file(RIGHT.replace('2', '3')) });
    const folder = suiteWith(at(url));
    await expect(pull(folder)).rejects.toMatchObject({ code: 'ERR_ORIGIN_DIGEST' });
    expect(readdirSync(folder)).toEqual(['suite.yaml']);
  });

  it('replaces another file only by force', async () => {
    const first = await startMirror({ '/questions': file(RIGHT) });
    const folder = suiteFolder({
      'suite.yaml': SUITE_YAML.replace('file: items.jsonl', at(first.url)),
      'items.jsonl': 'mine',
    });
    await expect(pull(folder)).rejects.toMatchObject({ code: 'ERR_SUITE_EXISTS' });
    expect(readFileSync(join(folder, 'items.jsonl'), 'utf8')).toBe('mine');
    await pull(folder, true);
    expect(readFileSync(join(folder, 'items.jsonl'), 'utf8')).toBe(RIGHT);
  });

  it.each(['../items.jsonl', '/tmp/items.jsonl', '.profile', 'a/b.jsonl', String.raw`a\b.jsonl`])(
    'refuses to write %s',
    async (name) => {
      const { url, asked } = await startMirror({ '/questions': file(RIGHT) });
      const folder = suiteWith(at(url).replace('items.jsonl', `'${name}'`));
      await expect(pull(folder)).rejects.toMatchObject({ code: 'ERR_ORIGIN_MISSING', pointer: '/items/file' });
      expect(asked).toEqual([]);
    },
  );

  it('refuses a suite that names no address', async () => {
    await expect(pull(suiteWith('file: items.jsonl'))).rejects.toMatchObject({ code: 'ERR_ORIGIN_MISSING' });
  });

  it('refuses an address without a digest', async () => {
    const folder = suiteWith('file: items.jsonl\n  url: https://example.org/items.jsonl');
    await expect(pull(folder)).rejects.toMatchObject({ code: 'ERR_SUITE_SCHEMA', pointer: '/items' });
  });
});
