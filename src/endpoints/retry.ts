/** Which exchanges are worth another attempt, and how long a server asks to wait. */
import type { Exchange, TransportCode } from './endpoint.ts';

/** Longest wait that a Retry-After header can ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

// The same request would meet the same end: a name that does not exist, a certificate, a body beyond the limit, a server
// that sends the key back.
const LASTING: ReadonlySet<TransportCode | null> = new Set([
  'ENOTFOUND',
  'ERR_CONTENT_ENCODING',
  'ERR_RESPONSE_SECRET',
  'ERR_RESPONSE_TOO_LARGE',
  'ERR_TLS',
]);

/**
 * Whether another attempt may end better: 408, 429, any 5xx, a timeout, or a connection that failed or broke.
 *
 * 408 and 429 are the only statuses below 500 that say "later" and not "never".
 */
export function isRetryable(exchange: Pick<Exchange, 'status' | 'httpStatus' | 'errorCode'>): boolean {
  const { status, httpStatus, errorCode } = exchange;
  if (status === 'http') return isRetryableStatus(httpStatus ?? 0);
  if (status === 'network') return !LASTING.has(errorCode);
  return status === 'timeout';
}

function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/**
 * The wait that a Retry-After header asks for.
 *
 * @param value - Header value: seconds, or an HTTP date.
 * @param nowMs - Present, in milliseconds since 1970.
 * @returns Milliseconds from 0 to {@link MAX_RETRY_AFTER_MS}, or null if the value is neither.
 * @see RFC 9110 §10.2.3; §5.6.7 (only the preferred form of a date is read)
 */
export function parseRetryAfter(value: string, nowMs: number): number | null {
  const text = value.trim();
  if (/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) return clamp(Number(text) * 1000);
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : clamp(at - nowMs);
}

function clamp(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}
