/**
 * Third-party data that is read in place and never copied into the project.
 *
 * The folder is `TOUCHSTONE_TESTDATA`, by default `../shared` beside the checkout. Tests on it are made with
 * {@link describeRealData}, whose prefix `[real data]` lets a run count them.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

const checkout = resolve(import.meta.dirname, '..');
const root = resolve(checkout, process.env['TOUCHSTONE_TESTDATA'] ?? '../shared');

/** The absolute path of third-party data, or null if it is not on this machine. */
function testdata(path: string): string | null {
  const absolute = join(root, path);
  return existsSync(absolute) ? absolute : null;
}

/** A suite of tests on third-party data; one skipped test that says what is missing, where the data is absent. */
export function describeRealData(name: string, path: string, tests: (absolutePath: string) => void): void {
  const absolute = testdata(path);
  describe(`[real data] ${name}`, () => {
    if (absolute === null) it.skip(`${path} is absent: set TOUCHSTONE_TESTDATA to the folder that has it`, () => {});
    else tests(absolute);
  });
}
