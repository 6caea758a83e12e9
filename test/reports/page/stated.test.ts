import { describe, expect, it } from 'vitest';
import type { ReportModel, ReportRun } from '../../../src/reports/model.ts';
import { contradictions, missingRuns, statedOnly } from '../../../src/reports/page/stated.ts';
import { summarize } from '../../../src/reports/summary.ts';
import { run } from '../runs.ts';

const model = summarize([run(), run({ endpoint: { name: 'large' } })]);

function withFirst(change: (run: ReportRun) => ReportRun): ReportModel {
  return { ...model, runs: model.runs.map((each, at) => (at === 0 ? change(each) : each)) };
}

describe('contradictions()', () => {
  it('are none between a report and the same figures', () => {
    expect(contradictions(model, summarize([run(), run({ endpoint: { name: 'large' } })]))).toEqual([]);
  });

  it('name every figure that differs, and the run', () => {
    const stated = withFirst((each) => ({
      ...each,
      score: each.score && { ...each.score, value: '0.999999' },
      tokens: { prompt: 1, completion: 1 },
      latency: null,
    }));
    expect(contradictions(stated, model)).toEqual([
      { runId: model.runs[0]?.run_id, name: 'small', fields: ['score', 'tokens', 'latency'] },
    ]);
  });

  it('leave alone who is trusted, what was recomputed, and what a transcript does not disclose', () => {
    const found = withFirst((each) => ({
      ...each,
      signer: { ...each.signer, status: 'unidentified' },
      score: each.score && { ...each.score, status: 'declared' },
      tokens: null,
      attempts: null,
    }));
    expect(contradictions(model, found)).toEqual([]);
  });
});

describe('what is only stated', () => {
  it('are runs without a transcript', () => {
    expect(missingRuns(model, { ...model, runs: model.runs.slice(1) })).toEqual(['small on sums']);
  });

  it('are questions that were proven elsewhere and not here', () => {
    const found = withFirst((each) => ({
      ...each,
      axes: each.axes.map((axis) => (axis.axis === 'authorship' ? { ...axis, verdict: 'declared' as const } : axis)),
    }));
    expect(statedOnly(model, found)).toEqual(['authorship proven (1 run)']);
    expect(statedOnly(model, model)).toEqual([]);
  });
});
