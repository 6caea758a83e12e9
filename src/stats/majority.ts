/** What a vote among k answers to one item would give, estimated without bias from n recorded ones. */

/** The recorded answers of one item, counted by what they say. */
export interface Votes {
  /** Answers that are right, all of which say the same. */
  readonly right: number;
  /** Counts of the wrong answers, one per distinct answer. */
  readonly wrong: readonly number[];
}

// C(1000, 500) is 2.7e299; beyond, binomial coefficients do not fit into a number.
const MAX_ANSWERS = 1000;

/**
 * The probability that the most frequent of k answers is the right one: majority@k.
 *
 * Draws are without replacement. A tie for the first place counts its share: one of two answers is worth ½. Averages over all
 * draws by counting them, so there is no sampling error.
 *
 * @param k - Answers drawn, at least 1.
 * @returns Null if fewer than k answers were recorded.
 * @throws RangeError for more than 1,000 answers.
 * @see X. Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv:2203.11171 (2022)
 */
export function majorityAtK({ right, wrong }: Votes, k: number): number | null {
  const counts = [right, ...wrong];
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (!([...counts, k].every((count) => Number.isSafeInteger(count) && count >= 0) && k >= 1 && n <= MAX_ANSWERS)) {
    throw new RangeError(`no vote of ${k} among ${n} answers`);
  }
  if (k > n) return null;
  const choose = pascal(n);
  let ways = 0;
  for (let votes = 1; votes <= Math.min(right, k); votes++) {
    ways += (choose[right]?.[votes] ?? 0) * winningWays(wrong, { votes, others: k - votes, choose });
  }
  return Math.min(1, ways / (choose[n]?.[k] ?? 1));
}

interface Ballot {
  /** Votes for the right answer. */
  readonly votes: number;
  /** Votes for all others. */
  readonly others: number;
  readonly choose: readonly Float64Array[];
}

/** Ways to draw the other votes so that no answer has more than the right one, each divided by the number that tie. */
function winningWays(wrong: readonly number[], { votes, others, choose }: Ballot): number {
  const maxTies = Math.floor(others / votes);
  // Ways by the number of votes given out and the number of answers that tie.
  let ways = [Float64Array.of(1, ...Array.from({ length: maxTies }, () => 0))];
  for (const count of wrong) {
    const next = Array.from({ length: others + 1 }, () => new Float64Array(maxTies + 1));
    for (const [given, byTies] of ways.entries()) {
      for (let more = 0; more <= Math.min(count, votes, others - given); more++) {
        const factor = choose[count]?.[more] ?? 0;
        const tie = more === votes ? 1 : 0;
        addWays(next[given + more], byTies, factor, tie);
      }
    }
    ways = next;
  }
  return (ways[others] ?? new Float64Array(0)).reduce((sum, some, ties) => sum + some / (ties + 1), 0);
}

function addWays(target: Float64Array | undefined, source: Float64Array, factor: number, shift: number): void {
  if (target === undefined) return;
  for (let at = 0; at + shift < target.length; at++) {
    target[at + shift] = (target[at + shift] ?? 0) + factor * (source[at] ?? 0);
  }
}

function pascal(n: number): readonly Float64Array[] {
  const rows = [Float64Array.of(1)];
  for (let row = 1; row <= n; row++) {
    const above = rows[row - 1] ?? new Float64Array(0);
    rows.push(Float64Array.from({ length: row + 1 }, (_, at) => (above[at - 1] ?? 0) + (above[at] ?? 0)));
  }
  return rows;
}
