/** The threads for one language, with a queue before them. They start when first needed and stay warm. */
import { UsageError } from '../../core/errors.ts';
import type { Evaluated, Language } from '../trial.ts';
import type { Lane } from './lane.ts';
import type { Task, WorkerStart } from './machine.ts';

/** Runs programs in one language. */
export interface Pool {
  /** @throws {@link UsageError} `ERR_SANDBOX` */
  ready(): Promise<void>;
  /** @throws {@link UsageError} `ERR_SANDBOX` */
  run(task: Task): Promise<Evaluated>;
  close(): Promise<void>;
}

/**
 * A pool without threads.
 *
 * @param threads - Most threads at once.
 * @param worker - The compiled entry of a thread.
 */
export function createPool(language: Language, threads: number, worker: URL): Pool {
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  const waiting: (() => void)[] = [];
  let start: Promise<WorkerStart> | null = null;
  let busy = 0;
  let isClosed = false;

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
    if (isClosed) throw new UsageError('ERR_SANDBOX', 'cannot run a program: the sandbox is closed');
    const ready = idle.pop();
    if (ready !== undefined) return ready;
    const [{ openLane }, { prepareInterpreter }] = await Promise.all([import('./lane.ts'), import('./interpreter.ts')]);
    start ??= prepareInterpreter(language, worker);
    const lane = await openLane(worker, await start);
    lanes.add(lane);
    return lane;
  };
  const giveBack = (lane: Lane): void => {
    if (!lane.isSpent) idle.push(lane);
    else void end(lane);
  };
  const end = async (lane: Lane): Promise<void> => {
    lanes.delete(lane);
    await lane.close();
  };
  const onLane = async <T>(use: (lane: Lane) => Promise<T>): Promise<T> => {
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
    ready: async () => await onLane(async () => undefined),
    async run(task) {
      const first = await onLane(async (lane) => await lane.run(task));
      // A thread can be lost through no fault of its program; twice is no accident.
      return first.end === 'crashed' ? await onLane(async (lane) => await lane.run(task)) : first;
    },
    async close() {
      isClosed = true;
      idle.length = 0;
      await Promise.all([...lanes].map(end));
    },
  };
}
