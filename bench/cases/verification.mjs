/** Verification against what no verifier can do without, over the same files. */
import { atLeast } from '../goal.mjs';
import { measure, ratio, series, startServer, wall } from '../measure.mjs';
import { program, runFolder, runTask, verifyTask } from '../workspace.mjs';

const SIZE = 50_000;

export async function verification({ workspace, rounds }) {
  const server = await startServer();
  const task = runTask(workspace, workspace.suite(SIZE), server);
  await measure(task);
  server.stop();
  const folder = runFolder(task.out);
  const limit = (...args) => ({ args: [program('verify-limit.mjs'), ...args], samples: SIZE });
  const runs = await series(
    {
      'integrity part': () => ({ args: [program('integrity.mjs'), folder], samples: SIZE }),
      'hash limit, records': () => limit('hash', folder, 'records'),
      'full verification': () => verifyTask(folder, SIZE),
      'hash limit': () => limit('hash', folder),
      'parse limit': () => limit('parse', folder),
    },
    rounds,
  );
  return {
    runs,
    goals: [
      atLeast(
        0.7,
        ratio(runs['hash limit, records'], runs['integrity part'], wall),
        'integrity: speed of the hash limit',
      ),
      atLeast(0.6, ratio(runs['parse limit'], runs['full verification'], wall), 'full: speed of the parse limit'),
    ],
  };
}
