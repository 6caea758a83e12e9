/** The mean of several estimates that each count the same, such as one per suite. */
import type { Interval } from './wilson.ts';

/** An estimate with its interval. */
export interface PartEstimate {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * The mean of independent estimates, with an interval from theirs (MOVER).
 *
 * Each bound is off by the root of the sum of the squares by which those of the parts are off, over the number of parts. So the
 * parts may have been made by any method, need not be symmetric, and what one of them leaves open stays open. All must have the
 * same confidence, which the result then has.
 *
 * @returns Null for no parts.
 * @see G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in
 * Medicine 27 (2008), 1693–1702
 */
export function macroMean(parts: readonly PartEstimate[]): PartEstimate | null {
  if (parts.length === 0) return null;
  const value = parts.reduce((sum, part) => sum + part.value, 0) / parts.length;
  const off = (side: 'low' | 'high'): number => {
    const distances = parts.map((part) => part.value - part.interval[side]);
    return Math.sqrt(distances.reduce((sum, distance) => sum + distance * distance, 0)) / parts.length;
  };
  return { value, interval: { low: value - off('low'), high: value + off('high') } };
}
