import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GatePolicy, SuiteRules } from '../../../src/reports/gate/policy.ts';
import { weakenings } from '../../../src/reports/gate/weaker.ts';
import { GATE_POLICY } from '../../transcript/examples.ts';

function withSuite(change: (rules: SuiteRules) => SuiteRules): GatePolicy {
  const rules = GATE_POLICY.suites['arithmetic'] ?? {};
  return { ...GATE_POLICY, suites: { arithmetic: change(rules) } };
}

function found(after: GatePolicy, before: GatePolicy = GATE_POLICY): readonly string[] {
  return weakenings(before, after).map(({ sentence }) => sentence);
}

const SUITE = '/suites/arithmetic';
const METRIC = `${SUITE}/metrics/mean~11`;

const WEAKER: readonly (readonly [name: string, after: GatePolicy, sentence: string])[] = [
  ['a suite is gone', { ...GATE_POLICY, suites: { other: { min_items: 1 } } }, `${SUITE}: the rule is gone`],
  ...(
    ['metrics', 'must_pass', 'min_items', 'max_unscored', 'max_latency_ratio', 'max_cost_ratio', 'assurance'] as const
  ).map((rule): readonly [string, GatePolicy, string] => [
    `${rule} is gone`,
    withSuite(({ [rule]: _gone, ...rest }) => rest),
    rule === 'metrics' ? `${METRIC}: the rule is gone` : `${SUITE}/${rule}: the rule is gone`,
  ]),
  ['fewer items', withSuite((rules) => ({ ...rules, min_items: 99 })), `${SUITE}/min_items: 99 instead of 100`],
  [
    'more unscored',
    withSuite((rules) => ({ ...rules, max_unscored: 0.02 })),
    `${SUITE}/max_unscored: 0.02 instead of 0.01`,
  ],
  [
    'slower',
    withSuite((rules) => ({ ...rules, max_latency_ratio: 2 })),
    `${SUITE}/max_latency_ratio: 2 instead of 1.5`,
  ],
  [
    'more prompt tokens',
    withSuite((rules) => ({ ...rules, max_prompt_token_ratio: 1.51 })),
    `${SUITE}/max_prompt_token_ratio: 1.51 instead of 1.5`,
  ],
  [
    'an item need not pass',
    withSuite((rules) => ({ ...rules, must_pass: ['item-2', 'item-3'] })),
    `${SUITE}/must_pass: the item item-1 need no longer pass`,
  ],
  ['a higher maximum', metric({ maximum: 1 }), `${METRIC}/maximum: 1 instead of 0.99`],
  ['a lower minimum', metric({ minimum: 0.79 }), `${METRIC}/minimum: 0.79 instead of 0.8`],
  [
    'a wider margin',
    metric({ non_inferiority: { margin: 0.021, alpha: 0.05 } }),
    `${METRIC}/non_inferiority/margin: 0.021 instead of 0.02`,
  ],
  [
    'a larger alpha',
    metric({ non_inferiority: { margin: 0.02, alpha: 0.1 } }),
    `${METRIC}/non_inferiority/alpha: 0.1 instead of 0.05`,
  ],
  [
    'a minimum that need not be shown',
    second({ minimum: 0.9 }),
    `${SUITE}/metrics/mean~12/minimum: the score need no longer be shown beyond noise`,
  ],
  [
    'a minimum shown with less certainty',
    second({ minimum: { score: 0.8, alpha: 0.1 } }),
    `${SUITE}/metrics/mean~12/minimum/alpha: 0.1 instead of 0.05`,
  ],
  [
    'a lower level',
    withSuite((rules) => ({ ...rules, assurance: { ...rules.assurance, level: 'L3' } })),
    `${SUITE}/assurance/level: the level L3 is enough now, L4 was asked`,
  ],
  [
    'a weaker axis',
    withSuite((rules) => ({
      ...rules,
      assurance: { ...rules.assurance, axes: { ...rules.assurance?.axes, scoring: 'declared' } },
    })),
    `${SUITE}/assurance/axes/scoring: declared is enough now, proven was asked`,
  ],
  [
    'another signer',
    {
      ...GATE_POLICY,
      signers: { ...GATE_POLICY.signers, baseline: [...GATE_POLICY.signers.baseline, 'c+00000000+AQ'] },
    },
    '/signers/baseline/2: the key c+00000000+AQ was not accepted before',
  ],
];

function metric(change: NonNullable<SuiteRules['metrics']>[string]): GatePolicy {
  return withSuite((rules) => ({
    ...rules,
    metrics: { ...rules.metrics, 'mean/1': { ...rules.metrics?.['mean/1'], ...change } },
  }));
}

function second(rules: NonNullable<SuiteRules['metrics']>[string]): GatePolicy {
  return withSuite((held) => ({ ...held, metrics: { ...held.metrics, 'mean/2': rules } }));
}

describe('weakenings()', () => {
  it('finds none in the same policy', () => {
    expect(found(GATE_POLICY)).toEqual([]);
  });

  it.each(WEAKER)('%s', (_, after, sentence) => {
    expect(found(after)).toContain(sentence);
  });

  it.each(WEAKER.slice(8))('is not weaker the other way round: %s', (name, after) => {
    const back = found(GATE_POLICY, after);
    expect(back.filter((sentence) => !sentence.includes('item-3') && !sentence.includes('shown beyond'))).toEqual(
      name === 'a minimum that need not be shown' ? [`${SUITE}/metrics/mean~12/minimum: 0.8 instead of 0.9`] : [],
    );
  });

  it('names every one of several', () => {
    const after = withSuite((rules) => ({ ...rules, min_items: 1, max_unscored: 1 }));
    expect(found(after)).toHaveLength(2);
  });

  it('sees that anybody may sign now, and that a comment makes no other key', () => {
    const pinned: GatePolicy = {
      ...GATE_POLICY,
      signers: { baseline: ['ssh-ed25519 AAAA b'], candidate: ['ssh-ed25519 AAAA b'] },
    };
    const open: GatePolicy = { ...pinned, signers: { ...pinned.signers, candidate: 'anybody' } };
    const renamed: GatePolicy = { ...pinned, signers: { ...pinned.signers, baseline: ['ssh-ed25519 AAAA  new name'] } };
    expect(found(open, pinned)).toEqual(['/signers/candidate: anybody may sign now']);
    expect(found(pinned, open)).toEqual([]);
    expect(found(renamed, pinned)).toEqual([]);
  });
});

describe('the schema of gate policies', () => {
  it('is published as it is used', () => {
    const root = resolve(import.meta.dirname, '../../..');
    const [used, published] = ['src/reports/gate/schema', 'docs/schema'].map((folder) =>
      readFileSync(resolve(root, folder, 'gate-policy.schema.json'), 'utf8'),
    );
    expect(published).toBe(used);
  });
});
