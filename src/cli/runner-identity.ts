/** How this tool describes itself in a plan: version, dependencies, and the commit it was built from where that is known. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { digest } from '../core/digest.ts';
import type { PlanRunner } from '../transcript/plan.ts';
import { PACKAGE_ROOT, toolVersion } from './version.ts';

// What decides how a run goes; anything else in a checkout, such as run folders, does not make it another tool.
const SOURCES = ['src', 'suites', 'models', 'package.json', 'package-lock.json'];

/** The tool as it runs here. */
export async function runnerIdentity(): Promise<PlanRunner> {
  const [lock, source] = await Promise.all([lockDigest(), sourceState()]);
  return {
    name: 'touchstone',
    version: toolVersion(),
    platform: `node ${process.versions.node} ${process.platform} ${process.arch}`,
    dirty: false,
    ...lock,
    ...source,
  };
}

async function lockDigest(): Promise<Pick<PlanRunner, 'lock'>> {
  const path = new URL('package-lock.json', PACKAGE_ROOT);
  return existsSync(path) ? { lock: digest(await readFile(path)) } : {};
}

// Only a checkout of this project has a commit; an installed package is described by its version.
async function sourceState(): Promise<Partial<Pick<PlanRunner, 'commit' | 'dirty'>>> {
  if (!existsSync(new URL('.git', PACKAGE_ROOT))) return {};
  const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=normal', '--', ...SOURCES];
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: fileURLToPath(PACKAGE_ROOT), timeout: 5000 });
    const commit = /^# branch\.oid ([0-9a-f]{40})$/m.exec(stdout)?.[1];
    return { ...(commit === undefined ? {} : { commit }), dirty: /^[^#]/m.test(stdout) };
  } catch {
    // Without git nobody can say what this is, and what nobody can say is not clean.
    return { dirty: true };
  }
}
