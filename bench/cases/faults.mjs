/** A server that refuses, breaks and hangs up: every sample gets its verdict, and every attempt is in the transcript. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, exactly } from '../goal.mjs';
import { series, startServer } from '../measure.mjs';
import { runFolder, runTask } from '../workspace.mjs';

const SIZE = 1000;
const FAULTS = { rate429: 0.05, retryAfterSeconds: 1, rate500: 0.03, rateReset: 0.02 };
const LONGER_SECONDS = 3;

export async function faults({ workspace, rounds }) {
  const [good, bad] = await Promise.all([startServer(), startServer({ faults: FAULTS })]);
  const suite = workspace.suite(SIZE);
  const outs = [];
  const runs = await series(
    {
      good: () => runTask(workspace, suite, good),
      faulty: () => {
        const task = runTask(workspace, suite, bad);
        outs.push(task.out);
        return task;
      },
    },
    rounds,
  );
  good.stop();
  bad.stop();
  const ends = outs.map(endOf);
  const unrecorded = runs.faulty.map((run, round) => run.stats.requests - ends[round].counts.intent);
  const longer = runs.faulty.map((run, round) => (run.wallMs - runs.good[round].wallMs) / 1000);
  return {
    runs,
    goals: [
      exactly(SIZE, Math.min(...ends.map((end) => end.counts.scored)), 'samples scored'),
      exactly(0, Math.max(...unrecorded.map(Math.abs)), 'attempts that only the server saw'),
      atMost(LONGER_SECONDS, Math.max(...longer), 'seconds more than without faults'),
    ],
  };
}

function endOf(out) {
  const records = readFileSync(join(runFolder(out), 'records.jsonl'), 'utf8').trimEnd();
  return JSON.parse(records.slice(records.lastIndexOf('\n') + 1));
}
