/**
 * Runs programs in the sandbox; run by the case `sandbox`. `tool` evaluates calls of a tool of an agentic suite instead.
 *
 * node sandbox.mjs python|javascript|tool COUNT THREADS
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

const TOOL = (n) => `
function call(state, { from, to, amount }) {
  if (!(amount > 0 && (state.balances[from] ?? 0) >= amount)) return { state, reply: 'no' };
  const balances = { ...state.balances, [from]: state.balances[from] - amount, [to]: (state.balances[to] ?? 0) + amount };
  return { state: { ...state, balances }, reply: 'done' };
}
JSON.stringify(call({"balances":{"a":${n},"b":0}}, {"from":"a","to":"b","amount":1}))`;

const [kind, count, threads] = process.argv.slice(2);
const language = kind === 'tool' ? 'javascript' : kind;
const sandbox = openSandbox({ threads: Number(threads) || availableParallelism() });
const bounds = { language, setUp: '', maxSteps: 1e8, timeoutMs: 30_000 };
const runs = {
  program: (n) => sandbox.run({ ...bounds, source: PROGRAMS[language](n) }),
  tool: async (n) => (await sandbox.evaluate({ ...bounds, source: TOOL(n + 1), maxOutputLength: 65_536 })).output,
};
const wants = {
  program: (n) => (n % 3 === 0 ? 'failed' : 'passed'),
  tool: (n) => `{"state":{"balances":{"a":${n},"b":1}},"reply":"done"}`,
};
const form = kind === 'tool' ? 'tool' : 'program';
const runAll = async (from) => {
  const ends = await Promise.all(Array.from({ length: Number(count) }, (_, n) => runs[form](from + n)));
  const wrong = ends.findIndex((end, n) => end !== wants[form](from + n));
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
