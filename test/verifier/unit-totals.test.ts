import { describe, expect, it } from 'vitest';
import type { OutcomeRecord } from '../../src/transcript/record.ts';
import { createTotals } from '../../src/verifier/totals.ts';
import type { RunTotals } from '../../src/verifier/verified-transcript.ts';

const MAX_LATENCIES = 16_384;

function totalsOf(outcomes: Iterable<Partial<OutcomeRecord>>, resumes = 0): RunTotals {
  const tally = createTotals();
  for (const facts of outcomes) tally.add({ k: 'outcome', seq: 2, of: 1, status: 'ok', ...facts });
  return tally.totals(resumes);
}

const latencies = (count: number, from = 0): Partial<OutcomeRecord>[] =>
  Array.from({ length: count }, (_, index) => ({ latency_us: from + index }));

describe('createTotals()', () => {
  it('is zero over no outcomes', () => {
    expect(totalsOf([])).toEqual({
      attempts: { ok: 0, http: 0, timeout: 0, network: 0, cancelled: 0, lost: 0 },
      promptTokens: 0,
      completionTokens: 0,
      latenciesUs: [],
      reportedModels: new Map(),
      fingerprints: new Map(),
      judgements: 0,
      judgeModels: new Map(),
      resumes: 0,
    });
  });

  it('adds up attempts, tokens, names and resumes', () => {
    const totals = totalsOf(
      [
        { model: 'a', fingerprint: 'f', prompt_tokens: 10, completion_tokens: 1, latency_us: 30 },
        { model: 'a', prompt_tokens: 20, completion_tokens: 2, latency_us: 10 },
        { model: 'b', latency_us: 20 },
        { status: 'timeout', latency_us: 99 },
        { status: 'lost' },
        { status: 'lost' },
        { status: 'http', http: 500 },
        { status: 'network' },
        { status: 'cancelled' },
      ],
      2,
    );
    expect(totals).toEqual({
      attempts: { ok: 3, http: 1, timeout: 1, network: 1, cancelled: 1, lost: 2 },
      promptTokens: 30,
      completionTokens: 3,
      latenciesUs: [10, 20, 30],
      reportedModels: new Map([
        ['a', 2],
        ['b', 1],
      ]),
      fingerprints: new Map([['f', 1]]),
      judgements: 0,
      judgeModels: new Map(),
      resumes: 2,
    });
  });

  it('counts names beyond the 64th together', () => {
    const names = Array.from({ length: 1000 }, (_, index) => ({ model: `m${index}` }));
    const { reportedModels } = totalsOf([...names, { model: 'm0' }, { model: 'm999' }]);
    expect(reportedModels.size).toBe(65);
    expect(reportedModels.get('m0')).toBe(2);
    expect(reportedModels.get('others')).toBe(1000 - 64 + 1);
  });

  it('keeps every latency of a run that is not too long', () => {
    expect(totalsOf(latencies(MAX_LATENCIES)).latenciesUs).toEqual(
      Array.from({ length: MAX_LATENCIES }, (_, index) => index),
    );
  });

  it.each([
    [MAX_LATENCIES + 1, 2],
    [2 * MAX_LATENCIES, 2],
    [2 * MAX_LATENCIES + 1, 4],
    [100_000, 8],
  ])('keeps of %i latencies every %ith', (count, stride) => {
    const { latenciesUs } = totalsOf(latencies(count));
    expect(latenciesUs).toEqual(Array.from({ length: Math.ceil(count / stride) }, (_, index) => index * stride));
    expect(latenciesUs.length).toBeLessThanOrEqual(MAX_LATENCIES);
  });

  it('gives latencies in ascending order, however they came', () => {
    expect(totalsOf(latencies(50).toReversed()).latenciesUs).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });
});
