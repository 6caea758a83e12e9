import { describe, expect, it } from 'vitest';
import { isRetryable, MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../src/endpoints/retry.ts';
import type { ExchangeStatus, TransportCode } from '../../src/endpoints/endpoint.ts';

function retryable(status: ExchangeStatus, httpStatus: number | null, errorCode: TransportCode | null = null): boolean {
  return isRetryable({ status, httpStatus, errorCode });
}

describe('isRetryable()', () => {
  it.each([408, 429, 500, 502, 503, 504, 529, 599])('HTTP %i is', (status) => {
    expect(retryable('http', status)).toBe(true);
  });

  it.each([304, 307, 400, 401, 402, 403, 404, 409, 413, 422, 425, 499, 600, 999])('HTTP %i is not', (status) => {
    expect(retryable('http', status)).toBe(false);
  });

  it.each<TransportCode>([
    'EAI_AGAIN',
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'ERR_BODY_CUT',
    'ERR_HTTP_MALFORMED',
  ])('network %s is', (code) => {
    expect(retryable('network', null, code)).toBe(true);
  });

  it.each<TransportCode>([
    'ENOTFOUND',
    'ERR_TLS',
    'ERR_RESPONSE_SECRET',
    'ERR_RESPONSE_TOO_LARGE',
    'ERR_CONTENT_ENCODING',
  ])('network %s is not', (code) => {
    expect(retryable('network', 200, code)).toBe(false);
  });

  it('a timeout is; an answer and a cancellation are not', () => {
    expect(retryable('timeout', null, 'ERR_TIMEOUT')).toBe(true);
    expect(retryable('ok', 200)).toBe(false);
    expect(retryable('cancelled', null, 'ERR_CANCELLED')).toBe(false);
  });
});

describe('parseRetryAfter()', () => {
  // Thu, 01 Jan 2026 00:00:00 GMT is 1,767,225,600 seconds after 1970.
  const nowMs = 1_767_225_600_000;

  it.each([
    ['0', 0],
    ['2', 2_000],
    [' 120 ', 120_000],
    ['0.25', 250],
    ['999999999999999', MAX_RETRY_AFTER_MS],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
    ['Fri, 01 Jan 2100 00:00:00 GMT', MAX_RETRY_AFTER_MS],
  ])('%j is %i ms', (value, want) => {
    expect(parseRetryAfter(value, nowMs)).toBe(want);
  });

  it.each(['', 'soon', '-1', '1e3', '0x10', 'Infinity', '2026-01-01T00:00:00Z', 'Thu, 99 Jan 2026 00:00:30 GMT'])(
    '%j says nothing',
    (value) => {
      expect(parseRetryAfter(value, nowMs)).toBeNull();
    },
  );
});
