/** Writes the files of a comparison; each appears whole or not at all. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../archive/write-atomic.ts';
import { comparisonCsv, flipsCsv } from './csv.ts';
import { comparisonMarkdown } from './markdown.ts';
import type { Comparison, ComparisonModel } from './model.ts';

/** The files of a comparison. */
export const COMPARISON_FILES = ['comparison.json', 'comparison.md', 'comparison.csv', 'flips.csv'] as const;

/** The text of comparison.json; equal runs and options give equal bytes. */
export function comparisonJson(model: ComparisonModel): string {
  return `${JSON.stringify(model, null, 2)}\n`;
}

/**
 * Write a comparison to a folder, which is made if it does not exist.
 *
 * @returns Paths of the files, in the order of {@link COMPARISON_FILES}.
 * @throws Errors of the file system as they are.
 */
export async function writeComparison(model: Comparison, folder: string): Promise<readonly string[]> {
  const texts = [comparisonJson(model), comparisonMarkdown(model), comparisonCsv(model), flipsCsv(model)];
  const paths = COMPARISON_FILES.map((name) => join(folder, name));
  await mkdir(folder, { recursive: true });
  for (const [at, path] of paths.entries()) await writeAtomic(path, texts[at] ?? '');
  return paths;
}
