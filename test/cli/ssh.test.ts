import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMockServer, type MockServer } from './mock-server.ts';
import { isBuilt, startTouchstone, type Outcome } from './touchstone.ts';

const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

// The oracle here is OpenSSH itself: it makes the key and the signatures.
describe.skipIf(!isBuilt || !hasSshKeygen)('SSH keys (needs dist and ssh-keygen)', () => {
  let server: MockServer;
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-ssh-'));
  const touchstone = async (...args: readonly string[]): Promise<Outcome> => await startTouchstone(folder, args).ended;

  beforeAll(async () => {
    server = await startMockServer();
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'alice@example.org', '-f', join(folder, 'id')]);
    mkdirSync(join(folder, 'sums'));
    const suite = `id: sums\nversion: 1.0.0\ntitle: Sums\nitems: { file: items.jsonl, input: [q], target: a }\nprompt: '{{ q }}'\nscorer: { id: number, version: 1 }\n`;
    writeFileSync(join(folder, 'sums/suite.yaml'), suite);
    writeFileSync(join(folder, 'sums/items.jsonl'), '{"q":"1 + 2","a":"3"}\n');
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['through ssh-keygen', '--ssh-key', 'id.pub'],
    ['from an OpenSSH key file', '--key', 'id'],
  ])('sign a run %s, and verify under the public key line', { timeout: 60_000 }, async (_, option, file) => {
    const endpoint = `${server.url}/right/v1#mock-model`;
    const run = await touchstone(
      'run',
      '--suite',
      'sums',
      '--endpoint',
      endpoint,
      '--out',
      `out-${option}`,
      option,
      file,
    );
    expect(run.code, run.stderr).toBe(0);
    const path = / (\S+)$/m.exec(run.stdout)?.[1] ?? '';
    const verified = await touchstone('verify', path, '--trust', 'id.pub', '--require', 'authorship=proven');
    expect(verified.code, verified.stderr).toBe(0);
    const { stdout: printed } = spawnSync('ssh-keygen', ['-lf', join(folder, 'id.pub')], { encoding: 'utf8' });
    const fingerprint = /SHA256:\S+/.exec(printed)?.[0] ?? 'none';
    expect(verified.stdout).toContain(`by alice@example.org ${fingerprint}`);
    expect(
      await touchstone('verify', path, '--trust', readFileSync(join(folder, 'id.pub'), 'utf8').trim()),
    ).toMatchObject({ code: 0 });
  });

  it('show the fingerprint that ssh-keygen shows', { timeout: 60_000 }, async () => {
    const { stdout: printed } = spawnSync('ssh-keygen', ['-lf', join(folder, 'id.pub')], { encoding: 'utf8' });
    const shown = await touchstone('keys', 'show', '--ssh-key', 'id.pub');
    expect(shown.stdout).toContain(/SHA256:\S+/.exec(printed)?.[0] ?? 'none');
  });
});
