/** Memory and CPU as the number of samples grows, for a run and for its verification. */
import { rmSync } from 'node:fs';
import { atMost } from '../goal.mjs';
import { cpuPerSample, measure, median, ratio, startServer } from '../measure.mjs';
import { runFolder, runTask, verifyTask } from '../workspace.mjs';

const SIZES = [10_000, 20_000, 100_000];

export async function growth({ workspace, rounds }) {
  const server = await startServer();
  const runs = {};
  for (let round = 0; round < rounds; round++) {
    for (const size of SIZES) {
      const task = runTask(workspace, workspace.suite(size), server);
      (runs[`run ${size}`] ??= []).push(await measure(task));
      (runs[`verify ${size}`] ??= []).push(await measure(verifyTask(runFolder(task.out), size)));
      rmSync(task.out, { recursive: true });
    }
  }
  server.stop();
  return { runs, goals: ['run', 'verify'].flatMap((command) => goalsOf(command, runs)) };
}

function goalsOf(command, runs) {
  const [small, middle, large] = SIZES.map((size) => runs[`${command} ${size}`]);
  const [middleMb, largeMb] = [middle, large].map((measured) => median(measured.map((run) => run.rssMb)));
  const slopeKb = ((largeMb - middleMb) * 1024) / (SIZES[2] - SIZES[1]);
  return [
    atMost(250, largeMb, `${command}: peak MB at ${SIZES[2]} samples`),
    atMost(0.1, slopeKb, `${command}: KB per further sample`),
    atMost(1.05, ratio(large, small, cpuPerSample), `${command}: CPU per sample of a run of ${SIZES[0]}`),
  ];
}
