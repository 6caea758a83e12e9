import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { writeReport } from '../../../src/reports/write-report.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { teeRun } from '../execution-runs.ts';
import { run, sample } from '../runs.ts';
import { CHROMIUM_MISSING, hasChromium, launchChromium } from './chromium.ts';
import { axeFindings, openPage, type OpenedPage } from './open-page.ts';

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

/** Every answer of a page, one item after the other. */
async function answersOneByOne(page: Page): Promise<readonly (string | null)[]> {
  const answers: (string | null)[] = [];
  const rows = await page.locator('#items-list .row').count();
  for (let row = 0; row < rows; row++) {
    await page.locator('#items-list .row').nth(row).click();
    await page.locator('#item-detail .steps', { hasText: `${row + 1} of` }).waitFor();
    answers.push(await page.locator('#item-detail .answer').textContent());
  }
  return answers;
}

describe.skipIf(!hasChromium)(`report.html${hasChromium ? '' : ` (${CHROMIUM_MISSING})`}`, () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-page-'));
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  /** The page of runs that it does not carry: their samples are shown as stated. */
  async function open(runs: readonly VerifiedTranscript[], options: BrowserContextOptions = {}): Promise<OpenedPage> {
    const { paths } = await writeReport(runs, join(folder, String(Math.trunc(performance.now() * 1000))));
    const opened = await openPage(browser, paths[0] ?? '', options);
    if (options.javaScriptEnabled !== false) await opened.page.locator('#items-list .row').first().waitFor();
    return opened;
  }

  it.each(['light', 'dark'] as const)('has no finding of axe, %s, items and runs open', async (colorScheme) => {
    const { page, close } = await open([teeRun(), ...ordinaryRuns(), hostileRun()], { colorScheme });
    await page.locator('#items-list .row').nth(5).click();
    await page.locator('#item-detail h3').waitFor();
    await page.locator('details.run > summary').first().click();
    expect(await axeFindings(page)).toEqual([]);
    await close();
  });

  it('has no finding of axe on a phone', async () => {
    const { page, close } = await open(ordinaryRuns(), { viewport: { width: 360, height: 740 } });
    await page.locator('#items-list .row').first().click();
    await page.locator('#item-detail h3').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await close();
  });

  it('shows hostile text as text, runs none of it and asks no network', async () => {
    const { page, faults, close } = await open([hostileRun()]);
    expect(await page.locator('#items-list .row').count()).toBe(HOSTILE.length);
    for (const details of await page.locator('details > summary').all()) await details.click();
    expect(await answersOneByOne(page)).toEqual([
      ...HOSTILE.slice(0, 3),
      '⟨U+202E⟩gnp.exe⟨U+200F⟩',
      'a⟨U+0000⟩b⟨U+001B⟩[31mc⟨U+0007⟩',
      HOSTILE[5],
      '⟨U+2028⟩⟨U+D800⟩"\'`${1}',
      HOSTILE[7],
    ]);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('img, iframe, script:not([type])').count()).toBe(1);
    expect(faults).toEqual([]);
    await close();
  });

  it('blocks what would turn text into markup, code or a request, even from a script', async () => {
    const { page, close } = await open(ordinaryRuns());
    const outcome = await page.evaluate(`(async () => {
      const tried = [];
      try { document.body.innerHTML = '<b>x</b>'; tried.push('markup'); } catch { tried.push('blocked'); }
      const script = document.createElement('script');
      try { script.textContent = 'window.pwned = 1'; document.body.append(script); } catch { tried.push('blocked'); }
      tried.push(window.pwned === undefined ? 'blocked' : 'code');
      await fetch('http://127.0.0.1:9/').then(() => tried.push('request'), () => tried.push('blocked'));
      try { new Worker(URL.createObjectURL(new Blob(['1']))); tried.push('worker'); } catch { tried.push('blocked'); }
      try { trustedTypes.createPolicy('mine', {}); tried.push('policy'); } catch { tried.push('blocked'); }
      return tried;
    })()`);
    expect(new Set(outcome as string[])).toEqual(new Set(['blocked']));
    // What a debugger evaluates may use eval, so that is read off the policy.
    const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; /);
    expect(policy).not.toMatch(/unsafe|http|\*/);
    await close();
  });

  it.each([360, 768])('fits a screen of %i pixels, names and answers as long as they may be', async (width) => {
    const { page, close } = await open([...ordinaryRuns(), hostileRun()], { viewport: { width, height: 740 } });
    await page.locator('#items-suite').selectOption({ index: 1 });
    await page.locator('#items-count', { hasText: `of ${HOSTILE.length} items` }).waitFor();
    await page.locator('#items-list .row').first().click();
    await page.locator('#item-detail h3').waitFor();
    for (const details of await page.locator('details > summary').all()) await details.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await close();
  });

  it('filters and searches, and has no more rows than are in sight', async () => {
    const { page, faults, close } = await open(ordinaryRuns());
    const count = page.locator('#items-count');
    const shows = async (text: string): Promise<void> => await expect.poll(() => count.textContent()).toBe(text);
    await shows('120 of 120 items');
    expect(await page.locator('#items-list .row').count()).toBeLessThan(40);
    await page.getByText('Unscored', { exact: true }).last().click();
    await shows('1 of 120 items');
    await page.getByText('Wrong', { exact: true }).click();
    await shows('40 of 120 items');
    await page.locator('#items-search').fill('secret-answer 33');
    await shows('1 of 120 items');
    await page.locator('#items-list .row').click();
    await page.locator('.column').nth(1).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('is walked by keyboard', async () => {
    const { page, close } = await open(ordinaryRuns());
    const list = page.locator('#items-list');
    await list.focus();
    const chosen = page.locator('#items-list .row[aria-selected=true]');
    for (const [key, place] of [
      ['ArrowDown', 1],
      ['ArrowDown', 2],
      ['ArrowUp', 1],
      ['End', 120],
      ['Home', 1],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => chosen.getAttribute('aria-posinset')).toBe(String(place));
      expect(await list.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'));
      await page.locator('.prompt', { hasText: new RegExp(`^SECRET-PROMPT ${place - 1}$`) }).waitFor();
    }
    await page.getByText('Next', { exact: true }).press('Enter');
    await page.locator('.prompt', { hasText: 'SECRET-PROMPT 1' }).waitFor();
    await close();
  });

  it('says everything but the items without JavaScript', async () => {
    const { page, close } = await open([...ordinaryRuns(), hostileRun()], { javaScriptEnabled: false });
    const text = await page.locator('body').innerText();
    for (const words of ['66.4', '79 of 119', 'scope of completeness', 'replay', 'CC0-1.0', 'Does not prove']) {
      expect(text).toContain(words);
    }
    expect(await page.locator('#explorer').isVisible()).toBe(false);
    expect(text).toContain('The same rows are in samples.csv');
    await close();
  });
});
