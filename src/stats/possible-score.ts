/** Can a published score be true? With n right-or-wrong items only n + 1 means exist, and most printed numbers are not among them. */

/** A score as it was printed. */
export interface PrintedScore {
  /** Between 0 and 1: 85.71 % is 0.8571. */
  readonly value: number;
  /** Decimals of that value: 4 for 0.8571. */
  readonly decimals: number;
  /** Scored items. */
  readonly n: number;
  /** Steps per item: 1 (default) for right or wrong, 10 for tenths, the number of repeats for means over repeats. */
  readonly steps?: number;
}

/**
 * Whether no count of points gives the printed score.
 *
 * Halves may have been rounded either way. From 10^decimals steps in all on, every score is possible.
 *
 * @returns True only if the score is impossible.
 * @throws RangeError for a value with more decimals than stated.
 * @see N. J. L. Brown and J. A. J. Heathers, "The GRIM test", Social Psychological and Personality Science 8 (2017), 363–369
 */
export function isImpossibleScore({ value, decimals, n, steps = 1 }: PrintedScore): boolean {
  if (!(Number.isSafeInteger(n * steps) && n >= 1 && steps >= 1)) throw new RangeError(`no score over ${n} items`);
  const text = value.toFixed(decimals);
  if (!(value >= 0 && value <= 1) || Number(text) !== value) {
    throw new RangeError(`${value} is no score with ${decimals} decimals`);
  }
  const scale = 10n ** BigInt(decimals);
  const printed = BigInt(text.replace('.', ''));
  const points = BigInt(n) * BigInt(steps);
  // The nearest count of points is impossible if it is more than half a printed unit away: |k scale - printed points| > points / 2.
  const nearest = (2n * printed * points + scale) / (2n * scale);
  const distance = nearest * scale - printed * points;
  return 2n * (distance < 0n ? -distance : distance) > points;
}
