/** A server that takes its time: the run must keep all of its requests in flight, and never one more. */
import { atMost, exactly } from '../goal.mjs';
import { ratio, series, startServer, wall } from '../measure.mjs';
import { CONCURRENCY, program, runTask } from '../workspace.mjs';

const SIZE = 5000;
const LATENCY_MS = 50;

export async function latency({ workspace, rounds }) {
  const server = await startServer({ latencyMs: LATENCY_MS });
  const suite = workspace.suite(SIZE);
  const where = [suite.items, String(server.port), String(CONCURRENCY)];
  const runs = await series(
    {
      touchstone: () => runTask(workspace, suite, server),
      floor: () => ({ args: [program('floor.mjs'), ...where, workspace.fresh('floor')], server, samples: SIZE }),
    },
    rounds,
  );
  server.stop();
  const inFlight = Math.max(...runs.touchstone.map((run) => run.stats.maxInFlight));
  return {
    runs,
    goals: [
      atMost(1.05, ratio(runs.touchstone, runs.floor, wall), `wall of the floor at ${LATENCY_MS} ms`),
      exactly(CONCURRENCY, inFlight, 'most requests in flight'),
    ],
  };
}
