/**
 * Runs benchmarks and prints what was measured against what is wanted.
 *
 * npm run bench [-- NAME… --rounds 5 --check]
 */
import { availableParallelism } from 'node:os';
import { build } from '../scripts/build.mjs';
import { createWorkspace } from './workspace.mjs';
import { median } from './measure.mjs';
import { comparison } from './cases/comparison.mjs';
import { evidence } from './cases/evidence.mjs';
import { faults } from './cases/faults.mjs';
import { latency } from './cases/latency.mjs';
import { page } from './cases/page.mjs';
import { recording } from './cases/recording.mjs';
import { growth } from './cases/growth.mjs';
import { sandbox } from './cases/sandbox.mjs';
import { signatures } from './cases/signatures.mjs';
import { quotes } from './cases/quotes.mjs';
import { size } from './cases/size.mjs';
import { startup } from './cases/startup.mjs';
import { sync } from './cases/sync.mjs';
import { throughput } from './cases/throughput.mjs';
import { verification } from './cases/verification.mjs';

const CASES = {
  throughput,
  latency,
  recording,
  sync,
  growth,
  verification,
  comparison,
  page,
  quotes,
  signatures,
  sandbox,
  evidence,
  size,
  faults,
  startup,
};

const { names, rounds, check } = parse(process.argv.slice(2));
await build({ onlyIfStale: true });
console.log(`node ${process.versions.node}, ${availableParallelism()} cores, medians of ${rounds}`);
let missed = 0;
for (const name of names) {
  const workspace = createWorkspace();
  try {
    console.log(`\n${name}`);
    const { runs, goals } = await CASES[name]({ workspace, rounds });
    for (const [label, measured] of Object.entries(runs)) console.log(`  ${describe(label, measured)}`);
    for (const goal of goals) {
      if (!goal.ok) missed++;
      console.log(`  ${goal.ok ? 'ok    ' : 'MISSED'} ${goal.text}`);
    }
  } finally {
    workspace.remove();
  }
}
if (check && missed > 0) process.exitCode = 1;

function parse(words) {
  const at = words.indexOf('--rounds');
  const value = at < 0 ? 5 : Number(words.splice(at, 2)[1]);
  const chosen = words.filter((word) => word !== '--check');
  const unknown = chosen.find((name) => !Object.hasOwn(CASES, name));
  if (unknown !== undefined || !(value >= 1)) {
    console.error(`usage: bench [${Object.keys(CASES).join('|')}]… [--rounds N] [--check]`);
    process.exit(2);
  }
  return { names: chosen.length > 0 ? chosen : Object.keys(CASES), rounds: value, check: words.includes('--check') };
}

function describe(label, measured) {
  const middle = (figure) => median(measured.map(figure));
  const parts = [`${(middle((run) => run.wallMs) / 1000).toFixed(2)} s`];
  const [{ samples }] = measured;
  if (samples > 1) parts.push(`${Math.round(samples / (middle((run) => run.wallMs) / 1000))}/s`);
  if (measured[0].cpuMs > 0) {
    parts.push(`${(middle((run) => run.cpuMs) / 1000).toFixed(2)} s CPU`);
    if (samples > 1) parts.push(`${((middle((run) => run.cpuMs) / samples) * 1000).toFixed(0)} us CPU/sample`);
    parts.push(`${Math.round(middle((run) => run.rssMb))} MB`);
  }
  return `${label.padEnd(28)} ${parts.join(' · ')} · others ${middle((run) => run.foreign).toFixed(2)} cores`;
}
