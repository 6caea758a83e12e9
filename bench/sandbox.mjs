/**
 * Runs programs in the sandbox; run by the case `sandbox`.
 *
 * node sandbox.mjs python|javascript COUNT THREADS
 */
import { availableParallelism } from 'node:os';
import { openSandbox } from '../dist/scoring/sandbox/open-sandbox.js';

// A task of the size and the cost of those in HumanEval, a third of which are wrong.
const PROGRAMS = {
  python: (n) => `from typing import List


def rolling(numbers: List[int]) -> List[int]:
    """The largest of the numbers so far, for each of them."""
    largest, result = None, []
    for number in numbers:
        largest = number if largest is None else max(largest, number)
        result.append(largest)
    return result


def check(candidate):
    assert candidate([]) == []
    assert candidate([3, 2, 3, 100, 3]) == [3, 3, 3, 100, 100]
    for size in range(100):
        assert candidate(list(range(size))) == list(range(size))
    assert ${n} % 3


check(rolling)
`,
  javascript: (n) => `
function rolling(numbers) {
  let largest;
  return numbers.map((number) => (largest = largest === undefined ? number : Math.max(largest, number)));
}
const assert = require('assert');
assert.deepEqual(rolling([]), []);
assert.deepEqual(rolling([3, 2, 3, 100, 3]), [3, 3, 3, 100, 100]);
for (let size = 0; size < 100; size++) {
  const numbers = Array.from({ length: size }, (_, n) => n);
  assert.deepEqual(rolling(numbers), numbers);
}
assert(${n} % 3);
`,
};

const [language, count, threads] = process.argv.slice(2);
const sandbox = openSandbox({ threads: Number(threads) || availableParallelism() });
const trial = (n) => ({ language, setUp: '', source: PROGRAMS[language](n), maxSteps: 1e8, timeoutMs: 30_000 });
const runAll = async (from) => {
  const ends = await Promise.all(Array.from({ length: Number(count) }, (_, n) => sandbox.run(trial(from + n))));
  const wrong = ends.findIndex((end, n) => end !== ((from + n) % 3 === 0 ? 'failed' : 'passed'));
  if (wrong >= 0) throw new Error(`program ${wrong} ended "${ends[wrong]}"`);
};
const started = performance.now();
await sandbox.ready(language);
const startMs = performance.now() - started;
await runAll(0);
const warm = performance.now();
await runAll(0);
const perSecond = Number(count) / ((performance.now() - warm) / 1000);
await sandbox.close();
console.log(JSON.stringify({ startMs, perSecond }));
