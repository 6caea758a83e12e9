import { describe, expect, it } from 'vitest';
import { count, duration, percent, significant, usd } from '../../src/reports/figures.ts';

describe('figures', () => {
  it('percent() has one decimal and never makes zero of nothing', () => {
    expect([percent('0.7128'), percent('1'), percent('0'), percent(null)]).toEqual(['71.3', '100.0', '0.0', '–']);
  });

  it('count() separates thousands', () => {
    expect([count(1319), count(0), count(null)]).toEqual(['1,319', '0', '–']);
  });

  it('duration() picks the unit', () => {
    expect([
      duration(0.1234),
      duration(61.04),
      duration(999),
      duration(1500),
      duration(90_000),
      duration(null),
    ]).toEqual(['0.123 ms', '61.0 ms', '999 ms', '1.50 s', '1.5 min', '–']);
  });

  it('significant() never has an exponent', () => {
    expect([significant(0), significant(0.0000123), significant(123456)]).toEqual(['0', '0.000012', '123456']);
  });

  it('usd() keeps the digits that matter', () => {
    expect([usd('12.5'), usd('0.00288'), usd('0'), usd('0.00000001'), usd(null)]).toEqual([
      '$12.50',
      '$0.00288',
      '$0.00',
      '< $0.0001',
      '–',
    ]);
  });
});
