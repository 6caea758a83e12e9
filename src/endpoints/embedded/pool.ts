/**
 * The lanes of one model with a queue before them. Lanes start when first needed. Each job runs on one lane alone, so
 * its answer does not depend on how many lanes there are or what runs beside it.
 */
import { EndpointError } from '../../core/errors.ts';
import type { Job, JobEnd } from './generate.ts';
import { openLocalLane, openWorkerLane, WORKERS_AVAILABLE, type JobOptions, type Lane } from './lane.ts';

const MAX_WAITING = 4096;

/** Runs jobs on the lanes of one model. */
export interface Pool {
  /**
   * @throws {@link EndpointError} `ERR_ENDPOINT`, retryable, if too many jobs wait; not retryable if a worker died.
   *   Rejects with the signal's reason if the job was cancelled.
   */
  run(job: Job, options: JobOptions): Promise<JobEnd>;
  /** Ends the workers; jobs that still run reject. */
  close(): Promise<void>;
}

/**
 * Make the pool of one model.
 *
 * @param file - The bytes of its weight file.
 * @param workers - How many worker threads; 0 runs everything in the calling thread, which also happens where worker
 *   threads cannot start because the sources are not compiled.
 */
export function openPool(file: Uint8Array, workers: number): Pool {
  const size = WORKERS_AVAILABLE ? Math.max(1, workers) : 1;
  const openLane = WORKERS_AVAILABLE && workers > 0 ? openWorkerLane : openLocalLane;
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];

  const open = (): Lane => {
    const lane = openLane(file);
    lanes.add(lane);
    return lane;
  };
  const acquire = (): Lane | Promise<Lane> => {
    const lane = idle.pop() ?? (lanes.size < size ? open() : null);
    if (lane !== null) return lane;
    if (waiting.length >= MAX_WAITING) {
      throw new EndpointError('ERR_ENDPOINT', `more than ${MAX_WAITING} jobs wait`, { retryable: true, status: 503 });
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (lane: Lane): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(lane);
    else next(lane);
  };
  const replace = (broken: Lane): void => {
    lanes.delete(broken);
    if (waiting.length > 0) release(open());
  };
  return {
    async run(job, options) {
      const { signal } = options;
      const lane = await acquire();
      try {
        // Cancelled while it waited: no work at all.
        signal.throwIfAborted();
        const end = await lane.run(job, options);
        release(lane);
        return end;
      } catch (error) {
        // Any failure but a cancelled job means that the lane itself is broken.
        if (signal.aborted) release(lane);
        else replace(lane);
        throw error;
      }
    },
    async close() {
      waiting.length = 0;
      await Promise.all([...lanes].map((lane) => lane.close()));
    },
  };
}
