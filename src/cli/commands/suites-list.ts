/** `touchstone suites list`: the suites that come along, and the benchmarks that can be pulled. */
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { count } from '../../reports/figures.ts';
import { printable } from '../../reports/printable.ts';
import type { SuiteDefinition } from '../../suites/definition.ts';
import { loadSuite } from '../../suites/load.ts';
import type { Benchmark } from '../../suites/pull/benchmark.ts';
import { allBenchmarks, pinStateOf, type PinState } from '../../suites/pull/catalogue.ts';
import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { exists } from '../path-exists.ts';
import { paint, print, printJson } from '../say.ts';
import { findSuite, PULLED_FOLDER, shippedSuites, SUITE_FILE } from '../suite-path.ts';

const PIN_WORDS: Readonly<Record<PinState, string>> = {
  pinned: 'pinned',
  unpinned: 'unpinned: you vouch for its files',
  gated: 'gated: you need a copy',
};

/** List suites and benchmarks. */
export const list: Command = defineCommand({
  usage: 'list',
  describe: 'list the suites that come along and the benchmarks that can be pulled',
  options: (parser: Argv) => parser.option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  examples: [['touchstone suites list', '']],
  run: async ({ json }) => {
    const names = await shippedSuites();
    const suites = await Promise.all(names.map(async (name) => (await loadSuite(await findSuite(name))).definition));
    const benchmarks = await allBenchmarks();
    if (json) printJson([...suites.map(suiteEntry), ...(await Promise.all(benchmarks.map(benchmarkEntry)))]);
    else await printTables(suites, benchmarks);
    return EXIT.yes;
  },
});

async function printTables(suites: readonly SuiteDefinition[], benchmarks: readonly Benchmark[]): Promise<void> {
  const width = Math.max(...[...suites.map(({ id }) => id), ...benchmarks.map(({ name }) => name)].map(lengthOf));
  for (const suite of suites) print(suiteLine(suite, width));
  if (benchmarks.length === 0) return;
  print('');
  print(paint('faint', 'benchmarks: touchstone suites pull <name>'));
  const licences = Math.max(...benchmarks.map(({ licence }) => licence.length));
  for (const benchmark of benchmarks) print(await benchmarkLine(benchmark, width, licences));
}

function lengthOf({ length }: string): number {
  return length;
}

function suiteLine({ id, version, title, items }: SuiteDefinition, width: number): string {
  return `${id.padEnd(width + 2)}${version.padEnd(8)}${count(items.size).padStart(6)} items  ${printable(title)}`;
}

async function benchmarkLine(benchmark: Benchmark, width: number, licences: number): Promise<string> {
  const { name, licence, title } = benchmark;
  const state = (await isPulled(name)) ? `pulled into ${join(PULLED_FOLDER, name)}` : PIN_WORDS[pinStateOf(benchmark)];
  return `${name.padEnd(width + 2)}${licence.padEnd(licences + 2)}${title} (${state})`;
}

async function isPulled(name: string): Promise<boolean> {
  return await exists(join(PULLED_FOLDER, name, SUITE_FILE));
}

function suiteEntry({ id, version, title, licence, items }: SuiteDefinition): object {
  return { kind: 'suite', id, version, title, licence, items: items.size };
}

async function benchmarkEntry(benchmark: Benchmark): Promise<object> {
  const { name, title, licence, homepage, isTriedOnOriginal } = benchmark;
  const pin = pinStateOf(benchmark);
  return {
    kind: 'benchmark',
    id: name,
    title,
    licence,
    homepage,
    pin,
    isTriedOnOriginal,
    isPulled: await isPulled(name),
  };
}
