/** Programs in the sandbox, after warm-up. */
import { atLeast } from '../goal.mjs';
import { median, series } from '../measure.mjs';
import { program } from '../workspace.mjs';

const COUNT = 400;
const THREADS = 2;

export async function sandbox({ rounds }) {
  const task = (language) => () => ({
    args: [program('sandbox.mjs'), language, `${COUNT}`, `${THREADS}`],
    samples: 2 * COUNT,
  });
  const runs = await series({ python: task('python'), javascript: task('javascript'), tool: task('tool') }, rounds);
  const perSecond = (name) => median(runs[name].map((run) => JSON.parse(run.stdout).perSecond));
  return {
    runs,
    goals: [
      atLeast(5, perSecond('python'), `Python programs per second in ${THREADS} threads`),
      atLeast(5, perSecond('javascript'), `JavaScript programs per second in ${THREADS} threads`),
      atLeast(100, perSecond('tool'), `calls of a tool per second in ${THREADS} threads`),
    ],
  };
}
