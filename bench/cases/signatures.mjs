/** What it costs to check the signature over one answer. */
import { atMost } from '../goal.mjs';
import { median, series } from '../measure.mjs';
import { program } from '../workspace.mjs';

const COUNTS = { ed25519: 2000, ecdsa: 400 };
const GOALS_MS = { ed25519: 0.3, ecdsa: 5 };

export async function signatures({ rounds }) {
  const tasks = Object.entries(COUNTS).map(([algo, count]) => [
    algo,
    () => ({ args: [program('chat-signature.mjs'), algo, String(count)], samples: count }),
  ]);
  const runs = await series(Object.fromEntries(tasks), rounds);
  const goals = Object.entries(GOALS_MS).map(([algo, wanted]) =>
    atMost(wanted, median(runs[algo].map(({ stdout }) => JSON.parse(stdout).medianMs)), `${algo}: ms for an answer`),
  );
  return { runs, goals };
}
