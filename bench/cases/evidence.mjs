/** A run that gathers evidence of every answer, against the same run at the same endpoint without. */
import { atLeast, atMost } from '../goal.mjs';
import { measure, ratio, series, startServer, wall } from '../measure.mjs';
import { program, runFolder, runTask, verifyTask } from '../workspace.mjs';

const SIZE = 3000;
const LATENCY_MS = 50;

export async function evidence({ workspace, rounds }) {
  const server = await startServer({ latencyMs: LATENCY_MS }, program('tee-server.mjs'));
  const suite = workspace.suite(SIZE);
  const origin = `http://127.0.0.1:${server.port}/v1#mock`;
  const attested = { endpoint: `simulated:near-direct:${origin}`, more: ['--allow-simulated'] };
  // The first run has its answers signed; later ones are given the same signatures.
  const first = runTask(workspace, suite, server, attested);
  await measure(first);
  await measure(verifyTask(runFolder(first.out), SIZE, ['--allow-simulated']));
  const runs = await series(
    {
      'with evidence': () => runTask(workspace, suite, server, attested),
      'without evidence': () => runTask(workspace, suite, server),
      'required level': () =>
        runTask(workspace, suite, server, { ...attested, more: [...attested.more, '--require-level', 'L1'] }),
    },
    rounds,
  );
  server.stop();
  const [{ stats }] = runs['with evidence'];
  const throughput = ratio(runs['without evidence'], runs['with evidence'], wall);
  return {
    runs,
    goals: [
      atLeast(0.6, throughput, 'samples/s of the run without evidence, 64 in flight, 50 ms'),
      atMost(2, stats.signatures / SIZE, 'requests for evidence per sample'),
      atMost(40, stats.attestations, 'requests for attestations, collateral and verdicts in the whole run'),
    ],
  };
}
