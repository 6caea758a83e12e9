/** A lane runs one job at a time on its own copy of a model: in this thread, or in a worker. */
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EndpointError } from '../../core/errors.ts';
import { Engine } from './engine.ts';
import { generate, type Job, type JobEnd, type TokenStep } from './generate.ts';
import { parseModelFile } from './model-file.ts';

/** Receives the steps of a job in order, one or several at a time. */
type OnSteps = (steps: readonly TokenStep[]) => void;

/** How a job is followed. */
export interface JobOptions {
  readonly onSteps: OnSteps;
  /** Whether steps are wanted as they happen, or may come all at once. */
  readonly live: boolean;
  /** Ends the work between two tokens; the job then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** A place where jobs run. */
export interface Lane {
  /** Requires that the previous job is done. */
  run(job: Job, options: JobOptions): Promise<JobEnd>;
  close(): Promise<void>;
}

/** What a worker is told. */
export interface WorkerOrder {
  readonly number: number;
  readonly job: Job;
  readonly live: boolean;
}

/** What a worker says: some steps, and the end of the job with its last message; null if it was cancelled. */
export interface WorkerReport {
  readonly steps: readonly TokenStep[];
  readonly end?: JobEnd | null;
}

/** What a worker starts with. `cancelled` holds the number of the job that nobody wants any more. */
export interface WorkerStart {
  readonly file: Uint8Array;
  readonly cancelled: Int32Array;
}

/** Workers need the compiled worker file; under a test runner the sources run in this thread only. */
export const WORKERS_AVAILABLE: boolean = import.meta.url.endsWith('.js');

/** A lane in the calling thread, which pauses between tokens so that the thread stays responsive. */
export function openLocalLane(file: Uint8Array): Lane {
  const engine = new Engine(parseModelFile(file));
  return {
    async run(job, { onSteps, signal }) {
      const steps = generate(engine, job);
      for (let next = steps.next(); ; next = steps.next()) {
        if (next.done === true) return next.value;
        onSteps([next.value]);
        await setImmediate();
        signal.throwIfAborted();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** A lane in a new worker thread. */
export function openWorkerLane(file: Uint8Array): Lane {
  const cancelled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: WorkerStart = { file, cancelled };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  // An idle lane must not keep the process alive; a server or a caller that waits does.
  worker.unref();
  let number = 0;
  return {
    run(job, options) {
      const order: WorkerOrder = { number: ++number, job, live: options.live };
      const done = followWorker(worker, options);
      const cancel = (): void => void Atomics.store(cancelled, 0, order.number);
      options.signal.addEventListener('abort', cancel, { once: true });
      worker.postMessage(order);
      return done.finally(() => options.signal.removeEventListener('abort', cancel));
    },
    async close() {
      await worker.terminate();
    },
  };
}

/** Resolves with the end of the job that the worker is about to get. */
function followWorker(worker: Worker, { onSteps, signal }: JobOptions): Promise<JobEnd> {
  return new Promise<JobEnd>((resolve, reject) => {
    const onFailure = (cause: unknown): void => {
      const options = { cause, retryable: false, status: null };
      settle(() => reject(new EndpointError('ERR_ENDPOINT', 'the worker of an embedded model ended', options)));
    };
    const onMessage = ({ steps, end }: WorkerReport): void => {
      if (!signal.aborted) onSteps(steps);
      if (end === null) settle(() => reject(signal.reason));
      else if (end !== undefined) settle(() => resolve(end));
    };
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onFailure).off('exit', onFailure).unref();
      finish();
    };
    worker.on('message', onMessage).once('error', onFailure).once('exit', onFailure).ref();
  });
}
