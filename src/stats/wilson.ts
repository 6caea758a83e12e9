/** The Wilson score interval for a proportion. */

/** The 97.5 % quantile of the normal distribution: 95 % of it lies within ± this. */
export const Z_95 = 1.959963984540054;

/** An interval, low <= high: within 0 and 1 for a mean of scores, within -1 and 1 for a difference. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The Wilson score interval: it stays inside [0, 1] and is honest for small n and extreme proportions.
 *
 * @param successes - 0 <= successes <= n; a fraction is allowed.
 * @param n - Independent trials, at least 1.
 * @param z - Normal quantile of the level; 95 % by default.
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212
 */
export function wilsonInterval(successes: number, n: number, z: number = Z_95): Interval {
  if (!(n >= 1 && successes >= 0 && successes <= n)) throw new RangeError(`no proportion ${successes} of ${n}`);
  const p = successes / n;
  const zz = z * z;
  const centre = (p + zz / (2 * n)) / (1 + zz / n);
  const half = (z / (1 + zz / n)) * Math.sqrt((p * (1 - p)) / n + zz / (4 * n * n));
  // At the ends the bound is exactly 0 or 1, which rounding would miss.
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}
