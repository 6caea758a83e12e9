import { describe, expect, it } from 'vitest';
import { decimalText, defineScorer } from '../../src/suites/define.ts';

describe('decimalText()', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [0.7, '0.7'],
    [10, '10'],
    [1000000000, '1000000000'],
    [1e-7, '0.0000001'],
    [1.25e-9, '0.00000000125'],
    ['0.50', '0.5'],
    ['20', '20'],
    ['100.0', '100'],
  ])('writes %s as %s', (value, text) => {
    expect(decimalText(value)).toBe(text);
  });

  it('refuses a number that needs too many digits', () => {
    expect(() => decimalText(1e-300)).toThrow(expect.objectContaining({ code: 'ERR_SUITE_SCHEMA' }));
  });
});

describe('defineScorer()', () => {
  it('turns fractions into decimal texts and mappings into JSON text', () => {
    const { config } = defineScorer({ id: 'json', version: 1, tolerance: 0.5, schema: { type: 'object' } });
    expect(config).toEqual({ tolerance: '0.5', schema: '{"type":"object"}' });
  });

  it('names a scorer by id, version and options, whatever their order', () => {
    const one = defineScorer({ id: 'exact', version: 1, trim: true, ignore_case: true });
    const other = defineScorer({ version: 1, ignore_case: true, trim: true, id: 'exact' });
    expect(one.digest).toBe(other.digest);
    expect(defineScorer({ id: 'exact', version: 1, trim: false, ignore_case: true }).digest).not.toBe(one.digest);
  });
});
