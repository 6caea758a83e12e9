import { describe, expect, it } from 'vitest';
import { equalDecimals, isMultiple, isWithin, parseDecimal, type Decimal } from '../../src/core/decimal.ts';

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`${text} is no decimal`);
  return value;
}

describe('parseDecimal()', () => {
  it.each(['0', '-1', '+1', '.5', '5.', '1.50', '1e3', '1E-3', '1e+21'])('reads %s', (text) => {
    expect(parseDecimal(text)).not.toBeNull();
  });

  it.each(['', '-', '.', 'e5', '1e', '1e1000', '1e401', '1,5', ' 1', '0x10', '1_0', '٣', 'NaN', '9'.repeat(1001)])(
    'does not read %s',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );
});

describe('equalDecimals()', () => {
  it.each([
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['1e-3', '.001'],
    ['123456789012345678901234567890', '1.2345678901234567890123456789e29'],
  ])('%s is %s', (a, b) => {
    expect(equalDecimals(decimal(a), decimal(b))).toBe(true);
  });

  it('tells apart what floating point does not', () => {
    expect(equalDecimals(decimal('9007199254740993'), decimal('9007199254740992'))).toBe(false);
    expect(equalDecimals(decimal('0.3'), decimal('0.30000000000000004'))).toBe(false);
  });
});

describe('isWithin() and isMultiple()', () => {
  it('include the border exactly', () => {
    expect(isWithin(decimal('0.3'), decimal('0.1'), decimal('0.2'))).toBe(true);
    expect(isWithin(decimal('0.3'), decimal('0.1'), decimal('0.1999'))).toBe(false);
    expect(isMultiple(decimal('19.99'), decimal('0.01'))).toBe(true);
    expect(isMultiple(decimal('19.995'), decimal('0.01'))).toBe(false);
  });
});
