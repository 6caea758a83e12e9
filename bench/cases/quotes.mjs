/** Verification of a TDX quote with its collateral, against its signatures alone and against another library. */
import { existsSync } from 'node:fs';
import { atLeast } from '../goal.mjs';
import { ratio, series } from '../measure.mjs';
import { CAPTURE } from '../quote-verification.mjs';
import { program } from '../workspace.mjs';

const COUNT = 300;

export async function quotes({ rounds }) {
  if (!existsSync(CAPTURE)) {
    console.log('  skipped: set TOUCHSTONE_TESTDATA to a folder that has the real quotes');
    return { runs: {}, goals: [] };
  }
  const task = (name) => () => ({ args: [program('quote-verification.mjs'), name, `${COUNT}`], samples: COUNT });
  const runs = await series(
    { 'verifyQuote()': task('ours'), 'signature limit': task('limit'), 'dcap-qvl': task('dcap-qvl') },
    rounds,
  );
  const medianMs = (run) => JSON.parse(run.stdout).medianMs;
  const faster = (name) => ratio(runs[name], runs['verifyQuote()'], medianMs);
  return {
    runs,
    goals: [
      atLeast(0.5, faster('signature limit'), 'speed of the signature limit'),
      atLeast(1.5, faster('dcap-qvl'), 'times the speed of dcap-qvl'),
    ],
  };
}
