import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPORT_FILES, writeReport } from '../../src/reports/write-report.ts';
import { run } from './runs.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-report-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function readAll(paths: readonly string[]): Promise<string[]> {
  return await Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

describe('writeReport()', () => {
  it('writes five files into a folder that it makes, and the same bytes again', async () => {
    const first = await writeReport([run()], join(folder, 'a', 'b'));
    const second = await writeReport([run()], join(folder, 'c'));
    expect((await readdir(join(folder, 'a', 'b'))).toSorted()).toEqual([...REPORT_FILES].toSorted());
    expect(await readAll(first.paths)).toEqual(await readAll(second.paths));
  });

  it('leaves an earlier report as it was if there is nothing to report', async () => {
    await writeFile(join(folder, 'report.html'), 'earlier');
    await expect(writeReport([], folder)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(await readdir(folder)).toEqual(['report.html']);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toBe('earlier');
  });

  it('puts no text of a private suite into any file', async () => {
    const { paths } = await writeReport([run({ suite: { visibility: 'private', redistributable: false } })], folder);
    const texts = await readAll(paths);
    expect(texts.join('')).not.toContain('SECRET-');
  });
});
