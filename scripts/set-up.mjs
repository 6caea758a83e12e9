// Everything a fresh clone needs before a test or the demo: dependencies by the lock file, then the build. Does nothing when both are current.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;

const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
if (!isCurrent) {
  console.error('installing dependencies');
  // Not `npm ci`: it refuses the lock file of any registry that lacks the binaries of some other platform.
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
// Loaded only now: it needs what has just been installed.
const { build } = await import('./build.mjs');
await build({ onlyIfStale: true });
