import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { shippedSuites } from '../../../src/cli/suite-path.ts';
import { parseSuiteFile } from '../../../src/suites/parse-suite-file.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { allBenchmarks, benchmarkNames, findBenchmark, pinStateOf } from '../../../src/suites/pull/catalogue.ts';
import { SUITE_YAML } from '../suite-folder.ts';
import { sumsBenchmark } from './fake-benchmark.ts';

function isBenchmark(value: unknown): value is Benchmark {
  return typeof value === 'object' && value !== null && 'convert' in value && 'suites' in value;
}

const benchmarks: readonly Benchmark[] = await allBenchmarks();

describe('the catalogue of benchmarks', () => {
  it('names every benchmark as it names itself, in order', () => {
    expect(benchmarkNames()).toEqual(benchmarks.map(({ name }) => name));
    expect(benchmarkNames()).toEqual(benchmarkNames().toSorted());
  });

  it('has what people cite', () => {
    const wanted =
      'gsm8k math-500 mmlu mmlu-pro arc-challenge arc-easy hellaswag truthfulqa bbh ifeval humaneval mbpp gpqa simpleqa bfcl xstest jsonschemabench';
    expect(benchmarkNames()).toEqual(expect.arrayContaining(wanted.split(' ')));
  });

  it('has every benchmark that is written', async () => {
    const folder = resolve(import.meta.dirname, '../../../src/suites/benchmarks');
    const found: string[] = [];
    for (const file of readdirSync(folder)) {
      const values: readonly unknown[] = Object.values((await import(join(folder, file))) as object);
      found.push(...values.filter(isBenchmark).map(({ name }) => name));
    }
    expect(found.toSorted()).toEqual(benchmarkNames());
  });

  it('takes no name of a suite that comes along', async () => {
    const shipped = await shippedSuites();
    expect(benchmarkNames().filter((name) => shipped.includes(name))).toEqual([]);
  });

  it('knows no other names', async () => {
    expect(await findBenchmark('constructor')).toBe(null);
    expect(await findBenchmark('gsm9k')).toBe(null);
  });

  it('says who vouches for the files', () => {
    expect(pinStateOf(sumsBenchmark())).toBe('pinned');
    expect(pinStateOf(sumsBenchmark({ files: [{ name: 'a', urls: [], maxBytes: 1 }] }))).toBe('unpinned');
    expect(pinStateOf(sumsBenchmark({ gated: 'ask' }))).toBe('gated');
  });

  describe.each(benchmarks.map((benchmark) => [benchmark.name, benchmark] as const))('%s', (name, benchmark) => {
    it('begins with a suite of its name', () => {
      expect(Object.keys(benchmark.suites)[0]).toBe('suite.yaml');
      expect(benchmark.suites['suite.yaml']?.id).toBe(name);
      expect(Object.keys(benchmark.suites)).toEqual(
        Object.keys(benchmark.suites).filter((file) => /^[a-z0-9-]+\.yaml$/.test(file)),
      );
    });

    it('has suite files that the schema takes', async () => {
      const { items } = parse(SUITE_YAML) as { readonly items: object };
      for (const outline of Object.values(benchmark.suites))
        await expect(parseSuiteFile(JSON.stringify({ ...outline, items }), name)).resolves.toBeDefined();
    });

    it('has files with plain names, good addresses, and a source for every pin', () => {
      expect(benchmark.files.length).toBeLessThanOrEqual(64);
      expect(new Set(benchmark.files.map((file) => file.name)).size).toBe(benchmark.files.length);
      for (const file of benchmark.files) {
        expect(file.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
        for (const url of file.urls) expect(new URL(url).protocol).toBe('https:');
        if (file.sha256 !== undefined) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(file.pinnedBy === undefined).toBe(file.sha256 === undefined);
        expect(file.urls.length > 0 || benchmark.gated !== undefined).toBe(true);
      }
    });
  });
});
