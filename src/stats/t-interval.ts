/**
 * Student's t: the 95 % interval of a mean whose spread is estimated.
 *
 * Only + - × ÷ and square roots are used, which give the same result on every machine, so a verifier gets the same digits.
 */
import { Z_95, type Interval } from './wilson.ts';

/** The 97.5 % quantiles for 1 to 30 degrees of freedom. */
const QUANTILES: readonly number[] = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139, 2.200985,
  2.178813, 2.160369, 2.144787, 2.13145, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963, 2.079614, 2.073873, 2.068658,
  2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.04523, 2.042272,
];

/**
 * The 97.5 % quantile of Student's t.
 *
 * @param degrees - Degrees of freedom, an integer of at least 1.
 * @returns The quantile to six decimals.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5 (expansion), table 26.10
 */
export function studentQuantile95(degrees: number): number {
  if (!(Number.isInteger(degrees) && degrees >= 1)) throw new RangeError(`no ${degrees} degrees of freedom`);
  const z = Z_95;
  const zz = z * z;
  const terms = [
    (z * (zz + 1)) / 4,
    (z * (zz * (5 * zz + 16) + 3)) / 96,
    (z * (zz * (zz * (3 * zz + 19) + 17) - 15)) / 384,
    (z * (zz * (zz * (zz * (79 * zz + 776) + 1482) - 1920) - 945)) / 92160,
  ];
  return QUANTILES[degrees - 1] ?? terms.reduceRight((sum, term) => (sum + term) / degrees, 0) + z;
}

/**
 * The 95 % t interval of a mean of values between 0 and 1, cut to [0, 1].
 *
 * @param mean - The estimate.
 * @param standardError - Its estimated standard error, at least 0.
 * @param degrees - Degrees of freedom of that estimate.
 */
export function meanInterval(mean: number, standardError: number, degrees: number): Interval {
  const half = studentQuantile95(degrees) * standardError;
  return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
