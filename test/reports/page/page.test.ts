import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { writeReport } from '../../../src/reports/write-report.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { teeRun } from '../execution-runs.ts';
import { run, sample } from '../runs.ts';
import { CHROMIUM_MISSING, hasChromium, launchChromium } from './chromium.ts';

const HOSTILE = [
  '</script><script>window.pwned = 1</script>',
  '<img src="http://127.0.0.1:9/x" onerror="window.pwned = 2">',
  '=cmd()',
  '\u202egnp.exe\u200f',
  'a\u0000b\u001b[31mc\u0007',
  '<!--<script>',
  '\u2028\ud800"\'`${1}',
  `javascript:alert(1) ${'x'.repeat(300)}`,
];

/** Samples whose every text is hostile. */
const hostileSamples: readonly VerifiedSample[] = HOSTILE.map((text, index) =>
  sample(index, {
    id: `${index} ${text}`,
    tags: [text],
    messages: [{ role: 'user', content: text }],
    answer: text,
    extracted: text,
    rule: text,
    target: JSON.stringify(text),
    ...(index % 2 === 0 ? { score: { num: 0, den: 1 } } : {}),
  }),
);

function hostileRun(): VerifiedTranscript {
  const name = HOSTILE.join(' ').replace('\ud800', '').slice(0, 250);
  return run({
    samples: hostileSamples,
    suite: { id: 'hostile', digest: digest('hostile'), licence: '</style><script>window.pwned = 3</script>' },
    endpoint: { name, model: name, kind: 'replay' },
    runner: { platform: '<b>x</b>' },
    run: { suiteText: JSON.stringify({ title: HOSTILE[0] }) },
  });
}

function ordinaryRuns(): readonly VerifiedTranscript[] {
  const unscored = { score: null, unscored: 'timeout', attempts: ['timeout'], latencyUs: null } as const;
  const samples = Array.from({ length: 120 }, (_, index) =>
    index === 5 ? sample(index, unscored) : sample(index, { score: { num: index % 3 === 0 ? 0 : 1, den: 1 } }),
  );
  return [run({ samples }), run({ samples: samples.map((each) => ({ ...each })), endpoint: { name: 'large' } })];
}

describe.skipIf(!hasChromium)(`report.html${hasChromium ? '' : ` (${CHROMIUM_MISSING})`}`, () => {
  let folder: string;
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-page-'));
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  /** Opens the page of some runs; everything that a browser complains about, or asks a network for, is a fault. */
  async function openPage(runs: readonly VerifiedTranscript[], options: BrowserContextOptions = {}): Promise<Page> {
    const { paths } = await writeReport(runs, join(folder, String(Math.trunc(performance.now() * 1000))));
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    faults.length = 0;
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => void faults.push(dialog.message()));
    page.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(pathToFileURL(paths[0] ?? '').href);
    return page;
  }

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  async function axeFindings(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe);
    return await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + failureSummary)))`);
  }

  it.each(['light', 'dark'] as const)('has no finding of axe, %s, items and runs open', async (colorScheme) => {
    const page = await openPage([teeRun(), ...ordinaryRuns(), hostileRun()], { colorScheme });
    await page.locator('#items-list button').nth(5).click();
    await page.locator('details.run > summary').first().click();
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  it('has no finding of axe on a phone', async () => {
    const page = await openPage(ordinaryRuns(), { viewport: { width: 360, height: 740 } });
    await page.locator('#items-list button').first().click();
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  it('shows hostile text as text, runs none of it and asks no network', async () => {
    const page = await openPage([hostileRun()]);
    const buttons = page.locator('#items-list button');
    expect(await buttons.count()).toBe(HOSTILE.length);
    for (const button of await buttons.all()) await button.click();
    for (const details of await page.locator('details.run > summary').all()) await details.click();
    expect(await page.locator('.answer').allTextContents()).toEqual([
      ...HOSTILE.slice(0, 3),
      '⟨U+202E⟩gnp.exe⟨U+200F⟩',
      'a⟨U+0000⟩b⟨U+001B⟩[31mc⟨U+0007⟩',
      HOSTILE[5],
      '⟨U+2028⟩⟨U+D800⟩"\'`${1}',
      HOSTILE[7],
    ]);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('img, iframe, b, script:not([type])').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('blocks what would turn text into markup, code or a request, even from a script', async () => {
    const page = await openPage(ordinaryRuns());
    const outcome = await page.evaluate(`(async () => {
      const tried = [];
      try { document.body.innerHTML = '<b>x</b>'; tried.push('markup'); } catch { tried.push('blocked'); }
      const script = document.createElement('script');
      try { script.textContent = 'window.pwned = 1'; document.body.append(script); } catch { tried.push('blocked'); }
      tried.push(window.pwned === undefined ? 'blocked' : 'code');
      await fetch('http://127.0.0.1:9/').then(() => tried.push('request'), () => tried.push('blocked'));
      return tried;
    })()`);
    expect(new Set(outcome as string[])).toEqual(new Set(['blocked']));
    await page.context().close();
  });

  it.each([360, 768])('fits a screen of %i pixels, names and answers as long as they may be', async (width) => {
    const page = await openPage([...ordinaryRuns(), hostileRun()], { viewport: { width, height: 740 } });
    await page.locator('#items-suite').selectOption({ index: 1 });
    for (const button of await page.locator('#items-list button').all()) await button.click();
    for (const details of await page.locator('details.run > summary').all()) await details.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.context().close();
  });

  it('filters, searches and shows more', async () => {
    const page = await openPage(ordinaryRuns());
    const count = page.locator('#items-count');
    expect(await count.textContent()).toBe('120 of 120 items');
    expect(await page.locator('#items-list > li').count()).toBe(50);
    await page.locator('#items-more').click();
    expect(await page.locator('#items-list > li').count()).toBe(100);
    await page.getByText('Unscored', { exact: true }).last().click();
    expect(await count.textContent()).toBe('1 of 120 items');
    await page.getByText('Wrong', { exact: true }).click();
    expect(await count.textContent()).toBe('40 of 120 items');
    await page.locator('#items-search').fill('secret-answer 33');
    await expect.poll(() => count.textContent()).toBe('1 of 120 items');
    await page.locator('#items-list button').click();
    expect(await page.locator('.column').count()).toBe(2);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('opens an item by keyboard', async () => {
    const page = await openPage(ordinaryRuns());
    await page.locator('#items-list button').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.prompt').textContent()).toBe('SECRET-PROMPT 0');
    await page.keyboard.press('Space');
    expect(await page.locator('.prompt').count()).toBe(0);
    await page.context().close();
  });

  it('says everything but the items without JavaScript', async () => {
    const page = await openPage([...ordinaryRuns(), hostileRun()], { javaScriptEnabled: false });
    const text = await page.locator('body').innerText();
    for (const words of ['66.4', '79 of 119', 'scope of completeness', 'replay', 'CC0-1.0', 'Does not prove']) {
      expect(text).toContain(words);
    }
    expect(await page.locator('#explorer').isVisible()).toBe(false);
    expect(text).toContain('The same rows are in samples.csv');
    await page.context().close();
  });
});
