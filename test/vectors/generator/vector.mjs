// Writes one vector, or compares it where the generator was started with --check.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');
const differing = [];

export function vector(area, name, content) {
  const path = join(root, area, `${name}.json`);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (checkOnly) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) differing.push(`${area}/${name}`);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function reportDifferences() {
  if (differing.length === 0) return;
  console.error(`these vectors differ from what the generator makes: ${differing.join(', ')}`);
  process.exitCode = 1;
}
