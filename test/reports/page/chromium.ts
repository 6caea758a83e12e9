/** A real browser for the tests of the page; Debian's Chromium or the one that `TOUCHSTONE_CHROMIUM` names. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = process.env['TOUCHSTONE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is a browser; if not, tests of the page are skipped and say so. */
export const hasChromium: boolean = existsSync(executablePath);

/** What a skipped test says. */
export const CHROMIUM_MISSING: string = `skipped: no browser at ${executablePath} (apt-get install chromium, or TOUCHSTONE_CHROMIUM)`;

/** Starts the browser without a sandbox and without any traffic of its own. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
