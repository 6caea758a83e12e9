// The gate: every step that must be green before a commit, in the order that fails fastest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  ['format', ['npx', 'prettier', '--check', '--log-level', 'warn', '.']],
  ['types', ['npx', 'tsc', '-p', 'tsconfig.json']],
  ['lint', ['npx', 'oxlint', '--type-aware', '--deny-warnings', '.']],
  ['dead code', ['npx', 'knip']],
  ['build', ['node', 'scripts/build.mjs']],
  ['package', ['npx', 'publint', '--strict']],
  ['package types', ['npx', 'attw', '--pack', '.', '--profile', 'esm-only']],
];

for (const [name, [command, ...args]] of steps) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`check: ${name} failed`);
    process.exit(1);
  }
  console.error(`check: ${name} ok (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
