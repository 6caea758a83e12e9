/** The benchmarks that can be pulled. Each is loaded when it is asked for. */
import type { Benchmark } from './benchmark.ts';

const LOADERS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'arc-challenge': async () => (await import('../benchmarks/arc.ts')).arcChallenge,
  'arc-easy': async () => (await import('../benchmarks/arc.ts')).arcEasy,
  bbh: async () => (await import('../benchmarks/bbh.ts')).bbh,
  'bbh-0shot': async () => (await import('../benchmarks/bbh.ts')).bbh0Shot,
  bfcl: async () => (await import('../benchmarks/bfcl.ts')).bfcl,
  gpqa: async () => (await import('../benchmarks/gpqa.ts')).gpqa,
  gsm8k: async () => (await import('../benchmarks/gsm8k.ts')).gsm8k,
  'gsm8k-5shot': async () => (await import('../benchmarks/gsm8k.ts')).gsm8k5Shot,
  hellaswag: async () => (await import('../benchmarks/hellaswag.ts')).hellaswag,
  humaneval: async () => (await import('../benchmarks/humaneval.ts')).humaneval,
  ifeval: async () => (await import('../benchmarks/ifeval.ts')).ifeval,
  jsonschemabench: async () => (await import('../benchmarks/jsonschemabench.ts')).jsonschemabench,
  'math-500': async () => (await import('../benchmarks/math-500.ts')).math500,
  mbpp: async () => (await import('../benchmarks/mbpp.ts')).mbpp,
  mmlu: async () => (await import('../benchmarks/mmlu.ts')).mmlu,
  'mmlu-pro': async () => (await import('../benchmarks/mmlu-pro.ts')).mmluPro,
  simpleqa: async () => (await import('../benchmarks/simpleqa.ts')).simpleqa,
  truthfulqa: async () => (await import('../benchmarks/truthfulqa.ts')).truthfulqa,
  xstest: async () => (await import('../benchmarks/xstest.ts')).xstest,
};

/** Who vouches for the files of a benchmark before it is pulled. */
export type PinState = 'pinned' | 'unpinned' | 'gated';

/** Names of all benchmarks, sorted. */
export function benchmarkNames(): readonly string[] {
  return Object.keys(LOADERS);
}

/** The benchmark of a name, or null. */
export async function findBenchmark(name: string): Promise<Benchmark | null> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  return load === undefined ? null : await load();
}

/** Every benchmark, by name. */
export async function allBenchmarks(): Promise<readonly Benchmark[]> {
  const found = await Promise.all(benchmarkNames().map(async (name) => await findBenchmark(name)));
  return found.filter((benchmark) => benchmark !== null);
}

/** Who vouches for the files of a benchmark: a published digest, whoever pulls it, or whoever has a copy. */
export function pinStateOf({ files, gated }: Benchmark): PinState {
  if (gated !== undefined) return 'gated';
  return files.every(({ sha256 }) => sha256 !== undefined) ? 'pinned' : 'unpinned';
}
