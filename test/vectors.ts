/** The committed vectors: see test/vectors/README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** One committed vector, with its name for the title of a test. */
export interface NamedVector<T> {
  readonly name: string;
  readonly vector: T & { readonly desc: string; readonly wantCode?: string };
}

/** All vectors of an area, by name. */
export function vectors<T>(area: string): NamedVector<T>[] {
  const folder = join(import.meta.dirname, 'vectors', area);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => ({
    name: file.replace('.json', ''),
    vector: JSON.parse(readFileSync(join(folder, file), 'utf8')),
  }));
}

/** Expect a function to throw one of our errors with the given code. */
export function expectCode(run: () => unknown, code: string): void {
  expect(run).toThrow(expect.objectContaining({ code }));
}
