// Compiles src to dist and copies the files that are read at run time beside the code that reads them.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildPage } from './build-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const copied = /\.(json|wasm|css|html|js)$/;

function newest(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(0, ...entries.filter((e) => e.isFile()).map((e) => statSync(join(e.parentPath, e.name)).mtimeMs));
}

function isStale() {
  const main = join(root, 'dist/cli/main.js');
  if (!existsSync(main)) return true;
  const inputs = [
    newest(join(root, 'src')),
    newest(join(root, 'scripts')),
    statSync(join(root, 'tsconfig.build.json')).mtimeMs,
  ];
  return Math.max(...inputs) > statSync(main).mtimeMs;
}

export async function build({ onlyIfStale = false } = {}) {
  if (onlyIfStale && !isStale()) return;
  console.error('building');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  try {
    await compile();
  } catch (error) {
    // What is half there must not pass for current.
    rmSync(join(root, 'dist/cli/main.js'), { force: true });
    throw error;
  }
}

async function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  cpSync(join(root, 'src'), join(root, 'dist'), {
    recursive: true,
    filter: (from) => statSync(from).isDirectory() || copied.test(from),
  });
  await buildPage();
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
