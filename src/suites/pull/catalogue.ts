/** The benchmarks that can be pulled. Each is loaded when it is asked for. */
import type { Benchmark } from './benchmark.ts';

const LOADERS: Readonly<Record<string, () => Promise<Benchmark>>> = {};

/** Who vouches for the files of a benchmark before it is pulled. */
export type PinState = 'pinned' | 'unpinned' | 'gated';

/** Names of all benchmarks, sorted. */
export function benchmarkNames(): readonly string[] {
  return Object.keys(LOADERS).toSorted();
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
