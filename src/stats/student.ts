/** Student's t distribution. */
import { betaTails } from './beta.ts';
import { bisect } from './bisect.ts';

/**
 * The probability of a Student's t value above t.
 *
 * @param degrees - Degrees of freedom, above 0.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1 with 26.5.27
 */
export function studentTail(t: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`no ${degrees} degrees of freedom`);
  if (t < 0) return 1 - studentTail(-t, degrees);
  if (t === Infinity) return 0;
  const sum = degrees + t * t;
  return betaTails(degrees / 2, 0.5, degrees / sum, (t * t) / sum).lower / 2;
}

/**
 * The value that a Student's t one exceeds with a given probability.
 *
 * @param tail - That probability, between 0 and 1.
 * @param degrees - Degrees of freedom, above 0.
 */
export function studentQuantile(tail: number, degrees: number): number {
  if (!(tail > 0 && tail < 1)) throw new RangeError(`no quantile for a tail of ${tail}`);
  if (tail > 0.5) return -studentQuantile(1 - tail, degrees);
  if (tail === 0.5) return 0;
  let high = 2;
  while (studentTail(high, degrees) > tail) high *= 2;
  return bisect((t) => studentTail(t, degrees) > tail, 0, high);
}
