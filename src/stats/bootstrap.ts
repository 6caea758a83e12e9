/** The paired bootstrap: the interval of a mean difference without a formula for its distribution. */
import { unitsOf, type Clusters } from './clustered.ts';
import { randomBelow, seededRandom } from './random.ts';
import type { Interval } from './wilson.ts';

/** What to resample, and from which seed. */
export interface BootstrapOptions {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** Clusters are drawn whole. */
  readonly clusters?: Clusters;
  /** 9,999 by default; with it plus one a multiple of 40, the bounds of a 95 % interval are resamples themselves. */
  readonly resamples?: number;
  /** Confidence, 0.95 by default. */
  readonly level?: number;
}

/**
 * The percentile interval of the mean of paired differences.
 *
 * It is too narrow for few units (below about 30); prefer the t or score interval there. It costs units × resamples draws.
 *
 * @param differences - Candidate minus baseline, one per item.
 * @returns Null with fewer than two units, or when all resamples agree: that shows no certainty, only a lack of spread.
 * @see B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; A. C. Davison and D. V. Hinkley,
 * Bootstrap Methods and their Application (1997), section 5.3 (ranks (R + 1) α)
 */
export function pairedBootstrap(differences: readonly number[], options: BootstrapOptions): Interval | null {
  const { seed, clusters, resamples = 9999, level = 0.95 } = options;
  const units = unitsOf(differences, clusters);
  if (units.length < 2) return null;
  const random = seededRandom(seed);
  const sums = Float64Array.from(units, ({ sum }) => sum);
  const counts = Float64Array.from(units, ({ count }) => count);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < sums.length; draw++) {
      const unit = randomBelow(random, sums.length);
      sum += sums[unit] ?? 0;
      count += counts[unit] ?? 0;
    }
    means[resample] = sum / count;
  }
  means.sort();
  const rank = Math.max(1, Math.round(((resamples + 1) * (1 - level)) / 2));
  const low = means[rank - 1] ?? NaN;
  const high = means[resamples - rank] ?? NaN;
  return high - low < 1e-12 ? null : { low, high };
}
