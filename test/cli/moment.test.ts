import { describe, expect, it } from 'vitest';
import { momentOf } from '../../src/cli/moment.ts';

describe('momentOf()', () => {
  it('takes a time of RFC 3339, and a day for its first moment in UTC', () => {
    expect(momentOf('at', '2026-11-23T15:00:00+01:00')).toBe(Date.UTC(2026, 10, 23, 14));
    expect(momentOf('at', '2026-11-23T14:00:00.25Z')).toBe(Date.UTC(2026, 10, 23, 14, 0, 0, 250));
    expect(momentOf('at', '2024-02-29')).toBe(Date.UTC(2024, 1, 29));
    expect(momentOf('at', undefined)).toBeNull();
  });

  it.each([
    '',
    'now',
    '2026',
    '2026-02-30',
    '2026-13-01',
    '2026-11-23 14:00',
    '2026-11-23T14:00',
    '2026-02-30T00:00:00Z',
  ])('refuses "%s"', (text) => {
    expect(() => momentOf('at', text)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });
});
