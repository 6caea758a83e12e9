/** What it costs to record: the same run with and without a transcript. */
import { atMost } from '../goal.mjs';
import { cpu, ratio, series, startServer } from '../measure.mjs';
import { sessionTask } from '../workspace.mjs';

const SIZE = 20_000;

export async function recording({ workspace, rounds }) {
  const server = await startServer();
  const suite = workspace.suite(SIZE);
  const runs = await series(
    {
      recorded: () => sessionTask(workspace, suite, server, 'durable'),
      unrecorded: () => sessionTask(workspace, suite, server, 'off'),
    },
    rounds,
  );
  server.stop();
  return { runs, goals: [atMost(1.35, ratio(runs.recorded, runs.unrecorded, cpu), 'CPU of a run without transcript')] };
}
