/**
 * A sandbox in threads of this process.
 *
 * Interpreters are started when the first program needs them and stay warm. A thread whose program does not end in time is
 * ended with it, and another takes its place.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { UsageError } from '../../core/errors.ts';
import type { Language, Sandbox, Trial, TrialEnd } from '../trial.ts';
import type { Lane } from './lane.ts';
import { wasm, type WasmModule } from './wasm.ts';

/** How to open a sandbox; everything has a default. */
export interface SandboxOptions {
  /** Programs at once per language; default: one per processor, at most four. */
  readonly threads?: number;
  /** The compiled entry of a thread, where it does not stand beside this file. */
  readonly worker?: URL;
}

/** The code of each interpreter, in packages that need not be installed. */
const INTERPRETERS: Readonly<Record<Language, string>> = {
  javascript: '@jitl/quickjs-wasmfile-release-sync/wasm',
  python: 'pyodide/pyodide.asm.wasm',
};

const MAX_THREADS = 4;

/** Open a sandbox. It holds nothing until it is used. */
export function openSandbox(options: SandboxOptions = {}): Sandbox {
  const { threads = Math.min(availableParallelism(), MAX_THREADS) } = options;
  const worker = options.worker ?? new URL('./worker.js', import.meta.url);
  const pools = new Map<Language, Pool>();
  const poolOf = (language: Language): Pool => {
    const known = pools.get(language) ?? createPool(language, threads, worker);
    pools.set(language, known);
    return known;
  };
  return {
    ready: async (language) => await poolOf(language).ready(),
    run: async (trial) => await poolOf(trial.language).run(trial),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
}

interface Pool {
  ready(): Promise<void>;
  run(trial: Trial): Promise<TrialEnd>;
  close(): Promise<void>;
}

function createPool(language: Language, threads: number, worker: URL): Pool {
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  const waiting: (() => void)[] = [];
  let module: Promise<WasmModule> | null = null;
  let busy = 0;

  const enter = async (): Promise<void> => {
    if (busy < threads) busy++;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
  };
  // Whoever waits takes over the place, so that the number of busy ones stays.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) busy--;
    else next();
  };
  const take = async (): Promise<Lane> => {
    const ready = idle.pop();
    if (ready !== undefined) return ready;
    module ??= compile(language);
    const { openLane } = await import('./lane.ts');
    const lane = await openLane(worker, { language, module: await module });
    lanes.add(lane);
    return lane;
  };
  const giveBack = (lane: Lane): void => {
    if (!lane.isSpent) idle.push(lane);
    else void close(lane);
  };
  const close = async (lane: Lane): Promise<void> => {
    lanes.delete(lane);
    await lane.close();
  };
  const inPlace = async <T>(use: (lane: Lane) => Promise<T>): Promise<T> => {
    await enter();
    try {
      const lane = await take();
      try {
        return await use(lane);
      } finally {
        giveBack(lane);
      }
    } finally {
      leave();
    }
  };
  return {
    ready: async () => await inPlace(async () => undefined),
    async run(trial) {
      const end = await inPlace(async (lane) => await lane.run(trial));
      // A thread can be lost through no fault of its program; twice is no accident.
      return end === 'crashed' ? await inPlace(async (lane) => await lane.run(trial)) : end;
    },
    async close() {
      idle.length = 0;
      await Promise.all([...lanes].map(close));
    },
  };
}

// Compiled once; threads share what they make of it.
async function compile(language: Language): Promise<WasmModule> {
  const name = INTERPRETERS[language];
  try {
    return await wasm.compile(await readFile(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    const [scope = '', rest = ''] = name.split('/');
    const packageName = scope.startsWith('@') ? `${scope}/${rest}` : scope;
    const message = `cannot run ${language} programs: the package ${packageName} is not installed`;
    throw new UsageError('ERR_SANDBOX', message, { cause });
  }
}
