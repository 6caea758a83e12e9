/** A moment on the command line. */
import { UsageError } from '../core/errors.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The moment in an option, in milliseconds since 1970, or null if it was not given.
 *
 * @param text - A time of RFC 3339, or a day, which stands for its first moment in UTC.
 * @throws {@link UsageError} `ERR_USAGE`
 */
export function momentOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const day = text.slice(0, 10);
  const ms = DAY.test(text) || TIME.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse takes the 31st of every month for the first of the next.
  const isDay = new Date(`${day}T00:00:00Z`);
  if (!Number.isNaN(ms) && !Number.isNaN(isDay.getTime()) && isDay.toISOString().startsWith(day)) return ms;
  const want = 'want a day such as 2026-11-23 or a time such as 2026-11-23T14:00:00Z';
  throw new UsageError('ERR_USAGE', `--${option} is "${text}": ${want}`);
}
