/** Verifies bundles in a process of its own, which knows nothing but files and public keys. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReportRun } from '../reports/model.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { print } from './say.ts';

const BAR = ['integrity', 'authorship', 'completeness', 'scoring'];

/** What the other process found. */
export interface ApartVerdict {
  readonly code: ExitCode;
  readonly runs: readonly ReportRun[];
}

/**
 * Run `touchstone verify` on bundles. The simulator is accepted, because the demo has one.
 *
 * @param trust - File with the only key that counts.
 */
export async function verifyApart(bundles: readonly string[], trust: string): Promise<ApartVerdict> {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const bar = BAR.flatMap((axis) => ['--require', `${axis}=proven`]);
  const child = spawn(
    process.execPath,
    [main, 'verify', ...bundles, '--trust', trust, ...bar, '--allow-simulated', '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const text = Buffer.concat(chunks).toString('utf8');
  const code = Object.values(EXIT).find((known) => known === status) ?? EXIT.bug;
  if (code !== EXIT.yes) {
    print(text.trimEnd());
    return { code, runs: [] };
  }
  const findings = JSON.parse(text) as readonly { readonly run: ReportRun }[];
  return { code, runs: findings.map(({ run }) => run) };
}
