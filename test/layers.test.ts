import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** Floor of each folder; imports may point only to a lower floor or into the own folder. */
const FLOORS: Readonly<Record<string, number>> = {
  core: 0,
  attestation: 1,
  schema: 1,
  transcript: 1,
  stats: 1,
  archive: 2,
  suites: 2,
  endpoints: 2,
  harness: 3,
  scoring: 3,
  runner: 4,
  verifier: 4,
  reports: 5,
  cli: 6,
};

/** Lower folders that a folder must not import all the same. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  verifier: ['endpoints'],
  reports: ['endpoints', 'runner'],
};

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SRC, name));
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
}

/** Every import of `file` (path under src) that points up or across. */
function violations(file: string, text: string): string[] {
  const folder = relative(SRC, file).split('/')[0] ?? '';
  const own = FLOORS[folder];
  if (own === undefined) return folder.endsWith('.ts') ? [] : [`${folder} has no floor`];
  return importsOf(text).flatMap((specifier) => {
    const target = relative(SRC, resolve(dirname(file), specifier)).split('/')[0] ?? '';
    if (target === folder) return [];
    const floor = FLOORS[target];
    const allowed = floor !== undefined && floor < own && !FORBIDDEN[folder]?.includes(target);
    return allowed ? [] : [`${relative(SRC, file)} imports ${specifier}`];
  });
}

describe('layers', () => {
  it('every import points to a lower floor or into the own folder', () => {
    expect(sources().flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('sees every source file', () => {
    // A walk that goes blind would find no violation either.
    expect(sources().length).toBeGreaterThan(200);
    expect(new Set(sources().map((file) => relative(SRC, file).split('/')[0]))).toEqual(
      new Set([...Object.keys(FLOORS), 'index.ts']),
    );
  });

  it('refuses a planted import that points up', () => {
    const planted = "import { x } from '../reports/x.ts';";
    expect(violations(join(SRC, 'core/planted.ts'), planted)).toEqual(['core/planted.ts imports ../reports/x.ts']);
  });

  it('refuses a planted import across', () => {
    const planted = "import { x } from '../runner/x.ts';";
    expect(violations(join(SRC, 'verifier/planted.ts'), planted)).toHaveLength(1);
  });
});
