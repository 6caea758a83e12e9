/**
 * Many waiters on one abort signal at the price of one listener.
 *
 * Every exchange of a run waits on the signal of the run; a listener each would be searched for at every removal, and
 * Node warns of more than ten.
 */
type Waiters = Set<() => void>;

const waitersOf = new WeakMap<AbortSignal, Waiters>();

/** Call `waiter` once when the signal aborts. Requires that it has not aborted. */
export function awaitAbort(signal: AbortSignal, waiter: () => void): void {
  (waitersOf.get(signal) ?? listen(signal)).add(waiter);
}

/** Take back {@link awaitAbort}. */
export function forgetAbort(signal: AbortSignal, waiter: () => void): void {
  waitersOf.get(signal)?.delete(waiter);
}

function listen(signal: AbortSignal): Waiters {
  const waiters: Waiters = new Set();
  waitersOf.set(signal, waiters);
  signal.addEventListener('abort', () => {
    // A waiter may make others forget, so the set is emptied before it is walked.
    const called = [...waiters];
    waiters.clear();
    for (const waiter of called) waiter();
  });
  return waiters;
}
