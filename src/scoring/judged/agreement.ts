/**
 * Metric `judge-agreement/1`: how far a judge agrees with itself when it is asked the same several times.
 *
 * It says how much of a score is the judge's mood. Agreement is not truth: a judge can be wrong the same way every time.
 */
import type { LineObject } from '../../core/line-form.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import { createFractionSum, sixPlaces, type Fraction, type FractionSum } from '../fraction.ts';
import type { ScorerMetric } from '../scorer.ts';
import { countVotes, type Vote } from './votes.ts';

interface Tally {
  /** Questions with at least two votes, and those whose votes are all equal. */
  groups: number;
  unanimous: number;
  /** Votes on these questions, and those for the most frequent label. */
  votes: number;
  leading: number;
  /** Replies without a label, on any question. */
  invalid: number;
  readonly byLabel: Map<number, number>;
  /** Ordered pairs of equal votes on one question, over its votes less one. */
  readonly pairs: FractionSum;
}

/**
 * The metric over replies.
 *
 * Result: `groups`, `votes`, `invalid`, `leading` and `value` = leading / votes, `unanimous` and `unanimous_share`, and
 * `alpha`, which is Krippendorff's for nominal labels: 1 is full agreement, 0 that of chance. What is undefined is absent.
 *
 * @param groupsOf - The votes by question.
 * @see K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C
 */
export function createAgreement(groupsOf: (replies: readonly Answer[]) => readonly (readonly Vote[])[]): ScorerMetric {
  const tally: Tally = {
    groups: 0,
    unanimous: 0,
    votes: 0,
    leading: 0,
    invalid: 0,
    byLabel: new Map(),
    pairs: createFractionSum(),
  };
  return {
    name: 'judge-agreement/1',
    add(_answer, _target, replies) {
      for (const votes of replies === undefined ? [] : groupsOf(replies)) count(tally, votes);
    },
    result: () => resultOf(tally),
  };
}

function count(tally: Tally, votes: readonly Vote[]): void {
  const counts = [...countVotes(votes)];
  const size = counts.reduce((sum, [, times]) => sum + times, 0);
  tally.invalid += votes.length - size;
  // One vote agrees with nothing.
  if (size < 2) return;
  tally.groups++;
  tally.votes += size;
  tally.leading += Math.max(...counts.map(([, times]) => times));
  if (counts.length === 1) tally.unanimous++;
  for (const [label, times] of counts) tally.byLabel.set(label, (tally.byLabel.get(label) ?? 0) + times);
  tally.pairs.add(
    counts.reduce((sum, [, times]) => sum + times * (times - 1), 0),
    size - 1,
  );
}

function resultOf(tally: Tally): LineObject {
  const { groups, unanimous, votes, leading, invalid } = tally;
  const share = (num: number, den: number): string => sixPlaces({ num: BigInt(num), den: BigInt(den) });
  const alpha = alphaOf(tally);
  return {
    groups,
    votes,
    invalid,
    leading,
    unanimous,
    ...(groups === 0 ? {} : { value: share(leading, votes), unanimous_share: share(unanimous, groups) }),
    ...(alpha === null ? {} : { alpha: signedSixPlaces(alpha) }),
  };
}

// 1 - observed disagreement / expected disagreement; undefined if every vote is for one label.
function alphaOf({ votes, byLabel, pairs }: Tally): Fraction | null {
  const n = BigInt(votes);
  const expected = n * n - [...byLabel.values()].reduce((sum, times) => sum + BigInt(times) ** 2n, 0n);
  if (expected === 0n) return null;
  const { num, den } = pairs.total();
  return { num: expected * den - (n - 1n) * (n * den - num), den: expected * den };
}

function signedSixPlaces({ num, den }: Fraction): string {
  const size = sixPlaces({ num: num < 0n ? -num : num, den });
  return num < 0n && /[1-9]/.test(size) ? `-${size}` : size;
}
