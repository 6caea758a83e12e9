/**
 * A test of a paired difference that may be looked at after every item and stopped at any time.
 *
 * Two claims are doubted at once, each by the gamblers of `betting.ts`: "worse by the margin or more" (doubting it means pass)
 * and "worse by less than the margin, or not at all" (doubting it means regressed). Whichever is true, the capital against it
 * ever reaches 1 / alpha with probability alpha at most.
 *
 * The state is two lists of twelve numbers, changed by + - × ÷ alone in a fixed order, so whoever adds the same scores in the
 * same order gets the same bits at every look, on every machine.
 *
 * @see I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal
 * Statistical Society B 86 (2024), 1–27; J. Ville, Étude critique de la notion de collectif (1939) (the inequality)
 */
import { STAKES } from './betting.ts';
import type { MarginDecision } from './decision.ts';

/** What is decided, fixed before the first score. */
export interface SequentialRule {
  /** Largest loss that does not matter, 0 <= margin < 1. */
  readonly margin: number;
  /** Accepted chance of each of the two wrong decisions, between 0 and 1. */
  readonly alpha: number;
}

/** A score as an exact fraction, 0 <= num <= den. */
export interface ExactScore {
  readonly num: number;
  readonly den: number;
}

/** The state of the test after a pair. */
export interface Look {
  /** Pairs added. */
  readonly pairs: number;
  /** Capital against "worse by the margin or more"; 1 at the start. */
  readonly forPass: number;
  /** Capital against "not worse by more than the margin"; 1 at the start. */
  readonly forRegressed: number;
  /** The first decision that was reached; later pairs do not change it. */
  readonly decision: MarginDecision;
  /** Pairs when it was reached. */
  readonly decidedAt: number | null;
}

/** A running test. */
export interface SequentialTest {
  /** Add the scores of one independent unit (an item, or the mean over a cluster or over repeats) in the planned order. */
  add(candidate: ExactScore, baseline: ExactScore): Look;
  /** The state without adding anything. */
  look(): Look;
  decide(): MarginDecision;
}

/**
 * A test without scores.
 *
 * The order of the units must not depend on their scores. An interval to print beside an early stop is that of
 * `bettingInterval()` with level 1 - 2 alpha, which agrees with the decision; a t interval would not hold.
 */
export function createSequentialTest({ margin, alpha }: SequentialRule): SequentialTest {
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`no margin ${margin}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`no error probability ${alpha}`);
  const forPass = Float64Array.from(STAKES, () => 1);
  const forRegressed = Float64Array.from(STAKES, () => 1);
  let state: Look = { pairs: 0, forPass: 1, forRegressed: 1, decision: 'undecided', decidedAt: null };
  return {
    add(candidate, baseline) {
      const excess = differenceOf(candidate, baseline) + margin;
      state = next(state, {
        forPass: bet(forPass, excess / (1 - margin)),
        forRegressed: bet(forRegressed, -excess / (1 + margin)),
        needed: 1 / alpha,
      });
      return state;
    },
    look: () => state,
    decide: () => state.decision,
  };
}

// One division of integers, which rounds alike everywhere.
function differenceOf(candidate: ExactScore, baseline: ExactScore): number {
  checkScore(candidate);
  checkScore(baseline);
  const numerator = candidate.num * baseline.den - baseline.num * candidate.den;
  const denominator = candidate.den * baseline.den;
  if (!Number.isSafeInteger(denominator)) throw new RangeError(`no exact difference over ${denominator}`);
  return numerator / denominator;
}

function checkScore({ num, den }: ExactScore): void {
  if (Number.isSafeInteger(num) && Number.isSafeInteger(den) && num >= 0 && num <= den && den >= 1) return;
  throw new RangeError(`no score ${num}/${den}`);
}

/** Lets every gambler bet, and gives the mean of what they own then. */
function bet(capitals: Float64Array, gain: number): number {
  let sum = 0;
  for (let index = 0; index < capitals.length; index++) {
    const capital = (capitals[index] ?? 0) * (1 + (STAKES[index] ?? 0) * gain);
    capitals[index] = capital;
    sum += capital;
  }
  return sum / capitals.length;
}

interface Capital {
  readonly forPass: number;
  readonly forRegressed: number;
  readonly needed: number;
}

function next(before: Look, { forPass, forRegressed, needed }: Capital): Look {
  const pairs = before.pairs + 1;
  if (before.decision !== 'undecided') return { ...before, pairs, forPass, forRegressed };
  const decision = decisionFor({ forPass, forRegressed, needed });
  return { pairs, forPass, forRegressed, decision, decidedAt: decision === 'undecided' ? null : pairs };
}

function decisionFor({ forPass, forRegressed, needed }: Capital): MarginDecision {
  if (forRegressed >= needed) return 'regressed';
  return forPass >= needed ? 'pass' : 'undecided';
}
