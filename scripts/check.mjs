// The gate: every step that must be green before a commit, in the order that fails fastest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  { name: 'format', line: ['npx', 'prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', line: ['npx', 'tsc', '-p', 'tsconfig.json'] },
  { name: 'lint', line: ['npx', 'oxlint', '--type-aware', '--deny-warnings', '.'] },
  { name: 'dead code', line: ['npx', 'knip'] },
  { name: 'build', line: ['node', 'scripts/build.mjs'] },
  { name: 'package', line: ['npx', 'publint', '--strict'] },
  { name: 'package types', line: ['npx', 'attw', '--pack', '.', '--profile', 'esm-only'] },
];

for (const { name, line } of steps) {
  const [command = '', ...args] = line;
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`check: ${name} failed`);
    process.exit(1);
  }
  console.error(`check: ${name} ok (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
