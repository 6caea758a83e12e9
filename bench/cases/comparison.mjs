/** Comparing two runs against verifying them, which comparing includes. */
import { atMost } from '../goal.mjs';
import { CLI, runFolder, runTask } from '../workspace.mjs';
import { measure, ratio, series, startServer, wall } from '../measure.mjs';

const SIZE = 100_000;
const WRONG = [0.3, 0.28];

export async function comparison({ workspace, rounds }) {
  const folders = [];
  for (const [seed, rateWrong] of WRONG.entries()) folders.push(await record(workspace, { rateWrong, seed: seed + 1 }));
  const task = (command) => ({ args: [CLI, command, ...folders, '--allow-unknown-signer'], samples: 2 * SIZE });
  const runs = await series({ 'verify both': () => task('verify'), 'compare both': () => task('compare') }, rounds);
  const peakMb = Math.max(...runs['compare both'].map(({ rssMb }) => rssMb));
  return {
    runs,
    goals: [
      atMost(2, ratio(runs['compare both'], runs['verify both'], wall), 'compare: wall of verifying both'),
      atMost(500, Math.round(peakMb), 'compare: peak memory in MB'),
    ],
  };
}

async function record(workspace, config) {
  const server = await startServer(config);
  const task = runTask(workspace, workspace.suite(SIZE), server);
  await measure(task);
  server.stop();
  return runFolder(task.out);
}
