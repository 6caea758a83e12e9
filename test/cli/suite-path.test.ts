import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findSuite } from '../../src/cli/suite-path.ts';

function folderWith(...paths: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-find-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

describe('findSuite()', () => {
  it('means a suite that comes along before any other', async () => {
    const folder = folderWith('suites/arithmetic/suite.yaml', 'arithmetic/suite.yaml');
    expect((await findSuite('arithmetic', folder)).startsWith(folder)).toBe(false);
  });

  it('means a suite that was pulled before a folder of that name', async () => {
    const folder = folderWith('suites/gsm8k/suite.yaml', 'gsm8k/suite.yaml', 'mine/suite.yml');
    expect(await findSuite('gsm8k', folder)).toBe(join(folder, 'suites/gsm8k/suite.yaml'));
    expect(await findSuite('./gsm8k', folder)).toBe(join(folder, 'gsm8k/suite.yaml'));
    expect(await findSuite('mine', folder)).toBe(join(folder, 'mine/suite.yml'));
  });

  it('refuses what is nowhere', async () => {
    await expect(findSuite('gsm8k', folderWith())).rejects.toMatchObject({ code: 'ERR_SUITE_MISSING' });
    await expect(findSuite('gsm8k', folderWith('suites/gsm8k/other.yaml'))).rejects.toMatchObject({
      code: 'ERR_SUITE_MISSING',
    });
  });
});
