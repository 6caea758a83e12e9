/** The Clopper–Pearson interval for a proportion. */
import { betaTails } from './beta.ts';
import { bisect } from './bisect.ts';
import type { Interval } from './wilson.ts';

/**
 * The Clopper–Pearson interval: it covers the true proportion with at least the stated probability, whatever it is, and pays
 * for that with width. The bounds are exact to about 1e-12.
 *
 * @param successes - 0 <= successes <= n; a fraction is allowed, as effective sample sizes need it.
 * @param n - Independent trials, above 0.
 * @param level - Confidence, 0.95 by default.
 * @see C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
 * Biometrika 26 (1934), 404–413
 */
export function clopperPearsonInterval(successes: number, n: number, level: number = 0.95): Interval {
  if (!(n > 0 && successes >= 0 && successes <= n)) throw new RangeError(`no proportion ${successes} of ${n}`);
  if (!(level > 0 && level < 1)) throw new RangeError(`no confidence ${level}`);
  const tail = (1 - level) / 2;
  const failures = n - successes;
  return {
    low: successes === 0 ? 0 : bisect((p) => betaTails(successes, failures + 1, p).lower < tail, 0, 1),
    high: failures === 0 ? 1 : bisect((p) => betaTails(successes + 1, failures, p).upper > tail, 0, 1),
  };
}
