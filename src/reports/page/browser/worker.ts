/** The worker of a page: a session that listens to it. */
import type { PageRequest, WorkerReport } from './messages.ts';
import { createSession } from './session.ts';

const report = (what: WorkerReport): void => globalThis.postMessage(what);
const handle = createSession({ report, now: () => performance.now() });

// One request at a time, so that a search never sees half of a list.
let last: Promise<void> = Promise.resolve();
globalThis.addEventListener('message', ({ data }: MessageEvent<PageRequest>) => {
  last = last
    .then(async () => await handle(data))
    .catch((cause: unknown) =>
      report({ kind: 'crashed', message: cause instanceof Error ? cause.message : String(cause) }),
    );
});
