import { describe, expect, it } from 'vitest';
import { isFinal, waitMs, type LastOutcome } from '../../src/runner/retry.ts';

const RETRY = { max_attempts: 3, max_lost: 2 };

function isFinalAfter(last: Partial<LastOutcome>, attempts = 1, interrupted = 0): boolean {
  return isFinal(
    {
      answered: [],
      attempts,
      interrupted,
      last: { seq: 1, status: 'ok', answer: null, exchange: null, evidence: null, ...last },
    },
    RETRY,
  );
}

describe('isFinal()', () => {
  it.each([
    [{ status: 'ok' }, true],
    [{ status: 'http', http: 400 }, true],
    [{ status: 'http', http: 401 }, true],
    [{ status: 'http', http: 404 }, true],
    [{ status: 'http', http: 408 }, false],
    [{ status: 'http', http: 429 }, false],
    [{ status: 'http', http: 500 }, false],
    [{ status: 'http', http: 503 }, false],
    [{ status: 'http', http: 200, error: 'ERR_BODY_ERROR' }, false],
    [{ status: 'network', error: 'ECONNRESET' }, false],
    [{ status: 'network', error: 'ENOTFOUND' }, true],
    [{ status: 'network', http: 200, error: 'ERR_BODY_NOT_JSON' }, false],
    [{ status: 'network', http: 200, error: 'ERR_STREAM_CUT' }, false],
    [{ status: 'timeout' }, false],
  ] as const)('isFinal() of %j is %s', (last, want) => {
    expect(isFinalAfter(last)).toBe(want);
  });

  it('isFinal() after as many attempts as planned, not counting those that were interrupted', () => {
    expect(isFinalAfter({ status: 'timeout' }, 2)).toBe(false);
    expect(isFinalAfter({ status: 'timeout' }, 3)).toBe(true);
    expect(isFinalAfter({ status: 'timeout' }, 4, 2)).toBe(false);
    expect(isFinalAfter({ status: 'timeout' }, 5, 2)).toBe(true);
  });

  it('isFinal() after more interruptions than planned', () => {
    expect(isFinalAfter({ status: 'lost' }, 2, 2)).toBe(false);
    expect(isFinalAfter({ status: 'cancelled' }, 3, 3)).toBe(true);
    expect(isFinal({ answered: [], attempts: 0, interrupted: 0, last: null }, RETRY)).toBe(false);
  });
});

describe('waitMs()', () => {
  it('waitMs() doubles, with a random half, up to half a minute', () => {
    expect([1, 2, 3, 4].map((failures) => waitMs(failures, null, 0))).toEqual([125, 250, 500, 1000]);
    expect(waitMs(1, null, 0.999)).toBe(250);
    expect(waitMs(50, null, 0.5)).toBe(22_500);
  });

  it('waitMs() is never shorter than the server asks', () => {
    expect(waitMs(1, 1000, 0)).toBe(1000);
    expect(waitMs(1, 1000, 0.5)).toBe(1050);
    expect(waitMs(9, 0, 0.5)).toBe(25);
  });
});
