/**
 * Words by the rules of the official IFEval checker: runs of word characters, and tokens of the Penn Treebank where words
 * in capitals are counted.
 *
 * @see NLTK, nltk.tokenize.word_tokenize
 */
import { isUpper, PYTHON_SPACE, PYTHON_WORD, splitWords } from '../python-text.ts';
import { splitSentences } from './sentences.ts';

const WORD = new RegExp(`[${PYTHON_WORD}]+`, 'gu');

/** How many runs of word characters there are. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0;
}

/** How many tokens have letters, and capital ones only. */
export function countCapitalWords(text: string): number {
  return splitSentences(text).reduce((sum, sentence) => sum + tokensOf(sentence).filter(isUpper).length, 0);
}

// In this order; each step sets off what it finds by spaces.
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/[«“‘„»”’]|`+/gu, ' $& '],
  [/([:,])(?=[^\p{Nd}]|$)/gu, ' $1 '],
  [/\.\.\.|[;@#$%&]|[?!]|[\][(){}<>]|--|"/gu, ' $& '],
  [new RegExp(`([^.])(\\.)([\\])}>"'»”’ ]*)[${PYTHON_SPACE}]*$`, 'u'), '$1 $2 $3 '],
  [/(?<=[^'])' /gu, " ' "],
  [/(?<=[^' ])('[smd]|'ll|'re|'ve|n't) /giu, ' $1 '],
];
/** Words that the Treebank takes apart. */
const PAIRS = /\b(?:(can)(not)|(d)('ye)|(gim)(me)|(gon)(na)|(got)(ta)|(lem)(me)|(more)('n)|(wan)(na)(?=\s))\b/giu;

function tokensOf(sentence: string): readonly string[] {
  let text = ` ${sentence} `;
  for (const [pattern, replacement] of STEPS) text = text.replace(pattern, replacement);
  const split = text.replace(
    PAIRS,
    (...parts: readonly (string | number | undefined)[]) =>
      ` ${parts
        .slice(1, -2)
        .filter((part) => typeof part === 'string')
        .join(' ')} `,
  );
  return splitWords(split);
}
