/**
 * What a judge makes of two answers: which one is better, read from its words or from the odds of its first token.
 *
 * Everything here is about the answer of the model under test: 1 means that it is better, 0 that the reference is.
 */
import { exp } from '../../stats/elementary.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import { fractionScore, thousandths } from '../overlap/references.ts';
import type { Extraction, Verdict } from '../scorer.ts';
import type { LabelReader } from './labels.ts';
import type { Vote } from './votes.ts';

/** Where the answer of the model under test is shown. */
export type Position = 'first' | 'second';

/** A preference with its exact score and what it rests on. */
export interface Preference {
  /** From 0 to 1. */
  readonly value: number;
  readonly score: Verdict;
  readonly extraction: Extraction;
}

/** The replies to one question, shown in one order. */
export interface Showing {
  readonly position: Position;
  readonly replies: readonly (Answer | undefined)[];
}

/** Labels as {@link LabelReader} numbers them: the first answer is better, the second one is, neither is. */
const TIE = 2;

/** What one order says: sum of votes in halves, and how many there are. */
interface OrderTally {
  readonly position: Position;
  readonly halves: number;
  readonly votes: number;
}

/** The preference by votes: the mean over the orders of the mean over their votes; null if an order has no vote. */
export function preferenceByVotes(showings: readonly Showing[], read: LabelReader): Preference | null {
  const orders = showings.map(({ position, replies }) => ({ position, votes: replies.map(read) }));
  const text = orders.map(
    ({ position, votes }) => `${position}: ${votes.map((vote) => sideText(vote, position)).join(' ')}`,
  );
  const tallies = orders.map(tallyOf);
  const total = meanOfOrders(tallies);
  if (total === null) return null;
  const [num, den] = total;
  return {
    value: num / den,
    score: fractionScore(num, den),
    extraction: { text: text.join('; '), rule: 'votes' },
  };
}

function tallyOf({ position, votes }: { readonly position: Position; readonly votes: readonly Vote[] }): OrderTally {
  const known = votes.filter((vote) => vote !== null);
  return { position, votes: known.length, halves: known.reduce((sum, vote) => sum + halvesOf(vote, position), 0) };
}

function halvesOf(vote: number, position: Position): number {
  if (vote === TIE) return 1;
  return (vote === 0) === (position === 'first') ? 2 : 0;
}

function sideText(vote: Vote, position: Position): string {
  return vote === null ? '-' : (['loss', 'tie', 'win'][halvesOf(vote, position)] ?? '-');
}

// Each order counts the same, however many of its votes are valid; so the position cannot tip the scales.
function meanOfOrders(tallies: readonly OrderTally[]): readonly [num: number, den: number] | null {
  if (tallies.some(({ votes }) => votes === 0)) return null;
  const [num, den] = tallies.reduce<readonly [number, number]>(
    ([sum, scale], { halves, votes }) => [sum * 2 * votes + halves * scale, scale * 2 * votes],
    [0, 1],
  );
  return [num, den * tallies.length];
}

/**
 * The preference by the odds of two tokens: p(this answer) / (p(this answer) + p(other answer)), as AlpacaEval 2 does it;
 * null if an order has neither token.
 *
 * @param labels - The tokens that name the first and the second answer, exactly as the judge writes them.
 * @see github.com/tatsu-lab/alpaca_eval, weighted_alpaca_eval_gpt4_turbo
 */
export function preferenceByOdds(showings: readonly Showing[], labels: readonly string[]): Preference | null {
  const [first = '', second = ''] = labels;
  const shares = showings.map(({ position, replies }) => {
    const odds = position === 'first' ? [first, second] : [second, first];
    return shareOf(replies[0], odds[0] ?? '', odds[1] ?? '');
  });
  const known = shares.filter((share) => share !== null);
  if (known.length < shares.length) return null;
  const value = known.reduce((sum, share) => sum + share, 0) / known.length;
  const text = showings.map(({ position }, order) => `${position}: ${known[order]?.toFixed(6)}`);
  return { value, score: thousandths(value), extraction: { text: text.join('; '), rule: 'odds' } };
}

function shareOf(reply: Answer | undefined, ours: string, other: string): number | null {
  const [token] = reply?.tokens ?? [];
  if (token === undefined) return null;
  const logprobOf = (text: string): number =>
    token.top.find((likely) => likely.text === text)?.logprob ??
    (token.text === text ? token.logprob : undefined) ??
    -Infinity;
  const [mine, others] = [logprobOf(ours), logprobOf(other)];
  return mine === -Infinity && others === -Infinity ? null : 1 / (1 + exp(others - mine));
}
