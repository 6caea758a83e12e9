/** A whole run, signed and durable, against the loop that everybody writes and against the least a runner has to do. */
import { atLeast, atMost } from '../goal.mjs';
import { cpuPerSample, ratio, series, startServer, wall } from '../measure.mjs';
import { CONCURRENCY, program, runTask } from '../workspace.mjs';

const SIZES = [1000, 20_000];

export async function throughput({ workspace, rounds }) {
  const server = await startServer();
  const runs = {};
  const goals = [];
  for (const size of SIZES) {
    const suite = workspace.suite(size);
    const where = [suite.items, String(server.port), String(CONCURRENCY)];
    const { touchstone, loop, floor } = await series(
      {
        touchstone: () => runTask(workspace, suite, server),
        loop: () => ({ args: [program('openai-loop.mjs'), ...where], server, samples: size }),
        floor: () => ({ args: [program('floor.mjs'), ...where, workspace.fresh('floor')], server, samples: size }),
      },
      rounds,
    );
    Object.assign(runs, { [`touchstone ${size}`]: touchstone, [`loop ${size}`]: loop, [`floor ${size}`]: floor });
    goals.push(
      atLeast(2, ratio(loop, touchstone, wall), `${size}: samples/s of the openai loop`),
      atMost(0.5, ratio(touchstone, loop, cpuPerSample), `${size}: CPU per sample of the openai loop`),
      atLeast(0.25, ratio(floor, touchstone, wall), `${size}: samples/s of the floor`),
    );
  }
  server.stop();
  return { runs, goals };
}
