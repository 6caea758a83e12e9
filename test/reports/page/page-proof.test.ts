import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatVkey } from '../../../src/core/note-key.ts';
import { writeReport, type ReportOptions } from '../../../src/reports/write-report.ts';
import { formatSeal, GZIP_HEADER } from '../../../src/transcript/publication.ts';
import { secretKey } from '../../../src/core/key.ts';
import { temporaryFolder } from '../../runner/toy.ts';
import { STRANGER } from '../../verifier/crafted-run.ts';
import { CHROMIUM_MISSING, hasChromium, launchChromium } from './chromium.ts';
import { axeFindings, openPage, proofOf, type OpenedPage } from './open-page.ts';
import { bundleOf, numberSuite, runNumbers, verified } from './page-runs.ts';

const HOSTILE = [
  '</script><script>window.pwned = 1</script>',
  '<img src="http://127.0.0.1:9/x" onerror="window.pwned = 2">',
  '\u202egnp.exe\u200f',
  'a\u0000b\u001b[31mred\u0007',
  '<!--<script>',
  '\u2028"\'`${1}',
  `${'1 MB '.repeat(210_000)}end`,
];

const REPORTS = resolve(import.meta.dirname, '../../../reports');
const PUBLISHED = readdirSync(REPORTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(REPORTS, name, 'report.html'));

const ITEMS = 24;

/** The key that signs the toy runs. */
const { publicKey } = secretKey('toy', new Uint8Array(32).fill(7));

describe.skipIf(!hasChromium)(`a page that proves itself${hasChromium ? '' : ` (${CHROMIUM_MISSING})`}`, () => {
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  let browser: Browser;
  /** Bundles of two comparable runs, of a hostile one, and of a run of a private suite at D1. */
  let good: string;
  let other: string;
  let hostile: string;
  let secret: string;
  let reports = 0;

  beforeAll(async () => {
    temporary = await temporaryFolder();
    browser = await launchChromium();
    const at = (name: string): string => join(temporary.path, name);
    const suite = await numberSuite(at('suite'), ITEMS);
    const hostileSuite = await numberSuite(at('hostile-suite'), HOSTILE.length);
    const privateSuite = await numberSuite(at('private-suite'), 4, ['visibility: private']);
    const right = (n: number): string => (n % 4 === 3 ? 'no' : String(n));
    await runNumbers(at('good'), { suite, name: 'good', answer: right });
    await runNumbers(at('other'), { suite, name: 'other', answer: (n) => (n % 4 === 1 ? 'never' : String(n)) });
    await runNumbers(at('hostile'), { suite: hostileSuite, name: 'hostile', answer: (n) => HOSTILE[n] ?? '' });
    await runNumbers(at('secret'), { suite: privateSuite, name: 'secret', answer: (n) => `SECRET-${n}` });
    good = await bundleOf(at('good'));
    other = await bundleOf(at('other'));
    hostile = await bundleOf(at('hostile'));
    secret = at('secret');
  });

  afterAll(async () => {
    await browser?.close();
    await temporary?.remove();
  });

  async function reportOf(paths: readonly string[], options: ReportOptions = {}): Promise<string> {
    const { runs, paths: byId } = await verified(paths);
    const { paths: written } = await writeReport(runs, join(temporary.path, `report-${reports++}`), {
      paths: byId,
      ...options,
    });
    return written[0] ?? '';
  }

  async function openReport(paths: readonly string[], options: ReportOptions = {}): Promise<OpenedPage> {
    return await openPage(browser, await reportOf(paths, options));
  }

  /** The page at a path with its text changed, which has not been signed by anybody. */
  async function altered(path: string, change: (text: string) => string): Promise<string> {
    const text = await readFile(path, 'utf8');
    // The script is what its hash says, or it does not run at all.
    const script = text.lastIndexOf('<script>');
    const changed = change(text.slice(0, script)) + text.slice(script);
    expect(changed).not.toBe(text);
    const out = path.replace('report.html', 'altered.html');
    await writeFile(out, changed);
    return out;
  }

  /** A bundle whose lines have been changed, with a right seal: everybody can make one. */
  async function resealed(path: string, change: (text: string) => string, junk = ''): Promise<string> {
    const text = gunzipSync(await readFile(path)).toString();
    const body = change(text.slice(0, text.lastIndexOf('{"sha256"')));
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(body), 0);
    trailer.writeUInt32LE(Buffer.byteLength(body), 4);
    const bytes = Buffer.concat([GZIP_HEADER, deflateRawSync(body), Buffer.from(junk), trailer]);
    const seal = formatSeal(createHash('sha256').update(bytes).digest('hex'));
    const out = join(temporary.path, `resealed-${reports++}.touchstone.jsonl.gz`);
    await writeFile(out, Buffer.concat([bytes, seal]));
    return out;
  }

  async function dropped(page: Page, path: string): Promise<void> {
    const base64 = (await readFile(path)).toString('base64');
    const transfer = await page.evaluateHandle((text) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'dropped.touchstone.jsonl.gz'));
      return transfer;
    }, base64);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  }

  const remarks = async (page: Page): Promise<string> => (await page.locator('#proof').textContent()) ?? '';

  it('verifies what it carries, and shows the same figures as before, made again', async () => {
    const path = await reportOf([good, other]);
    const still = await openPage(browser, path, { javaScriptEnabled: false });
    const sections = ['results', 'comparison', 'effort'];
    const shown = async (page: Page): Promise<readonly string[]> =>
      await Promise.all(sections.map(async (id) => (await page.locator(`#${id}`).innerText()).replace(/\s+/g, ' ')));
    const stated = await shown(still.page);
    await still.close();
    const { page, faults, close } = await openPage(browser, path);
    expect(await proofOf(page)).toBe('verified');
    expect(await remarks(page)).toContain(`2 of 2 transcripts, ${2 * ITEMS} samples`);
    await page.evaluate(`document.getElementById('charts').hidden = true`);
    expect(await shown(page)).toEqual(stated);
    expect(stated[0]).toContain('75.0');
    expect(await page.locator('#seal').textContent()).toBe('verified here');
    expect(await page.locator('#verdicts-note').isVisible()).toBe(false);
    expect(faults).toEqual([]);
    await close();
  });

  it.each(PUBLISHED)('verifies the published page %s', async (path) => {
    const { page, faults, close } = await openPage(browser, path);
    expect(await proofOf(page)).toBe('verified');
    expect(faults).toEqual([]);
    await close();
  });

  it('turns red if one byte of a transcript is not what was sealed', async () => {
    const path = await reportOf([good, other]);
    const page = await altered(path, (text) =>
      text.replace(
        /(class="bundle-data">.{2000})(.)/,
        (_, before: string, digit: string) => before + (digit === 'A' ? 'B' : 'A'),
      ),
    );
    const opened = await openPage(browser, page);
    expect(await proofOf(opened.page)).toBe('failed');
    expect(await remarks(opened.page)).toContain('1 of 2 transcripts failed verification');
    expect(await opened.page.locator('.fault code').allTextContents()).toEqual(['ERR_BUNDLE_SEAL']);
    expect(await opened.page.locator('#results .endpoint').allTextContents()).toEqual(['other']);
    expect(await opened.page.locator('#verdicts').innerText()).toMatch(/integrity\s+1 failed, 1 proven/);
    expect(await opened.page.locator('.matrix tbody th').first().innerText()).toContain('ERR_BUNDLE_SEAL');
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  it('shows none of the figures it came with if none of its transcripts verifies', async () => {
    const path = await altered(await reportOf([good]), (text) =>
      text.replace('class="bundle-data">H4', 'class="bundle-data">H5'),
    );
    const { page, close } = await openPage(browser, path);
    expect(await proofOf(page)).toBe('failed');
    expect(await page.locator('main').isVisible()).toBe(false);
    expect(await page.locator('#verdicts').isVisible()).toBe(false);
    await page.setInputFiles('#proof-files', good);
    await page.locator('main').waitFor();
    expect(await page.locator('#results .score').allTextContents()).toEqual(['75.0']);
    await close();
  });

  it.each([
    ['a score', 'ERR_SCORE', (text: string) => text.replace('"k":"score","num":1', '"k":"score","num":0')],
    [
      'an answer',
      'ERR_OPENING_COMMITMENT',
      (text: string) => text.replace('\\"content\\":\\"5\\"', '\\"content\\":\\"6\\"'),
    ],
    ['the plan', 'ERR_PLAN_SIGNATURE', (text: string) => text.replace('toy-1', 'toy-2')],
    ['a record left out', 'ERR_OPENING_STRAY', (text: string) => text.replace(/\{[^\n]*"k":"outcome"[^\n]*\n/, '')],
  ])('turns red over %s that was changed and sealed again', async (_, code, change) => {
    const { page, close } = await openReport([good], {
      limits: { bundleBytes: 0, samplesPerRun: 0, totalBytes: 0, textCharacters: 0 },
    });
    await dropped(page, await resealed(good, change));
    expect(await proofOf(page)).toBe('failed');
    expect(await page.locator('.fault code').allTextContents()).toEqual([code]);
    await close();
  });

  it('refuses what stands behind the compressed lines of a transcript', async () => {
    const { page, close } = await openReport([good]);
    await proofOf(page);
    await page.setInputFiles('#proof-files', await resealed(good, (text) => text, 'hidden'));
    await page.locator('.fault code').waitFor();
    expect(await page.locator('.fault code').textContent()).toBe('ERR_BUNDLE_FORM');
    await close();
  });

  it('turns red over a figure that its transcripts do not give, and shows theirs', async () => {
    const path = await altered(await reportOf([good, other]), (text) =>
      text.replaceAll('0.750000', '0.950000').replaceAll('75.0', '95.0'),
    );
    const { page, close } = await openPage(browser, path);
    expect(await proofOf(page)).toBe('failed');
    expect(await remarks(page)).toContain('This page contradicts its transcripts');
    expect(await remarks(page)).toMatch(/good: the page states another .*score/);
    expect(await page.locator('#results .score').allTextContents()).toEqual(['75.0', '75.0']);
    await close();
  });

  it('takes transcripts by drop and from the chooser, and asks for those it lacks', async () => {
    const limits = { bundleBytes: 100, samplesPerRun: 5, totalBytes: 1e6, textCharacters: 1000 };
    const { page, faults, close } = await openReport([good, other], { limits });
    expect(await proofOf(page)).toBe('stated');
    expect(await remarks(page)).toContain('Not verified here yet');
    await page.locator('#items-count', { hasText: /^5 of 5 items$/ }).waitFor();
    await dropped(page, good);
    await page.locator('#proof[data-state=verified]').waitFor();
    expect(await remarks(page)).toContain(
      'Not shown, because no transcript of them has been verified here: other on numbers',
    );
    expect(await page.locator('#results .endpoint').allTextContents()).toEqual(['good']);
    await page.setInputFiles('#proof-files', other);
    await page.locator('#results .endpoint').nth(1).waitFor();
    expect(await remarks(page)).toContain('2 of 2 transcripts');
    await page.locator('#items-count', { hasText: `${ITEMS} of ${ITEMS} items` }).waitFor();
    await dropped(page, join(temporary.path, 'suite', 'suite.yaml'));
    await page.locator('#proof[data-state=failed]').waitFor();
    expect(await page.locator('.fault code').textContent()).toBe('ERR_BUNDLE_FORM');
    expect(faults).toEqual([]);
    await close();
  });

  it('verifies against the key of a reader', async () => {
    const { page, close } = await openReport([good]);
    await proofOf(page);
    await page.locator('#proof-more summary').click();
    const trust = async (key: string): Promise<void> => {
      await page.locator('#proof-key').fill(key);
      await page.locator('#proof-trust button').click();
    };
    await trust('not a key');
    await page.locator('#proof-refused', { hasText: 'want a vkey' }).waitFor();
    expect(await page.locator('#verdicts').textContent()).toMatch(/authorship\s*declared/);
    await trust(formatVkey({ name: 'alice', key: publicKey.bytes }));
    await page.locator('#verdicts', { hasText: /authorship\s*proven/ }).waitFor();
    expect(await remarks(page)).toContain(publicKey.fingerprint);
    await trust(formatVkey({ name: 'stranger', key: STRANGER.publicKey.bytes }));
    await page.locator('.fault code', { hasText: 'ERR_SIGNER_UNTRUSTED' }).waitFor();
    await page.locator('main').waitFor({ state: 'hidden' });
    await close();
  });

  it('shows hostile answers as text, runs none of them and asks no network', async () => {
    const { page, faults, close } = await openReport([hostile]);
    expect(await proofOf(page)).toBe('verified');
    const texts: string[] = [];
    for (let row = 0; row < HOSTILE.length; row++) {
      await page.locator('#items-list .row').nth(row).click();
      await page.locator('#item-detail .steps', { hasText: `${row + 1} of` }).waitFor();
      texts.push((await page.locator('#item-detail .answer').textContent()) ?? '');
    }
    expect(texts.slice(0, -1)).toEqual([
      ...HOSTILE.slice(0, 2),
      '⟨U+202E⟩gnp.exe⟨U+200F⟩',
      'a⟨U+0000⟩b⟨U+001B⟩[31mred⟨U+0007⟩',
      HOSTILE[4],
      '⟨U+2028⟩"\'`${1}',
    ]);
    expect(texts.at(-1)).toHaveLength(20_001);
    await page.getByText('Show all 1,050,003 characters').first().click();
    expect((await page.locator('#item-detail .answer').textContent())?.endsWith('1 MB end')).toBe(true);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('img, iframe, script:not([type])').count()).toBe(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect(faults).toEqual([]);
    await close();
  });

  it('carries of a private suite what may be shown, and verifies that', async () => {
    const path = await reportOf([secret]);
    const text = await readFile(path, 'utf8');
    const carried = /class="bundle-data">([^<]*)</.exec(text)?.[1] ?? '';
    const lines = gunzipSync(Buffer.from(carried, 'base64')).toString();
    expect(lines).toContain('"level":"D1"');
    expect(text.slice(0, text.lastIndexOf('<script>')) + lines).not.toMatch(/SECRET|say \d/);
    const { page, close } = await openPage(browser, path);
    expect(await proofOf(page)).toBe('verified');
    expect(await remarks(page)).toContain('not evaluated here: scoring proven (1 run)');
    await page.locator('#items-list .row').first().click();
    await page.getByText('Prompt, answers and target are not disclosed.').waitFor();
    await close();
  });

  it('finds what one run gained and lost, and lays two answers over each other', async () => {
    const { page, faults, close } = await openReport([good, other]);
    await proofOf(page);
    const flips = page.locator('.pair-facts a');
    expect(await flips.allTextContents()).toEqual(['6 gained', '6 lost']);
    await flips.first().click();
    await page.locator('#items-count', { hasText: `6 of ${ITEMS} items` }).waitFor();
    await page.locator('#items-list').focus();
    await page.keyboard.press('End');
    await page.locator('#item-detail h3', { hasText: 'q23' }).waitFor();
    await page.locator('.difference summary').click();
    await page.locator('.difference del').waitFor();
    expect(await page.locator('.difference del').allTextContents()).toEqual(['no']);
    expect(await page.locator('.difference ins').allTextContents()).toEqual(['23']);
    await page.locator('#items-tag').selectOption('third');
    await page.locator('#items-count', { hasText: `2 of ${ITEMS} items` }).waitFor();
    expect(await page.locator('.tags-of-suite tbody th').allTextContents()).toEqual(['plain', 'third']);
    expect(faults).toEqual([]);
    await close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no finding of axe, %s, %i pixels wide, everything open', async (colorScheme, width) => {
    const path = await reportOf([good, other, hostile]);
    const { page, close } = await openPage(browser, path, { colorScheme, viewport: { width, height: 900 } });
    await proofOf(page);
    await page.locator('#items-list .row').nth(3).click();
    await page.locator('#item-detail h3').waitFor();
    for (const summary of await page.locator('details > summary').all()) await summary.click();
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await close();
  });
});
