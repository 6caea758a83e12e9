import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { reportJson } from '../../src/reports/json.ts';
import { latencyOf } from '../../src/reports/run-summary.ts';
import { summarize } from '../../src/reports/summary.ts';
import { digest } from '../../src/core/digest.ts';
import { run, sample } from './runs.ts';

const prices = { prompt_usd_per_mtok: '0.5', completion_usd_per_mtok: '2', dated: '2026-11-20' };

describe('summarize()', () => {
  it('groups runs by suite and keeps the order in which suites came', () => {
    const model = summarize([
      run({ suite: { id: 'b' } }),
      run({ suite: { id: 'a' } }),
      run({ suite: { id: 'b' }, endpoint: { name: 'large' } }),
    ]);
    expect(model.suites.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(model.runs.map(({ suite, endpoint }) => `${suite.id} ${endpoint.name}`)).toEqual([
      'b small',
      'b large',
      'a small',
    ]);
    expect(model.title).toBe('2 suites × 2 endpoints');
  });

  it('names suites over the same items with what differs', () => {
    const steps = run({ suite: { id: 'steps' }, rules: { prompt: digest('steps') } });
    const other = run({ suite: { id: 'other' }, selection: { root: digest('other') } });
    const [sums, , third] = summarize([run(), steps, other]).suites;
    expect(sums?.same_items).toEqual([
      { suite: 'steps', difference: expect.objectContaining({ field: 'rules.prompt' }) },
    ]);
    expect(third?.same_items).toEqual([]);
  });

  it('refuses no run and the same run twice', () => {
    expect(() => summarize([])).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    expect(() => summarize([run(), run()])).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  it('counts unscored samples by reason with what each counts as', () => {
    const lost = { score: null, attempts: ['timeout', 'timeout'], latencyUs: null } as const;
    const samples = [
      sample(0),
      sample(1, { ...lost, unscored: 'timeout' }),
      sample(2, { ...lost, unscored: 'timeout' }),
    ];
    const [only] = summarize([run({ samples })]).runs;
    expect(only?.counts).toEqual({
      planned: 3,
      scored: 1,
      unscored: 2,
      reasons: [{ reason: 'timeout', count: 2, counts_as: 'excluded' }],
    });
    expect(only?.attempts).toEqual({ ok: 1, http: 0, timeout: 4, network: 0, cancelled: 0, lost: 0 });
  });

  it('costs what the dated prices of the plan say', () => {
    const [only] = summarize([run({ prices })]).runs;
    // 100 prompt tokens at $0.5 and 50 completion tokens at $2 per million: 50 + 100 millionths.
    expect(only?.tokens).toEqual({ prompt: 100, completion: 50 });
    expect(only?.cost).toEqual({ usd: '0.00015000', prices });
  });

  it('has no cost without prices, and no tokens where the endpoint reported none', () => {
    expect(summarize([run()]).runs[0]?.cost).toBeNull();
    const samples = [sample(0, { promptTokens: null, completionTokens: null })];
    const [silent] = summarize([run({ prices, samples })]).runs;
    expect([silent?.tokens, silent?.cost]).toEqual([null, null]);
  });

  it('labels replays, ephemeral keys, dirty sources, subsets and runs stopped by their budget', () => {
    const end = { k: 'end', seq: 9, at: '2026-11-23T14:10:00Z', reason: 'budget', counts: {} } as const;
    const signer = { status: 'ephemeral', name: 'ci', fingerprint: 'SHA256:x' } as const;
    const odd = run({
      endpoint: { kind: 'replay' },
      runner: { dirty: true },
      suite: { size: 20 },
      run: { end, signer },
    });
    expect(summarize([odd]).runs[0]?.labels).toEqual([
      'replay',
      'ephemeral key',
      'dirty source',
      'stopped by budget',
      'subset',
    ]);
    expect(summarize([run()]).runs[0]?.labels).toEqual([]);
  });

  it('keeps requested, reported and declared model apart', () => {
    const weights = digest('weights');
    const [only] = summarize([run({ endpoint: { weights } })]).runs;
    expect(only?.model).toEqual({
      requested: 'small-0.4m',
      reported: [{ name: 'small-0.4m', answers: 10 }],
      attested: [],
      declared_checkpoints: [],
      fingerprints: [{ name: 'fp_1', answers: 10 }],
      weights,
    });
  });

  it('shows only the signed statement at D0', () => {
    const [only] = summarize([run()], { disclosure: { level: 'D0' } }).runs;
    expect([only?.attempts, only?.tokens, only?.latency, only?.resumes]).toEqual([null, null, null, null]);
    expect(only?.score).not.toBeNull();
  });

  it('does not take the title of a private suite out of its definition', () => {
    expect(summarize([run()]).suites[0]?.title).toBe('Title of sums');
    expect(summarize([run({ suite: { visibility: 'private' } })]).suites[0]?.title).toBeNull();
  });

  it('shows the file name of a run without its path', () => {
    const names = ['/home/alice/runs/x.touchstone.jsonl.gz', 'C:\\runs\\y\\', 'z'].map(
      (name) => summarize([run({ run: { name } })]).runs[0]?.source,
    );
    expect(names).toEqual(['x.touchstone.jsonl.gz', 'y', 'z']);
  });
});

describe('latencyOf()', () => {
  it('takes percentiles by nearest rank', () => {
    const latenciesUs = Array.from({ length: 200 }, (_, index) => 1000 * (index + 1));
    expect(latencyOf(latenciesUs)).toEqual({ n: 200, p50_ms: 100, p90_ms: 180, p99_ms: 198 });
  });

  it('has no percentile that too few values cannot tell from the maximum', () => {
    expect(latencyOf([1000, 2000, 3000])).toEqual({ n: 3, p50_ms: 2, p90_ms: null, p99_ms: null });
    expect(latencyOf([])).toEqual({ n: 0, p50_ms: null, p90_ms: null, p99_ms: null });
  });
});

describe('reportJson()', () => {
  const schema = new URL('../../src/reports/schema/report.schema.json', import.meta.url);
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));

  it('conforms to its schema, also where values are missing', () => {
    const full = run({
      prices,
      endpoint: { weights: digest('w') },
      runner: { lock: digest('l'), commit: 'a'.repeat(40) },
    });
    const bare = run({
      suite: { id: 'bare' },
      run: { totals: null, samples: null, suiteText: null, end: null } as object,
    });
    const warm = run({ rules: { repeats: 2 } });
    const text = reportJson(summarize([full, bare, warm], { createdAt: '2026-11-23T15:00:00Z' }));
    validate(JSON.parse(text));
    expect(validate.errors).toBeNull();
  });

  it('is refused by its schema with one field more', () => {
    expect(validate({ ...summarize([run()]), surprise: 1 })).toBe(false);
  });

  it('has no text of a sample', () => {
    expect(reportJson(summarize([run()]))).not.toContain('SECRET');
  });
});
