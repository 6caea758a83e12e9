/**
 * A run composed from the parts of the product, with a journal that can be weakened: the price of recording and of
 * durability is what differs between the modes. The product itself has no such switch.
 *
 * node session.mjs durable|no-sync|off SUITE_FILE PORT CONCURRENCY FOLDER
 *
 * `no-sync` writes everything but never waits for the disk. `off` makes no record at all: nothing is formatted,
 * committed to, hashed or written.
 */
import { randomBytes } from 'node:crypto';
import { openAppend } from '../dist/archive/append-file.js';
import { openJournal } from '../dist/archive/journal.js';
import { createRunFolder } from '../dist/archive/run-folder.js';
import { openOpenAiCompatible, NO_CREDENTIALS } from '../dist/endpoints/openai-compatible.js';
import { createBudget } from '../dist/runner/budget.js';
import { systemEnvironment } from '../dist/runner/environment.js';
import { createJudging } from '../dist/runner/judging.js';
import { planRun } from '../dist/runner/plan-run.js';
import { createRecorder } from '../dist/runner/recorder.js';
import { newSamples } from '../dist/runner/samples-left.js';
import { runSession } from '../dist/runner/session.js';
import { keysOf } from '../dist/runner/signing.js';
import { loadSuite } from '../dist/suites/load.js';
import { createBuilder } from '../dist/transcript/builder.js';

const [mode, suiteFile, port, concurrency, folder] = process.argv.slice(2);
const secret = randomBytes(32);
const keys = keysOf({ kind: 'ephemeral' }, secret);
const suite = await loadSuite(suiteFile);
const baseUrl = `http://127.0.0.1:${port}/v1`;
const identity = {
  kind: 'openai',
  name: 'mock',
  base_url: baseUrl,
  model: 'mock',
  stream: false,
  max_tokens_field: 'max_tokens',
};
const connection = { baseUrl, connections: Number(concurrency), credentials: NO_CREDENTIALS };
const endpoint = await openOpenAiCompatible(identity, connection);
const plan = planRun({
  suite,
  endpoint: identity,
  options: { concurrency: Number(concurrency) },
  runner: { name: 'touchstone', version: '0.0.0', platform: 'bench', dirty: true },
  signer: keys.identity,
  nowMs: Date.now(),
  nonce: randomBytes(16),
});

// Nothing is added up but the verdicts, so that the session knows when it is over.
function silentRecorder() {
  let seq = 0;
  let scores = 0;
  return {
    intent: () => seq++,
    outcome: (facts) => ({ ...facts, seq: seq++ }),
    score: (facts) => ({ ...facts, seq: (scores++, seq++) }),
    append: () => seq++,
    counts: () => ({ score: scores }),
    durable: () => Promise.resolve(),
  };
}

async function openWithoutSync(path) {
  return { ...(await openAppend(path)), sync: () => Promise.resolve() };
}

const builder = createBuilder(secret);
const journal = await createRunFolder(folder, secret).then(() =>
  openJournal(folder, mode === 'durable' ? openAppend : openWithoutSync),
);
const recorder = mode === 'off' ? silentRecorder() : createRecorder({ builder, journal });
const finished = await runSession({
  folder,
  plan,
  planDigest: '0'.repeat(64),
  suite,
  endpoint,
  keys,
  environment: systemEnvironment,
  emit: () => {},
  signal: new AbortController().signal,
  onControl: () => {},
  concurrency: plan.concurrency,
  builder,
  journal,
  recorder,
  checkpointer: { tick: () => {}, write: async () => {}, close: async () => '0'.repeat(64) },
  judging: createJudging(plan, suite.definition),
  budget: createBudget(plan),
  left: newSamples(plan),
  aggregates: [],
  finished: null,
});
await endpoint.close();
process.exitCode = finished?.end.reason === 'complete' ? 0 : 1;
