/**
 * Scorer `pairwise`: a judge model compares the answer with a reference, and the score is how far it prefers the answer.
 *
 * Judges favour a position, so both orders are asked unless the suite says otherwise, and what each order said is recorded.
 */
import { canonicalize, type JsonValue } from '../../core/canonical-json.ts';
import { taggedDigest } from '../../core/digest.ts';
import { integer, object, oneOf } from '../../transcript/shape.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import { configError, readOptions, type ScorerKind } from '../scorer.ts';
import { createAgreement } from './agreement.ts';
import { askingShapes, createAsking, judgedScorer, promptShape, referenceOf, type AskingOptions } from './asking.ts';
import { createLabelReader, labelList, labelShapes, type LabelOptions, type LabelReader } from './labels.ts';
import { createPositionConsistency } from './position-consistency.ts';
import { preferenceByOdds, preferenceByVotes, type Position, type Preference, type Showing } from './preference.ts';
import type { Vote } from './votes.ts';
import { createWinRate } from './win-rate.ts';

interface PairwiseOptions extends AskingOptions, LabelOptions {
  /** What the judge calls the first answer and the second one, and a tie. */
  readonly labels?: readonly string[];
  /** Where the answer is shown; `drawn` follows from the target, so that nobody can choose it. */
  readonly positions?: 'both' | 'drawn' | Position;
  readonly read?: 'label' | 'logprobs';
  /** How many of the likeliest first tokens are wanted. */
  readonly top_logprobs?: number;
}

const shape = object<PairwiseOptions>(
  { prompt: promptShape },
  {
    ...askingShapes,
    ...labelShapes,
    labels: labelList,
    positions: oneOf('both', 'first', 'second', 'drawn'),
    read: oneOf('label', 'logprobs'),
    top_logprobs: integer(2, 20),
  },
);

const MAX_TOKENS = 512;
const EQUAL: Preference = { value: 0.5, score: { num: 1, den: 2 }, extraction: { text: 'equal', rule: 'equal' } };

/** Version 1. The prompt sees the input fields, `first` and `second`; equal answers are a draw, whatever the judge says. */
export const pairwise1: ScorerKind = {
  id: 'pairwise',
  version: 1,
  prepare(config) {
    const pairwise = preparePairwise(readOptions('pairwise', shape, config));
    const { asking, positions } = pairwise;
    return judgedScorer({
      questions({ answer, target, input }) {
        const reference = referenceOf(target);
        return ordersOf(positions, target).flatMap((position) => {
          const [first, second] = position === 'first' ? [answer, reference] : [reference, answer];
          return asking.questions(input, { first, second });
        });
      },
      conclude(replies, { answer, target }) {
        const preference = preferenceOf(pairwise, { answer, target, replies });
        return preference && { ...preference.score, extraction: preference.extraction };
      },
    });
  },
  metrics(config) {
    const pairwise = preparePairwise(readOptions('pairwise', shape, config));
    const { asking, positions, compare, readLabel } = pairwise;
    const sidesOf = (target: JsonValue, replies: readonly Answer[]): readonly (Preference | null)[] =>
      showingsOf(pairwise, target, replies).map((showing) => compare([showing]));
    const votesOf = (replies: readonly Answer[]): readonly (readonly Vote[])[] =>
      chunks(replies, asking.votes).map((group) => group.map(readLabel));
    return [
      createWinRate((answer, target, replies) => preferenceOf(pairwise, { answer, target, replies })),
      ...(positions === 'both' ? [createPositionConsistency(sidesOf)] : []),
      ...(asking.votes > 1 ? [createAgreement(votesOf)] : []),
    ];
  },
};

type Positions = NonNullable<PairwiseOptions['positions']>;

interface Pairwise {
  readonly asking: ReturnType<typeof createAsking>;
  readonly positions: Positions;
  readonly readLabel: LabelReader;
  readonly compare: (showings: readonly Showing[]) => Preference | null;
}

function preparePairwise(options: PairwiseOptions): Pairwise {
  const { labels = ['A', 'B', 'TIE'], positions = 'both', read = 'label' } = options;
  if (labels.length !== 2 && labels.length !== 3)
    throw configError('pairwise', '/labels: want two, or three with a tie');
  const readLabel = createLabelReader('pairwise', labels, options);
  const compare = (showings: readonly Showing[]): Preference | null =>
    read === 'logprobs' ? preferenceByOdds(showings, labels) : preferenceByVotes(showings, readLabel);
  return { asking: askingOf(options), positions, readLabel, compare };
}

interface Judged {
  readonly answer: string;
  readonly target: JsonValue;
  readonly replies: readonly Answer[];
}

function preferenceOf(pairwise: Pairwise, { answer, target, replies }: Judged): Preference | null {
  return answer === referenceOf(target) ? EQUAL : pairwise.compare(showingsOf(pairwise, target, replies));
}

function showingsOf(
  { asking: { votes }, positions }: Pairwise,
  target: JsonValue,
  replies: readonly Answer[],
): readonly Showing[] {
  return ordersOf(positions, target).map((position, order) => ({
    position,
    replies: Array.from({ length: votes }, (_, vote) => replies[order * votes + vote]),
  }));
}

function askingOf(options: PairwiseOptions): ReturnType<typeof createAsking> {
  if (options.read !== 'logprobs') return createAsking('pairwise', options, { maxTokens: MAX_TOKENS });
  if ((options.votes ?? 1) > 1) throw configError('pairwise', '/votes: want one where log probabilities are read');
  return createAsking('pairwise', options, { maxTokens: 1, topLogprobs: options.top_logprobs ?? 5 });
}

function ordersOf(positions: Positions, target: JsonValue): readonly Position[] {
  if (positions === 'both') return ['first', 'second'];
  if (positions !== 'drawn') return [positions];
  // The model under test never sees the target, so it cannot work out where its answer will stand.
  const drawn = Number.parseInt(taggedDigest('judged-order', canonicalize(target)).slice(0, 2), 16);
  return [drawn % 2 === 0 ? 'first' : 'second'];
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}
