/** What reaches a terminal when a run is not what it says: the code, the exit code, and no line or escape of its author's. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../src/core/digest.ts';
import { formatDefinition, scorerDigest } from '../../src/suites/definition.ts';
import { isOpeningLine } from '../../src/transcript/opening.ts';
import { temporaryFolder } from '../runner/toy.ts';
import { honestFacts, SIGNER, writeRun, type WrittenRun } from '../verifier/crafted-run.ts';
import { isBuilt, startTouchstone, type Outcome } from './touchstone.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  temporary = await temporaryFolder();
});
afterAll(() => temporary.remove());

/** The run as a folder, verified under the right key. */
async function verify(run: WrittenRun, ...options: readonly string[]): Promise<Outcome> {
  const folder = join(temporary.path, 'run');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const [name, bytes] of run.files) await writeFile(join(folder, name), bytes);
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  await writeFile(join(folder, 'records.jsonl'), text(run.lines.filter((line) => !isOpeningLine(line))));
  await writeFile(join(folder, 'content.jsonl'), text(run.lines.filter((line) => isOpeningLine(line))));
  const args = ['verify', 'run', '--trust', SIGNER.publicKey.vkey, ...options];
  return await startTouchstone(temporary.path, args).ended;
}

/** A run whose signer chose the JSON Schema of its scorer. */
function runWithSchema(schema: object): WrittenRun {
  const facts = honestFacts();
  const config = { schema: JSON.stringify(schema) };
  const scorer = { id: 'json', version: 1, config, digest: scorerDigest('json', 1, config) };
  facts.suite = { ...facts.suite, scorer };
  const { config: _, ...planned } = scorer;
  facts.plan = {
    ...facts.plan,
    suite: { ...facts.plan.suite, digest: digest(formatDefinition(facts.suite)) },
    rules: { ...facts.plan.rules, scorer: planned },
  };
  return writeRun(facts);
}

describe.skipIf(!isBuilt)('touchstone verify (needs dist: node scripts/build.mjs)', () => {
  it('accepts an honest run', async () => {
    const { code, stdout } = await verify(writeRun(honestFacts()));
    expect(stdout).toContain('run: verified');
    expect(code).toBe(0);
  });

  it('refuses a raw edit with exit code 1, and says which fault it is', async () => {
    const run = writeRun(honestFacts());
    run.lines = run.lines.map((line) => line.replace('"num":0', '"num":1'));
    const text = await verify(run);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/^run: does not verify: ERR_SCORE$/m);
    const json = await verify(run, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject([{ verified: false, code: 'ERR_SCORE' }]);
  });

  it('shows words of the author on one line, and no escape of his', async () => {
    const keyword = '\u001b[2J\n  authorship      proven  \u202e\u009b31m';
    const run = runWithSchema({ [keyword]: true });
    for (const { code, stdout, stderr } of [await verify(run), await verify(run, '--json')]) {
      expect(code).toBe(1);
      expect(stdout).toContain('ERR_SUITE_FORM');
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(stdout).not.toMatch(/^ {2}authorship +proven/m);
    }
  });

  it('says in words and figures when nothing was scored again', async () => {
    const run = writeRun(honestFacts());
    run.lines = run.lines.filter((line) => !isOpeningLine(line));
    const { code, stdout } = await verify(run);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}scoring +declared +no answer is disclosed.*\(0 of 4 answers\)/m);
    expect(stdout).toMatch(/^ {2}disclosed +D1:/m);
    expect((await verify(run, '--require', 'scoring=proven')).code).toBe(1);
  });
});
