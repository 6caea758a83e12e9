import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isBuilt, startTouchstone, type Running } from './touchstone.ts';

/** A folder with a suite of eight sums, and commands that run in it. */
function workshop(): { readonly folder: string; start(args: readonly string[]): Running } {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-interrupt-'));
  mkdirSync(join(folder, 'sums'));
  const suite = `id: sums\nversion: 1.0.0\ntitle: Sums\nitems: { file: items.jsonl, input: [q], target: a }\nprompt: '{{ q }}'\nscorer: { id: number, version: 1 }\n`;
  writeFileSync(join(folder, 'sums/suite.yaml'), suite);
  const items = Array.from({ length: 8 }, (_, index) => JSON.stringify({ q: `${index} + 0`, a: String(index) }));
  writeFileSync(join(folder, 'sums/items.jsonl'), `${items.join('\n')}\n`);
  return { folder, start: (args) => startTouchstone(folder, args) };
}

describe.skipIf(!isBuilt || process.platform === 'win32')('Ctrl-C (needs dist: node scripts/build.mjs)', () => {
  it('ends a run in order, and the command it prints goes on with it', { timeout: 120_000 }, async () => {
    const { folder, start } = workshop();
    let requests = 0;
    let onThird: (() => void) | null = null;
    const server = createServer((request, response) => {
      if (request.method === 'GET') return response.end('{"data":[{"id":"m"}]}');
      // The third request stays without an answer until the run that sent it has been stopped.
      if (++requests === 3 && onThird !== null) return onThird();
      const message = { role: 'assistant', content: '3' };
      return response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
        }),
      );
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1#m`;
    try {
      const run = start([
        'run',
        '--suite',
        'sums',
        '--endpoint',
        url,
        '--unsigned',
        '--probe',
        'none',
        '--concurrency',
        '1',
        '--out',
        'out',
      ]);
      onThird = () => run.interrupt();
      const stopped = await run.ended;
      expect(stopped).toMatchObject({ code: 130, stdout: '' });
      expect(stopped.stderr).toContain('stopping: requests on their way are cancelled');
      const command = /to go on: touchstone (run .+)$/m.exec(stopped.stderr)?.[1] ?? '';
      expect(command).toContain(`--resume out/${readdirSync(join(folder, 'out'))[0]}`);

      onThird = null;
      const folderOfRun = `out/${readdirSync(join(folder, 'out'))[0]}`;
      const other = ['run', '--suite', 'arithmetic', '--endpoint', url, '--unsigned', '--resume', folderOfRun];
      expect(await start(other).ended).toMatchObject({ code: 3, stdout: '' });
      const resumed = await start(command.replaceAll("'", '').split(' ')).ended;
      expect(resumed.stdout).toMatch(/^sums × m at \S+: 12\.5 % .*n 8, unscored 0/);
      expect(resumed.code, resumed.stderr).toBe(0);
      // Two answers before, the one that was cancelled, and six after it.
      expect(requests).toBe(9);
      const verified = await start(['verify', `out/${readdirSync(join(folder, 'out'))[0]}`, '--allow-unknown-signer'])
        .ended;
      expect(verified.code, verified.stderr).toBe(0);
      const again = await start(command.replaceAll("'", '').split(' ')).ended;
      expect(again.code).toBe(3);
      expect(again.stderr).toContain('ERR_RUN_FINISHED');
    } finally {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
