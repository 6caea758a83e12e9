/** What holds for every benchmark. */
import { describe, expect, it } from 'vitest';
import { findScorer } from '../../../src/scoring/registry.ts';
import { defineScorer } from '../../../src/suites/define.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { allBenchmarks, benchmarkNames, findBenchmark } from '../../../src/suites/pull/catalogue.ts';

const benchmarks = await allBenchmarks();
const CITATION =
  /^(?:computed from github\.com\/[\w.-]+\/[\w.-]+, [\w./-]+,|(?:download_checksums in )?[\w./-]+ of github\.com\/[\w.-]+\/[\w.-]+) at commit [0-9a-f]{40}$/;
const cases = benchmarks.map((benchmark): [string, Benchmark] => [benchmark.name, benchmark]);

describe('allBenchmarks()', () => {
  it('has what people cite', () => {
    const cited =
      'arc-challenge arc-easy bbh bfcl gpqa gsm8k hellaswag humaneval ifeval jsonschemabench math-500 mbpp mmlu mmlu-pro ' +
      'simpleqa truthfulqa xstest';
    expect(benchmarkNames()).toEqual(expect.arrayContaining(cited.split(' ')));
  });

  it.each(cases)('%s is found by its name, which is the id of its first suite', async (name, benchmark) => {
    expect(await findBenchmark(name)).toBe(benchmark);
    expect(Object.keys(benchmark.suites)[0]).toBe('suite.yaml');
    expect(benchmark.suites['suite.yaml']?.id).toBe(name);
  });

  it('no two suites have one id, or one title', () => {
    const outlines = benchmarks.flatMap(({ suites }) => Object.values(suites));
    expect(new Set(outlines.map(({ id }) => id)).size).toBe(outlines.length);
    expect(new Set(outlines.map(({ title }) => title)).size).toBe(outlines.length);
  });

  it.each(cases)('%s says who published each digest, and bounds each file', (_name, { files, gated }) => {
    for (const { name, urls, sha256, pinnedBy, maxBytes } of files) {
      expect(name).toMatch(/^[\w.-]+$/);
      expect(pinnedBy === undefined).toBe(sha256 === undefined);
      if (sha256 !== undefined) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      // Somebody else has to be able to open the place: repository, path and commit.
      if (pinnedBy !== undefined) expect(pinnedBy).toMatch(CITATION);
      expect(urls.length > 0).toBe(gated === undefined);
      for (const url of urls) expect(url).toMatch(/^https:\/\/[^ ]+$/);
      expect(maxBytes).toBeGreaterThan(0);
    }
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
  });

  it.each(cases)('%s has scorers that there are, with options that they take', (_name, { suites, licence }) => {
    for (const outline of Object.values(suites)) {
      expect(outline.licence ?? 'NOASSERTION').toBe(licence);
      expect(findScorer(defineScorer(outline.scorer))).not.toBeNull();
    }
  });

  it('only what is pinned was tried on the original', () => {
    for (const { files, isTriedOnOriginal } of benchmarks)
      if (isTriedOnOriginal) expect(files.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
  });
});

describe('findBenchmark()', () => {
  it.each(['nothing', 'constructor', '__proto__', ''])('knows no benchmark "%s"', async (name) => {
    expect(await findBenchmark(name)).toBeNull();
  });
});
