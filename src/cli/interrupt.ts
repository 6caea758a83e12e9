/** Ctrl-C: once to end in order, twice to end at once. */
import { EXIT } from './exit.ts';
import { say } from './say.ts';

/** Listens for Ctrl-C. */
export interface Interrupt {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Listen no longer. */
  dispose(): void;
}

/** Begin to listen; what a second Ctrl-C loses is at most what is on its way. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    // The progress bar ends its line at the same signal; what is said before that is written over.
    setImmediate(() => say('stopping: requests on their way are cancelled; once more ends at once'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    dispose() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
