/** The paired permutation test: if both runs were equal, each difference might as well have the other sign. */
import { unitsOf, type Clusters } from './clustered.ts';
import { seededRandom, type Random } from './random.ts';

/** How to permute. */
export interface PermutationOptions {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** The signs of a cluster flip together. */
  readonly clusters?: Clusters;
  /** 9,999 by default. */
  readonly permutations?: number;
}

/** The outcome of a permutation test. */
export interface PermutationTest {
  /** Two-sided. */
  readonly p: number;
  /** Sign patterns that were tried. */
  readonly permutations: number;
  /** Whether these were all that there are. */
  readonly isExact: boolean;
}

/**
 * The sign-flip test of a mean paired difference of zero.
 *
 * All sign patterns are tried if there are no more than `permutations` + 1, else random ones; the observed pattern then
 * counts as one of them, which keeps p above 0 and the test valid.
 *
 * @param differences - Candidate minus baseline, one per item.
 * @returns Null without differences.
 * @see R. A. Fisher, The Design of Experiments (1935), section 21; B. Phipson and G. K. Smyth, "Permutation p-values should
 * never be zero", Statistical Applications in Genetics and Molecular Biology 9(1) (2010), article 39
 */
export function pairedPermutation(differences: readonly number[], options: PermutationOptions): PermutationTest | null {
  const { seed, clusters, permutations = 9999 } = options;
  const sums = unitsOf(differences, clusters).map(({ sum }) => sum);
  if (sums.length === 0) return null;
  // Zeros are the same with either sign.
  const values = Float64Array.from(sums.filter((sum) => sum !== 0));
  const observed = Math.abs(values.reduce((total, value) => total + value, 0));
  // The same sum in another order may differ in the last digits, and must count as equal.
  const least = observed - 1e-9 * values.reduce((total, value) => total + Math.abs(value), 0);
  const patterns = 2 ** values.length;
  if (patterns <= permutations + 1) {
    const extreme = countExtreme(values, least, { tries: patterns, wordOf: (pattern) => pattern });
    return { p: extreme / patterns, permutations: patterns, isExact: true };
  }
  const random: Random = seededRandom(seed);
  const extreme = countExtreme(values, least, { tries: permutations, wordOf: random });
  return { p: (extreme + 1) / (permutations + 1), permutations, isExact: false };
}

/** Where the signs come from: a word has those of 32 values. */
interface Signs {
  readonly tries: number;
  readonly wordOf: (pattern: number) => number;
}

function countExtreme(values: Float64Array, least: number, { tries, wordOf }: Signs): number {
  let extreme = 0;
  for (let pattern = 0; pattern < tries; pattern++) {
    let sum = 0;
    for (let start = 0; start < values.length; start += 32) {
      const end = Math.min(start + 32, values.length);
      let word = wordOf(pattern);
      for (let at = start; at < end; at++) {
        const value = values[at] ?? 0;
        sum += word & 1 ? -value : value;
        word >>>= 1;
      }
    }
    if (Math.abs(sum) >= least) extreme++;
  }
  return extreme;
}
