/**
 * Scorer `rouge-l`: F-measure of the longest common subsequence of words, without stemming.
 *
 * It is 2 × common / (words of both), so the score is exact.
 *
 * @see C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004; github.com/google-research, rouge_score
 */
import { InputError } from '../../core/errors.ts';
import { object } from '../../transcript/shape.ts';
import { readOptions, WRONG, type ScorerKind, type Verdict } from '../scorer.ts';
import { better, fractionScore, readReferences } from './references.ts';

const shape = object<object>({});

/** Most pairs of words that are compared. */
const MAX_PAIRS = 50_000_000;

/** Version 1. What it extracts is the whole answer; of several references the one that fits best counts. */
export const rougeL1: ScorerKind = {
  id: 'rouge-l',
  version: 1,
  prepare(config) {
    readOptions('rouge-l', shape, config);
    return {
      extract: (answer) => ({ text: answer, rule: 'whole' }),
      judge(extracted, target) {
        const words = wordsOf(extracted ?? '');
        const references = readReferences(target).map(wordsOf);
        const pairs = references.reduce((sum, reference) => sum + reference.length * words.length, 0);
        if (pairs > MAX_PAIRS)
          throw new InputError('ERR_STEP_LIMIT', 'cannot score by ROUGE-L: answer and references are too long');
        return references.map((reference) => fMeasure(words, reference)).reduce(better, WRONG);
      },
      gold: (target) => readReferences(target)[0] ?? '',
    };
  },
};

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function fMeasure(words: readonly string[], reference: readonly string[]): Verdict {
  if (words.length === 0 || reference.length === 0) return WRONG;
  return fractionScore(2 * commonLength(words, reference), words.length + reference.length);
}

// One row of the table of common lengths at a time.
function commonLength(a: readonly string[], b: readonly string[]): number {
  const row = new Uint32Array(b.length + 1);
  for (const word of a) {
    let diagonal = 0;
    for (let at = 1; at <= b.length; at++) {
      const above = row[at] ?? 0;
      row[at] = word === b[at - 1] ? diagonal + 1 : Math.max(above, row[at - 1] ?? 0);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}
