/** Exact sums of fractions with small denominators, and their decimal form. */

/** num / den with den > 0. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/** Adds up fractions; it keeps one number per denominator. */
export interface FractionSum {
  add(num: number, den: number): void;
  /** The sum over a common denominator, which is 1 if every fraction was an integer. */
  total(): Fraction;
}

/** An empty sum. Requires that the numerators of one denominator add up to a safe integer. */
export function createFractionSum(): FractionSum {
  const numerators = new Map<number, number>();
  return {
    add(num, den) {
      numerators.set(den, (numerators.get(den) ?? 0) + num);
    },
    total() {
      const den = [...numerators.keys()].reduce((multiple, next) => leastCommonMultiple(multiple, BigInt(next)), 1n);
      let num = 0n;
      for (const [part, sum] of numerators) num += BigInt(sum) * (den / BigInt(part));
      return { num, den };
    },
  };
}

/** A fraction in lowest terms. */
export function reduced({ num, den }: Fraction): Fraction {
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** A fraction that is not negative as a decimal with six places, rounded half up. */
export function sixPlaces({ num, den }: Fraction): string {
  const millionths = (2_000_000n * num + den) / (2n * den);
  return `${millionths / 1_000_000n}.${(millionths % 1_000_000n).toString().padStart(6, '0')}`;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b;
}
