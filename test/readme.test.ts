/** The README's library example is run as it stands, against the built package. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const isBuilt = existsSync(join(ROOT, 'dist/index.js'));

/** The code of the only TypeScript block in a Markdown text. */
function exampleIn(markdown: string): string {
  const blocks = [...markdown.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? '';
}

describe('README', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readme-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(ROOT, join(folder, 'node_modules/touchstone'), 'junction');
    await symlink(join(ROOT, 'suites'), join(folder, 'suites'), 'junction');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (code: string): Promise<string> => {
    await writeFile(join(folder, 'example.mjs'), code);
    const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
    return stdout;
  };

  it.skipIf(!isBuilt)('the library example runs and prints seven verdicts', async () => {
    const stdout = await run(exampleIn(await readFile(join(ROOT, 'README.md'), 'utf8')));
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['integrity', 'authorship', 'time', 'completeness', 'scoring', 'execution', 'reproduction']);
    expect(stdout).toContain('scoring proven');
  });

  it.skipIf(!isBuilt)('an example that is wrong fails', async () => {
    await expect(run("import { noSuchExport } from 'touchstone';")).rejects.toThrow('noSuchExport');
  });

  it('every file the README links to exists', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });
});
