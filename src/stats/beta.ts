/**
 * The regularised incomplete beta function, from which the binomial and Student's distribution follow.
 *
 * Relative error of the smaller tail: below 1e-12 for a + b up to 10,000, below 1e-11 up to 100,000.
 */
import { exp, ln } from './elementary.ts';

/** Both tails of a distribution at a point; the smaller one is calculated, the other is 1 minus it. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The beta distribution at x: `lower` is I_x(a, b), `upper` is I_y(b, a).
 *
 * @param a - Above 0.
 * @param b - Above 0.
 * @param x - 0 to 1.
 * @param y - 1 - x, for callers that know it more precisely.
 * @see NIST Digital Library of Mathematical Functions, 8.17.4 (symmetry) and 8.17.22 (continued fraction)
 */
export function betaTails(a: number, b: number, x: number, y: number = 1 - x): Tails {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) throw new RangeError(`no beta distribution (${a}, ${b}) at ${x}`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (y === 0) return { lower: 1, upper: 0 };
  // x^a y^b / B(a, b)
  const front = ((a * b) / (a + b)) * binomialTerm(a, a + b, x, y);
  if (x < (a + 1) / (a + b + 2)) {
    const lower = Math.min(1, (front / a) * fraction(a, b, x));
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, (front / b) * fraction(b, a, y));
  return { lower: 1 - upper, upper };
}

/**
 * The binomial probability of k successes in n trials, for real k and n as well.
 *
 * @param k - 0 <= k <= n.
 * @param n - Above 0.
 * @param p - Probability of a success.
 * @param q - 1 - p.
 * @see C. Loader, "Fast and accurate computation of binomial probabilities" (2000)
 */
export function binomialTerm(k: number, n: number, p: number, q: number): number {
  if (p === 0 || q === 0) return (p === 0 ? k === 0 : k === n) ? 1 : 0;
  if (k === 0) return exp(-deviance(n, n * q) - n * p);
  if (k === n) return exp(-deviance(n, n * p) - n * q);
  const logarithm =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * q);
  return exp(logarithm) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** ln Γ(n + 1) minus Stirling's approximation of it. */
function stirlingError(n: number): number {
  let sum = 0;
  let m = n;
  // The error at m minus that at m + 1 is a series in 1 / (2m + 1), without cancellation.
  for (; m < 16; m++) {
    const ss = 1 / ((2 * m + 1) * (2 * m + 1));
    let power = ss;
    for (let k = 3; power > 1e-18; k += 2) {
      sum += power / k;
      power *= ss;
    }
  }
  const mm = m * m;
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / mm) / mm) / mm) / mm) / mm;
  return sum + series / m;
}

/** x ln(x / m) + m - x, without cancellation where x is near m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * ln(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 3; j < 100; j += 2) {
    term *= v * v;
    const next = sum + term / j;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

// Modified Lentz evaluation; it converges in about √max(a, b) steps on the side that betaTails() chooses.
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) return h;
  }
  return h;
}
