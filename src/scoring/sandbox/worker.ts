/** The entry of a thread that runs programs: one interpreter, one program after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Machine, Task, WorkerReport, WorkerStart } from './machine.ts';

function report(message: WorkerReport): void {
  parentPort?.postMessage(message);
}

async function start({ language, module, snapshot }: WorkerStart): Promise<Machine> {
  if (language === 'python') return await (await import('./python.ts')).startPython(module, snapshot);
  return await (await import('./javascript.ts')).startJavascript(module);
}

try {
  const machine = await start(workerData as WorkerStart);
  parentPort?.on('message', (task: Task) => {
    const ended = machine.run(task);
    report({ kind: 'end', ended, isWorn: machine.isWorn });
  });
  report({ kind: 'ready', snapshot: machine.snapshot });
} catch (cause) {
  report({ kind: 'unusable', reason: cause instanceof Error ? cause.message : 'it does not start' });
}
