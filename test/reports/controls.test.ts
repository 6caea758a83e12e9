import { describe, expect, it } from 'vitest';
import { hasHighControl } from '../../src/reports/controls.ts';
import type { VerifiedMetric } from '../../src/verifier/verified-transcript.ts';

const MEAN: VerifiedMetric = {
  function: 'mean/1',
  status: 'recomputed',
  result: { value: '0.600000', interval: { level: '0.95', method: 'wilson', low: '0.500000', high: '0.700000' } },
};

function withControl(name: string, value: string): readonly VerifiedMetric[] {
  return [MEAN, { function: `control-${name}/1`, status: 'recomputed', result: { n: 40, value } }];
}

describe('hasHighControl()', () => {
  it.each([
    ['null', '0.000000', false],
    ['null', '0.050000', false],
    ['null', '0.051000', true],
    ['canary', '0.200000', true],
    ['constant', '0.490000', false],
    ['constant', '0.500000', true],
    ['shuffled', '0.250000', false],
    ['shuffled', '0.900000', true],
  ])('says of %s at %s: %s', (name, value, expected) => {
    expect(hasHighControl(withControl(name, value))).toBe(expected);
  });

  it('says nothing of a run without controls, or of a control over nothing', () => {
    expect(hasHighControl([MEAN])).toBe(false);
    expect(hasHighControl([MEAN, { function: 'control-null/1', status: 'recomputed', result: { n: 0 } }])).toBe(false);
  });
});
