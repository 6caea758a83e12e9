import { describe, expect, it } from 'vitest';
import { comparedRun } from '../../../src/reports/comparison/compared-run.ts';
import { disclosedSamples } from '../../../src/reports/disclosure.ts';
import { loadAssets } from '../../../src/reports/write-report.ts';
import {
  itemsData,
  PAGE_LIMITS,
  type ItemsData,
  type PageLimits,
  type RunSamples,
} from '../../../src/reports/page/items-data.ts';
import { reportHtml } from '../../../src/reports/page/html.ts';
import { pageView } from '../../../src/reports/page/view.ts';
import { summarize } from '../../../src/reports/summary.ts';
import type { VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { digest } from '../../../src/core/digest.ts';
import { run, sample } from '../runs.ts';

function dataOf(runs: readonly VerifiedTranscript[], limits: Partial<PageLimits> = {}): ItemsData {
  const samplesOf = (runId: string): RunSamples => {
    const samples = runs.flatMap((each) => (each.runId === runId ? disclosedSamples(each) : []));
    return { samples, sampleCount: samples.length };
  };
  return itemsData(summarize(runs), samplesOf, { ...PAGE_LIMITS, ...limits });
}

async function pageOf(runs: readonly VerifiedTranscript[], items: ItemsData): Promise<string> {
  const content = {
    view: pageView(
      runs,
      runs.map((each) => comparedRun(each)),
    ),
    bundles: [],
    carried: null,
    items,
  };
  return reportHtml(content, await loadAssets()).join('');
}

describe('itemsData()', () => {
  it('puts the answers of runs with one suite definition side by side', () => {
    const { suites } = dataOf([
      run(),
      run({ endpoint: { name: 'large' } }),
      run({ suite: { id: 'other', digest: digest('other') } }),
    ]);
    expect(suites.map(({ name, runs }) => [name, runs.map((each) => each.name)])).toEqual([
      ['sums 1.0.0', ['small', 'large']],
      ['other 1.0.0', ['small']],
    ]);
    expect(suites[0]?.items[3]?.samples.map(([first]) => first?.answer)).toEqual([
      'SECRET-ANSWER 3',
      'SECRET-ANSWER 3',
    ]);
  });

  it('keeps repeats of an item in its column', () => {
    const samples = [
      sample(0),
      sample(0, { repeat: 1, score: { num: 0, den: 1 } }),
      sample(1, { score: { num: 1, den: 2 } }),
    ];
    const [suite] = dataOf([run({ samples })]).suites;
    expect(suite?.items.map((item) => item.samples[0]?.map(({ verdict, why }) => [verdict, why]))).toEqual([
      [
        ['right', undefined],
        ['wrong', undefined],
      ],
      [['partial', '1/2']],
    ]);
  });

  it('says how an unscored sample ended, and which verdict was not derived again', () => {
    const samples = [
      sample(0, { score: null, unscored: 'timeout', attempts: ['timeout', 'timeout'], latencyUs: null }),
      sample(1, { rescored: false }),
    ];
    const shown = dataOf([run({ samples })]).suites[0]?.items.map((item) => item.samples[0]?.[0]);
    expect(shown?.[0]).toMatchObject({
      verdict: 'unscored',
      why: 'timeout',
      foot: '5 tokens · attempts: timeout, timeout',
    });
    expect(shown?.[1]?.foot).toBe('2 ms · 5 tokens · verdict declared, not re-scored');
  });

  it('carries no more samples of a run than its limit, and counts all', () => {
    const data = dataOf([run(), run({ endpoint: { name: 'large' } })], { samplesPerRun: 4 });
    expect([data.shown, data.total, data.suites[0]?.items.length]).toEqual([8, 20, 4]);
  });

  it('stays within its bytes, of which every suite has the same share', () => {
    const data = dataOf([run(), run({ suite: { id: 'b', digest: digest('b') } })], { totalBytes: 3000 });
    expect(new TextEncoder().encode(JSON.stringify(data.suites.map(({ items }) => items))).length).toBeLessThan(3100);
    const [first, second] = data.suites.map(({ items }) => items.length);
    expect(first).toBe(second);
    expect(first).toBeGreaterThan(0);
    expect([data.shown, data.total]).toEqual([2 * (first ?? 0), 20]);
    expect(data.shown).toBeLessThan(20);
  });

  it('cuts a text that is too long and says so', () => {
    const samples = [sample(0, { answer: 'x'.repeat(1_000_000) })];
    const answer = dataOf([run({ samples })]).suites[0]?.items[0]?.samples[0]?.[0]?.answer;
    expect(answer).toBe(`${'x'.repeat(20_000)}\n⟨980,000 more characters, see samples.csv⟩`);
  });

  it('has no text of a private suite, but every verdict', () => {
    const data = dataOf([run({ suite: { visibility: 'private', redistributable: false } })]);
    expect(JSON.stringify(data)).not.toMatch(/SECRET|item-/);
    expect(data.shown).toBe(10);
  });
});

describe('reportHtml()', () => {
  it('says that the page was cut, and how much was disclosed', async () => {
    const runs = [run()];
    const page = await pageOf(runs, dataOf(runs, { samplesPerRun: 4 }));
    expect(page).toContain('This page carries 4 of 10 samples to stay small; samples.csv has all of them.');
    expect(page).toContain('Disclosure D3: prompts, answers and targets of every item.');
  });

  it('loads nothing: no address in any attribute but its own icon and sections', async () => {
    const runs = [run()];
    const page = await pageOf(runs, dataOf(runs));
    const addresses = [...page.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(addresses.filter((address) => !/^#|^data:image\/svg/.test(address))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
  });
});
