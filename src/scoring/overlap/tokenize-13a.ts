/**
 * Words as BLEU counts them: the tokens of mteval-v13a.
 *
 * @see github.com/mjpost/sacrebleu, tokenizer 13a; NIST mteval-v13a.pl
 */
import { splitWords } from '../python-text.ts';

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

// In this order. A full stop or a comma stays with the digits around it.
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/[{-~[-` -&(-+:-@/]/gu, ' $& '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])-/gu, '$1 - '],
];

/** The tokens of a text. */
export function tokenize13a(text: string): readonly string[] {
  let line = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [pattern, replacement] of STEPS) line = line.replace(pattern, replacement);
  return splitWords(line);
}
