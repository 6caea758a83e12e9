/** One sandbox for the tests of a file: interpreters take seconds to start and milliseconds to run. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSandbox } from '../../../src/scoring/sandbox/open-sandbox.ts';
import type { Language, Sandbox, Trial } from '../../../src/scoring/trial.ts';

// Threads run compiled code.
const WORKER = pathToFileURL(
  process.env['TOUCHSTONE_SANDBOX_WORKER'] ?? resolve(import.meta.dirname, '../../../dist/scoring/sandbox/worker.js'),
);

/** Whether there is something to run in threads; `node scripts/build.mjs` makes it. */
export const isBuilt: boolean = existsSync(WORKER);

export function warmSandbox(threads = 2): Sandbox {
  return openSandbox({ threads, worker: WORKER });
}

/** A program with bounds that are wide for what it does and narrow for a test. */
export function trial(language: Language, source: string, bounds: Partial<Trial> = {}): Trial {
  return { language, setUp: '', source, maxSteps: 20_000_000, timeoutMs: 20_000, ...bounds };
}
