/** The chi-square distribution. */
import { exp } from './elementary.ts';
import { normalTail } from './normal.ts';

/**
 * The probability of a value above x.
 *
 * @param x - At least 0.
 * @param degrees - Degrees of freedom, a whole number of at least 1.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4 and 26.4.5
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x >= 0 && Number.isInteger(degrees) && degrees >= 1))
    throw new RangeError(`no chi-square distribution with ${degrees} degrees at ${x}`);
  const isOdd = degrees % 2 === 1;
  const half = exp(-x / 2);
  // Two degrees more add one term: x^k e^(-x/2) / (2·4·…) or / (1·3·…).
  let term = isOdd ? half * Math.sqrt((2 * x) / Math.PI) : half;
  let tail = isOdd ? 2 * normalTail(Math.sqrt(x)) : half;
  for (let k = isOdd ? 3 : 4; k <= degrees; k += 2) {
    if (!isOdd || k > 3) term *= x / (k - 2);
    tail += term;
  }
  return Math.min(1, tail);
}
