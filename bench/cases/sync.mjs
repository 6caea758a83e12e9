/** What it costs to wait for the disk before a request leaves: the same run with a journal whose sync does nothing. */
import { atMost } from '../goal.mjs';
import { ratio, series, startServer, wall } from '../measure.mjs';
import { sessionTask } from '../workspace.mjs';

const SETTINGS = [
  { latencyMs: 0, size: 20_000, wanted: 1.25 },
  { latencyMs: 50, size: 5000, wanted: 1.1 },
];

export async function sync({ workspace, rounds }) {
  const runs = {};
  const goals = [];
  for (const { latencyMs, size, wanted } of SETTINGS) {
    const server = await startServer({ latencyMs });
    const suite = workspace.suite(size);
    const { durable, noSync } = await series(
      {
        durable: () => sessionTask(workspace, suite, server, 'durable'),
        noSync: () => sessionTask(workspace, suite, server, 'no-sync'),
      },
      rounds,
    );
    server.stop();
    Object.assign(runs, { [`durable ${latencyMs} ms`]: durable, [`no sync ${latencyMs} ms`]: noSync });
    goals.push(atMost(wanted, ratio(durable, noSync, wall), `${latencyMs} ms: wall of a journal without sync`));
  }
  return { runs, goals };
}
