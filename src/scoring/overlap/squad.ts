/**
 * Scorer `squad`: exact match or token F1 after the normalisation of SQuAD.
 *
 * Normalised: lower case, without ASCII punctuation, without the words a, an and the, single spaces.
 *
 * @see P. Rajpurkar et al., "Know What You Don't Know", ACL 2018, evaluate-v2.0.py
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import { object, oneOf } from '../../transcript/shape.ts';
import { PYTHON_WORD, splitWords } from '../python-text.ts';
import { readOptions, RIGHT, WRONG, type ScorerKind, type Verdict } from '../scorer.ts';
import { countNgrams, overlap } from './ngrams.ts';
import { better, fractionScore, readReferences } from './references.ts';

interface SquadOptions {
  readonly score?: 'f1' | 'exact';
}

const shape = object<SquadOptions>({}, { score: oneOf('f1', 'exact') });

/** Version 1. What it extracts is the whole answer; of several right answers the one that fits best counts. */
export const squad1: ScorerKind = {
  id: 'squad',
  version: 1,
  prepare(config) {
    const { score = 'f1' } = readOptions('squad', shape, config);
    const measure = score === 'f1' ? tokenF1 : exactMatch;
    return {
      extract: (answer) => ({ text: answer, rule: 'whole' }),
      judge: (extracted, target) =>
        rightAnswers(target)
          .map((right) => measure(tokensOf(extracted ?? ''), tokensOf(right)))
          .reduce(better, WRONG),
      gold: (target) => rightAnswers(target)[0] ?? '',
    };
  },
};

// A question without any answer wants none.
function rightAnswers(target: JsonValue): readonly string[] {
  return Array.isArray(target) && target.length === 0 ? [''] : readReferences(target);
}

const PUNCTUATION = /[!-/:-@[-`{-~]/g;
const ARTICLES = new RegExp(`(?<![${PYTHON_WORD}])(?:a|an|the)(?![${PYTHON_WORD}])`, 'gu');

function tokensOf(text: string): readonly string[] {
  return splitWords(text.toLowerCase().replace(PUNCTUATION, '').replace(ARTICLES, ' '));
}

function exactMatch(answer: readonly string[], right: readonly string[]): Verdict {
  return answer.join(' ') === right.join(' ') ? RIGHT : WRONG;
}

function tokenF1(answer: readonly string[], right: readonly string[]): Verdict {
  if (answer.length === 0 || right.length === 0) return exactMatch(answer, right);
  return fractionScore(
    2 * overlap(countNgrams(answer, 1, ''), countNgrams(right, 1, '')),
    answer.length + right.length,
  );
}
