/** How long a command takes when there is next to nothing to do, against an empty Node process. */
import { atMost } from '../goal.mjs';
import { measure, ratio, series, startServer, wall } from '../measure.mjs';
import { CLI, runFolder, runTask, verifyTask } from '../workspace.mjs';

const GOALS = { '--version': 1.5, '--help': 2.5, 'one-sample run': 5, 'verify of one run': 4.5 };
// These take a tenth of a second, so more of them are affordable and needed.
const TIMES_ROUNDS = 4;

export async function startup({ workspace, rounds }) {
  const server = await startServer();
  const suite = workspace.suite(1);
  const first = runTask(workspace, suite, server);
  await measure(first);
  const runs = await series(
    {
      'node -e 0': () => ({ args: ['-e', '0'], bare: true }),
      '--version': () => ({ args: [CLI, '--version'], bare: true }),
      '--help': () => ({ args: [CLI, '--help'], bare: true }),
      'one-sample run': () => ({ ...runTask(workspace, suite, server), bare: true }),
      'verify of one run': () => ({ ...verifyTask(runFolder(first.out), 1), bare: true }),
    },
    rounds * TIMES_ROUNDS,
  );
  server.stop();
  const goals = Object.entries(GOALS).map(([name, wanted]) =>
    atMost(wanted, ratio(runs[name], runs['node -e 0'], wall), `${name}: wall of node -e 0`),
  );
  return { runs, goals };
}
