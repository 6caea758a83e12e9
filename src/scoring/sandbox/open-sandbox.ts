/**
 * A sandbox in threads of this process.
 *
 * A thread whose program does not end in time is ended with it, and another takes its place.
 */
import { availableParallelism } from 'node:os';
import { UsageError } from '../../core/errors.ts';
import type { Language, Sandbox } from '../trial.ts';
import { createPool, type Pool } from './pool.ts';

/** How to open a sandbox; everything has a default. */
export interface SandboxOptions {
  /** Programs at once per language; default: one per processor, at most four. */
  readonly threads?: number;
  /** The compiled entry of a thread, where it does not stand beside this file. */
  readonly worker?: URL;
}

const MAX_THREADS = 4;

/** Open a sandbox. It holds and loads nothing until it is used. */
export function openSandbox(options: SandboxOptions = {}): Sandbox {
  const { threads = Math.min(availableParallelism(), MAX_THREADS) } = options;
  const worker = options.worker ?? new URL('./worker.js', import.meta.url);
  const pools = new Map<Language, Pool>();
  const poolOf = (language: Language): Pool => {
    const pool = pools.get(language) ?? createPool(language, threads, worker);
    pools.set(language, pool);
    return pool;
  };
  return {
    ready: async (language) => await poolOf(language).ready(),
    run: async (trial) => (await poolOf(trial.language).run(trial)).end,
    async evaluate(computation) {
      const { language } = computation;
      if (language === 'javascript') return await poolOf(language).run(computation);
      throw new UsageError('ERR_SANDBOX', `cannot evaluate ${language}: want javascript, whose programs have a value`);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
