/** Non-inferiority and equivalence: "no difference found" is not "no difference". */
import type { MeanError } from './clustered.ts';
import { studentTail } from './student.ts';

/** One-sided p-values of a mean difference against a margin. */
export interface MarginTest {
  /** Against "worse by the margin or more": small means not inferior. */
  readonly notInferior: number;
  /** Against "better by the margin or more": small means not superior. */
  readonly notSuperior: number;
  /** The larger of both: small means equivalent within the margin (TOST). */
  readonly equivalent: number;
}

/**
 * Two one-sided t tests of a mean difference against ± a margin.
 *
 * Equivalence at level α is the same as the 1 - 2α interval lying within the margin.
 *
 * @param estimate - A mean difference with its standard error.
 * @param margin - The largest difference that does not matter, at least 0.
 * @returns Null without a standard error above 0.
 * @see D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence
 * of average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680
 */
export function marginTest({ mean, standardError, units }: Omit<MeanError, 'n'>, margin: number): MarginTest | null {
  if (!(margin >= 0)) throw new RangeError(`no margin ${margin}`);
  if (standardError === null || standardError === 0) return null;
  const notInferior = studentTail((mean + margin) / standardError, units - 1);
  const notSuperior = studentTail((margin - mean) / standardError, units - 1);
  return { notInferior, notSuperior, equivalent: Math.max(notInferior, notSuperior) };
}
