/**
 * Scorer `rubric`: a judge model reads the answer and gives it one of a few grades.
 *
 * The judge may be asked several times; the grade that it gives most often counts. The verdict follows from the recorded
 * replies, and nothing proves that the judge would say the same again.
 */
import type { Answer } from '../../transcript/wire/answer.ts';
import { MAX_DENOMINATOR } from '../../transcript/record.ts';
import { list, object, text } from '../../transcript/shape.ts';
import { fractionScore } from '../overlap/references.ts';
import { configError, readOptions, type ScorerKind, type Verdict } from '../scorer.ts';
import { createAgreement } from './agreement.ts';
import { askingShapes, createAsking, judgedScorer, promptShape, type AskingOptions } from './asking.ts';
import { createLabelReader, labelList, labelShapes, type LabelOptions } from './labels.ts';
import { mostFrequent, votesText, type Vote } from './votes.ts';

interface RubricOptions extends AskingOptions, LabelOptions {
  readonly grades: readonly string[];
  /** What each grade is worth: `1`, `0`, `1/2` or `0.5`. */
  readonly scores: readonly string[];
}

const shape = object<RubricOptions>(
  { prompt: promptShape, grades: labelList, scores: list(text(16), 26) },
  { ...askingShapes, ...labelShapes },
);

const MAX_TOKENS = 512;

/** Version 1. The prompt sees the input fields, `answer` and `target`. */
export const rubric1: ScorerKind = {
  id: 'rubric',
  version: 1,
  prepare(config) {
    const { grades, scores, votesOf, asking } = prepareRubric(readOptions('rubric', shape, config));
    return judgedScorer({
      questions: ({ answer, target, input }) => asking.questions({ ...input, target }, { answer }),
      conclude(replies) {
        const votes = votesOf(replies);
        const score = scores[mostFrequent(votes) ?? -1];
        return score === undefined ? null : { ...score, extraction: { text: votesText(votes, grades), rule: 'votes' } };
      },
    });
  },
  metrics(config) {
    const { asking, votesOf } = prepareRubric(readOptions('rubric', shape, config));
    return asking.votes === 1 ? [] : [createAgreement((replies) => [votesOf(replies)])];
  },
};

interface Rubric {
  readonly grades: readonly string[];
  readonly scores: readonly Verdict[];
  readonly asking: ReturnType<typeof createAsking>;
  readonly votesOf: (replies: readonly Answer[]) => readonly Vote[];
}

function prepareRubric(options: RubricOptions): Rubric {
  const { grades } = options;
  if (grades.length < 2) throw configError('rubric', '/grades: want at least two');
  if (options.scores.length !== grades.length) throw configError('rubric', '/scores: want one for each grade');
  const scores = options.scores.map(scoreOf);
  const asking = createAsking('rubric', options, { maxTokens: MAX_TOKENS });
  const read = createLabelReader('rubric', grades, options);
  const votesOf = (replies: readonly Answer[]): readonly Vote[] =>
    Array.from({ length: asking.votes }, (_, vote) => read(replies[vote]));
  return { grades, scores, asking, votesOf };
}

function scoreOf(written: string, position: number): Verdict {
  const [, num = '', den = '1'] = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(written) ?? decimalParts(written);
  const isScore = num !== '' && Number(den) >= 1 && Number(den) <= MAX_DENOMINATOR && Number(num) <= Number(den);
  if (!isScore) throw configError('rubric', `/scores/${position}: want a fraction from 0 to 1 such as "1/2" or "0.5"`);
  return fractionScore(Number(num), Number(den));
}

function decimalParts(written: string): readonly string[] {
  const [, whole = '', digits = ''] = /^([01])\.(\d{1,3})$/.exec(written) ?? [];
  return whole === '' ? [] : ['', whole + digits, `1${'0'.repeat(digits.length)}`];
}
