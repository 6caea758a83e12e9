/** The entry of a worker thread: one engine that takes one job after the other. Holds no state between jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine.ts';
import { generate, type TokenStep } from './generate.ts';
import type { WorkerOrder, WorkerReport, WorkerStart } from './lane.ts';
import { parseModelFile } from './model-file.ts';

const { file, cancelled }: WorkerStart = workerData;
const engine = new Engine(parseModelFile(file));

function report(message: WorkerReport): void {
  parentPort?.postMessage(message);
}

function run({ number, job, live }: WorkerOrder): void {
  const collected: TokenStep[] = [];
  const steps = generate(engine, job);
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done === true) return report({ steps: collected, end: next.value });
    // The only way to reach a thread that computes: shared memory.
    if (Atomics.load(cancelled, 0) === number) return report({ steps: [], end: null });
    if (live) report({ steps: [next.value] });
    else collected.push(next.value);
  }
}

parentPort?.on('message', run);
