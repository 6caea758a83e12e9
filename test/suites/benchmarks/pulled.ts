/** Converts benchmarks from small files, as pulling does once digests are checked, and lints what comes out. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/canonical-json.ts';
import { rightAnswersOf } from '../../../src/scoring/gold.ts';
import { findScorer } from '../../../src/scoring/registry.ts';
import type { Sandbox } from '../../../src/scoring/trial.ts';
import type { Finding } from '../../../src/suites/lint/finding.ts';
import { lintSuite } from '../../../src/suites/lint/lint-suite.ts';
import { loadSuite, type LoadedSuite } from '../../../src/suites/load.ts';
import type { Benchmark, ConvertedRow, OriginFiles } from '../../../src/suites/pull/benchmark.ts';
import { convertBenchmark } from '../../../src/suites/pull/convert.ts';
import { openOriginFiles } from '../../../src/suites/pull/origin-files.ts';

/** Text, bytes, or rows of a format that is hard to write, such as Parquet. */
export type FileContent = string | Uint8Array | readonly object[];

/** A benchmark after conversion. */
export interface Converted {
  /** Lines of the item file. */
  readonly items: readonly Item[];
  readonly suites: ReadonlyMap<string, LoadedSuite>;
}

/** A line of an item file. */
export type Item = JsonObject & { readonly id: string; readonly target: JsonValue; readonly tags: readonly string[] };

/** The rows that a converter makes, without writing them. */
export async function rowsOf(
  benchmark: Benchmark,
  content: Readonly<Record<string, FileContent>>,
): Promise<readonly ConvertedRow[]> {
  const rows: ConvertedRow[] = [];
  for await (const row of benchmark.convert(filesWith(content))) rows.push(row);
  return rows;
}

/** The suites of a benchmark from its files. */
export async function convert(
  benchmark: Benchmark,
  content: Readonly<Record<string, FileContent>>,
): Promise<Converted> {
  const folder = temporaryFolder();
  await convertBenchmark(benchmark, filesWith(content), { folder, origin: ORIGIN });
  const suites = new Map<string, LoadedSuite>();
  for (const name of Object.keys(benchmark.suites)) suites.set(name, await loadSuite(join(folder, name)));
  const lines = readFileSync(join(folder, 'items.jsonl'), 'utf8').trim().split('\n');
  return { suites, items: lines.map((line): Item => JSON.parse(line)) };
}

const ORIGIN = { files: [{ name: 'made-up', sha256: '0'.repeat(64) }], pin: 'accepted' } as const;

/** The files of a benchmark in a folder of their own. */
function filesWith(content: Readonly<Record<string, FileContent>>): OriginFiles {
  const folder = join(temporaryFolder(), 'files');
  mkdirSync(folder);
  for (const [name, held] of Object.entries(content)) {
    if (typeof held === 'string' || held instanceof Uint8Array) writeFileSync(join(folder, name), held);
  }
  const opened = openOriginFiles(folder);
  return {
    ...opened,
    async *rows(name) {
      const held = content[name];
      if (Array.isArray(held)) for (const row of held) yield row as Readonly<Record<string, unknown>>;
      else yield* opened.rows(name);
    },
  };
}

/** The prompt of an item as it is sent. */
export async function promptOf(
  { suites }: Converted,
  { suite = 'suite.yaml', index = 0 }: { readonly suite?: string; readonly index?: number } = {},
): Promise<string> {
  const loaded = suites.get(suite);
  if (loaded === undefined) throw new Error(`there is no ${suite}`);
  for await (const item of loaded.items([index]))
    return loaded.renderer
      .render(item.input)
      .map(({ content }) => content)
      .join('\n---\n');
  throw new Error(`there is no item ${index}`);
}

/** What lint finds in every suite, `suite code level` each, with the number of items. */
export async function findingsOf({ suites }: Converted, sandbox: Sandbox = NO_SANDBOX): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, suite] of suites) {
    const scorer = findScorer(suite.definition.scorer);
    if (scorer === null) throw new Error(`${name} has no known scorer`);
    const findings = await lintSuite(suite, rightAnswersOf(scorer, sandbox));
    found.push(...findings.map((finding) => `${name} ${describe(finding)}`));
  }
  return found;
}

function describe({ code, level, count }: Finding): string {
  return `${level} ${code} ${count}`;
}

// A program that nobody runs is not right; suites with programs are linted with a sandbox.
const NO_SANDBOX: Sandbox = {
  run: () => Promise.resolve('failed'),
  close: () => Promise.resolve(),
} as unknown as Sandbox;

/** Objects as JSON lines. */
export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-benchmark-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
