/** The worker of the page, from text that is part of the page's own script. */
import type { PageRequest, WorkerReport } from './messages.ts';

/** Text of the worker, which the build puts here. */
declare const WORKER_SOURCE: string;

/** The one policy of the page: it lets through the one address it has made itself. */
interface WorkerAddresses {
  createScriptURL(address: string): string;
}

/** A running worker. */
export interface StartedWorker {
  readonly ask: (request: PageRequest) => void;
}

/** Start the worker. Faults of its script end up with the listener like everything else. */
export function startWorker(listen: (report: WorkerReport) => void): StartedWorker {
  const address = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(addresses(address).createScriptURL(address));
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerReport>) => listen(data));
  worker.addEventListener('error', ({ message }) =>
    listen({ kind: 'crashed', message: message || 'no worker could be started' }),
  );
  return { ask: (request) => worker.postMessage(request) };
}

// The address stays valid: a worker may read it late.
function addresses(own: string): WorkerAddresses {
  const createScriptURL = (address: string): string => {
    if (address !== own) throw new TypeError('the page starts no other worker');
    return address;
  };
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: WorkerAddresses): WorkerAddresses };
  };
  return trustedTypes?.createPolicy('touchstone-worker', { createScriptURL }) ?? { createScriptURL };
}
