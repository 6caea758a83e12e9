/** Runs tasks side by side, in order and as many as the concurrency of the moment allows, without a list of them all. */
import pLimit from 'p-limit';

/** A limit on how many tasks run at once. */
export interface Limiter {
  /** How many tasks may run at once; it may be changed while they do. */
  concurrency: number;
  /** How many run now. */
  readonly active: number;
  /** Queue a task, and resolve when there is room for the next one. */
  start(task: () => Promise<void>): Promise<void>;
  /** Resolves when no task is left. */
  idle(): Promise<void>;
}

/** Tasks queued beyond those that run, so that the next begins without waiting for whoever feeds. */
const AHEAD = 2;

/**
 * A limiter.
 *
 * @param onError - Called with what a task throws.
 */
export function createLimiter(concurrency: number, onError: (error: unknown) => void): Limiter {
  const limit = pLimit(concurrency);
  let wake: (() => void) | null = null;
  const isFull = (): boolean => limit.activeCount + limit.pendingCount >= limit.concurrency + AHEAD;
  const isBusy = (): boolean => unfinished > 0;
  let unfinished = 0;

  const until = async (isBlocked: () => boolean): Promise<void> => {
    while (isBlocked()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const run = async (task: () => Promise<void>): Promise<void> => {
    try {
      await limit(task);
    } catch (error) {
      onError(error);
    }
    unfinished--;
    wake?.();
  };
  return {
    get concurrency() {
      return limit.concurrency;
    },
    set concurrency(value) {
      limit.concurrency = value;
      wake?.();
    },
    get active() {
      return limit.activeCount;
    },
    async start(task) {
      unfinished++;
      void run(task);
      await until(isFull);
    },
    idle: () => until(isBusy),
  };
}
