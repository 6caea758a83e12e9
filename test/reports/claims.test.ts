import { describe, expect, it } from 'vitest';
import { claimsOf, coverageText, sharedClaims, signerSentence } from '../../src/reports/claims.ts';
import { summarize } from '../../src/reports/summary.ts';
import { NON_CLAIMS } from '../../src/transcript/statement.ts';
import { run } from './runs.ts';

describe('claimsOf()', () => {
  it('puts every axis into the column of its verdict', () => {
    const { proves, declares, does_not_prove: doesNotProve } = claimsOf(run());
    expect(proves.map((claim) => claim.split(':')[0])).toEqual(['integrity', 'authorship', 'completeness', 'scoring']);
    expect(declares[0]).toBe('time: scope of time');
    expect(doesNotProve.slice(0, 2)).toEqual([
      'execution (not evaluated): scope of execution',
      'reproduction (not evaluated): scope of reproduction',
    ]);
  });

  it('declares that the judge judged rightly, and that accepted files are those of the benchmark', () => {
    const plain = run();
    const judge = { ...plain.plan.endpoint, name: 'the judge', model: 'wise', base_url: 'https://judge.example/v1' };
    const accepted = ['ab'.repeat(32)];
    const plan = { ...plain.plan, judge, suite: { ...plain.plan.suite, accepted } };
    const { declares } = claimsOf({ ...plain, plan });
    expect(declares).toContainEqual(
      expect.stringMatching(/^that the judge judged rightly: .* wise at judge\.example,/),
    );
    expect(declares).toContainEqual(expect.stringMatching(/accepted by digest, not pinned \((?:ab){32}\)$/));
    expect(declares.join()).not.toContain('bears the name');
    const self = claimsOf({ ...plain, plan: { ...plan, judge: { ...judge, model: plan.endpoint.model } } });
    expect(self.declares).toContainEqual(expect.stringMatching(/; it bears the name of the model that it judges$/));
    expect(claimsOf(plain).declares.join()).not.toMatch(/judge|pinned/);
    const [row] = summarize([{ ...plain, plan }]).runs;
    expect(row?.labels).toEqual(expect.arrayContaining(['judgement, not re-derivable', 'items not pinned']));
    expect(row?.judge).toMatchObject({ model: 'wise', judgements: 0, reported: [] });
    expect(row?.suite.accepted).toEqual(accepted);
  });

  it('has the limits of every transcript in every case', () => {
    expect(claimsOf(run()).does_not_prove).toEqual(expect.arrayContaining([...NON_CLAIMS]));
  });
});

describe('signerSentence()', () => {
  it('never makes an unknown key look like a known one', () => {
    const signer = { name: 'alice', fingerprint: 'SHA256:abc' };
    expect(signerSentence({ ...signer, status: 'unidentified' })).toBe('by the unidentified signer SHA256:abc');
    expect(signerSentence({ ...signer, status: 'ephemeral' })).not.toContain('alice');
    expect(signerSentence({ ...signer, status: 'trusted' })).toContain('alice SHA256:abc');
  });
});

describe('coverageText()', () => {
  it('gives figures only where counting makes sense', () => {
    const axis = { axis: 'scoring', verdict: 'proven', scope: '' } as const;
    expect(coverageText({ ...axis, coverage: { checked: 412, total: 1319, unit: 'answers' } })).toBe(
      '412 of 1,319 answers',
    );
    expect(coverageText(axis)).toBeNull();
  });
});

describe('sharedClaims()', () => {
  it('adds up coverage and says in how many runs', () => {
    const { runs } = summarize([run(), run({ endpoint: { name: 'large', weights: 'ab'.repeat(32) } })]);
    const { proves, declares } = sharedClaims(runs);
    expect(proves.at(-1)).toEqual({ sentence: 'scoring: scope of scoring (20 of 20 answers)', runs: 2 });
    expect(declares.find(({ sentence }) => sentence.startsWith('which weights'))?.runs).toBe(1);
  });
});
