/** A thread that runs programs, seen from outside: it starts, it takes one program at a time, and it can be ended at once. */
import { Worker } from 'node:worker_threads';
import { UsageError } from '../../core/errors.ts';
import type { Evaluated } from '../trial.ts';
import type { Task, WorkerReport, WorkerStart } from './machine.ts';

/** A thread for programs. */
export interface Lane {
  /** Requires that the one before has ended, and that the lane is not spent. */
  run(task: Task): Promise<Evaluated>;
  /** Whether it takes no other program. */
  readonly isSpent: boolean;
  close(): Promise<void>;
}

/** Longest start of an interpreter, on a machine that has much else to do. */
const START_TIMEOUT_MS = 120_000;

/** What a thread of JavaScript may take; programs have the memory of their interpreter. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 32 };

/**
 * Start a thread.
 *
 * @param url - Of the compiled entry of the thread.
 * @throws {@link UsageError} `ERR_SANDBOX` if the interpreter does not start.
 */
export async function openLane(url: URL, start: WorkerStart): Promise<Lane> {
  const { worker } = await startWorker(url, start);
  let isSpent = false;
  return {
    get isSpent() {
      return isSpent;
    },
    async run(task) {
      const started = performance.now();
      worker.postMessage(task);
      const report = await nextReport(worker, task.timeoutMs);
      if (report?.kind === 'end') {
        isSpent = report.isWorn;
        return report.ended;
      }
      isSpent = true;
      const isLate = performance.now() - started >= task.timeoutMs;
      await worker.terminate();
      return { end: isLate ? 'timed-out' : 'crashed', output: null };
    },
    async close() {
      isSpent = true;
      await worker.terminate();
    },
  };
}

/**
 * Start an interpreter once, for the memory that all others begin with; null if this one has none.
 *
 * @throws {@link UsageError} `ERR_SANDBOX`
 */
export async function takeSnapshot(url: URL, start: Omit<WorkerStart, 'snapshot'>): Promise<Uint8Array | null> {
  const { worker, snapshot } = await startWorker(url, { ...start, snapshot: null });
  await worker.terminate();
  return snapshot;
}

interface StartedWorker {
  readonly worker: Worker;
  readonly snapshot: Uint8Array | null;
}

async function startWorker(url: URL, workerData: WorkerStart): Promise<StartedWorker> {
  const worker = new Worker(url, {
    workerData,
    // Nothing of the process: no variables, no options, no input. Its output would be kept and never read, and a program
    // cannot make any.
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: RESOURCE_LIMITS,
  });
  // An error that nobody listens for would be one of the process.
  worker.on('error', () => undefined);
  const report = await nextReport(worker, START_TIMEOUT_MS);
  if (report?.kind === 'ready') return { worker, snapshot: report.snapshot };
  await worker.terminate();
  const reason = report?.kind === 'unusable' ? report.reason : 'it ended, or took too long';
  throw new UsageError('ERR_SANDBOX', `cannot start the interpreter for ${workerData.language}: ${reason}`);
}

// Null if the thread ended, or said nothing in time. Only a thread that is waited for keeps the process alive.
function nextReport(worker: Worker, timeoutMs: number): Promise<WorkerReport | null> {
  return new Promise((resolve) => {
    const settle = (report: WorkerReport | null): void => {
      clearTimeout(timer);
      worker.off('message', settle).off('error', onEnd).off('exit', onEnd).unref();
      resolve(report);
    };
    const onEnd = (): void => settle(null);
    const timer = setTimeout(onEnd, timeoutMs);
    worker.on('message', settle).once('error', onEnd).once('exit', onEnd).ref();
  });
}
