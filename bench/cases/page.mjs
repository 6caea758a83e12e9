/** The report page: how soon there is something to see, and what verifying in a browser costs against Node; and a big report. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { atMost } from '../goal.mjs';
import { measure, median, ratio, series, startServer, wall } from '../measure.mjs';
import { CLI, runFolder, runTask, verifyTask } from '../workspace.mjs';

const SIZE = 10_000;
const RUNS = 10;
const CHROMIUM = process.env.TOUCHSTONE_CHROMIUM ?? '/usr/bin/chromium';

export async function page({ workspace, rounds }) {
  const folders = [];
  for (let seed = 1; seed <= RUNS; seed++) folders.push(await record(workspace, seed));
  const [first] = folders;
  const report = workspace.fresh('report');
  await measure({ args: [CLI, 'report', first, '-o', report], samples: SIZE });
  const runs = await series(
    {
      'verify one run': () => verifyTask(first, SIZE),
      'verify ten runs': () => ({ args: [CLI, 'verify', ...folders, '--allow-unknown-signer'], samples: RUNS * SIZE }),
      'report over ten runs': () => ({
        args: [CLI, 'report', ...folders, '-o', workspace.fresh('big')],
        samples: RUNS * SIZE,
      }),
    },
    rounds,
  );
  const beyond = median(runs['report over ten runs'].map((run, at) => run.wallMs - runs['verify ten runs'][at].wallMs));
  const peakMb = Math.max(...runs['report over ten runs'].map(({ rssMb }) => rssMb));
  const goals = [
    atMost(
      10,
      median(runs['report over ten runs'].map(wall)) / 1000,
      'report over ten runs, verification included, in s',
    ),
    atMost(10, beyond / 1000, 'report over ten runs: seconds beyond verifying them'),
    atMost(500, Math.round(peakMb), 'report over ten runs: peak memory in MB'),
  ];
  if (!existsSync(CHROMIUM))
    return { runs, goals: [...goals, { ok: true, text: `no browser at ${CHROMIUM}: page not measured` }] };
  const opened = [];
  for (let round = 0; round < rounds; round++) opened.push(await openPage(join(report, 'report.html')));
  const shown = opened.map(({ firstMs }) => ({ wallMs: firstMs, cpuMs: 0, foreign: 0, samples: 1 }));
  const verified = opened.map(({ verifiedMs }) => ({ wallMs: verifiedMs, cpuMs: 0, foreign: 0, samples: SIZE }));
  return {
    runs: { ...runs, 'page: first view': shown, 'page: verification': verified },
    goals: [
      ...goals,
      atMost(2, median(shown.map(wall)) / 1000, 'page: seconds to the first view'),
      atMost(3, ratio(verified, runs['verify one run'], wall), 'page: verification against Node'),
    ],
  };
}

async function record(workspace, seed) {
  const server = await startServer({ rateWrong: 0.2 + seed / 50, seed });
  const task = runTask(workspace, workspace.suite(SIZE), server);
  await measure(task);
  server.stop();
  return runFolder(task.out);
}

// A browser of its own each time, so that nothing is compiled before.
async function openPage(path) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  try {
    const tab = await browser.newPage();
    const started = performance.now();
    await tab.goto(pathToFileURL(path).href, { waitUntil: 'commit' });
    await tab.locator('#results .score').first().waitFor();
    const firstMs = performance.now() - started;
    await tab.locator('#proof[data-state=verified]').waitFor({ timeout: 120_000 });
    return { firstMs, verifiedMs: performance.now() - started };
  } finally {
    await browser.close();
  }
}
