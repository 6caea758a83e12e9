/** The IFEval instructions about words, letters, case and language. */
import { isLower, isUpper, literal, strip, wholeWord } from '../python-text.ts';
import { targetError } from '../scorer.ts';
import type { Arguments } from './arguments.ts';
import { isInLanguage, isKnownLanguage } from './language.ts';
import { countCapitalWords } from './words.ts';

/** Whether an answer follows an instruction. */
export type InstructionCheck = (answer: string, args: Arguments) => boolean;

/** The checks by the name of the instruction. */
export const CONTENT_CHECKS: Readonly<Record<string, InstructionCheck>> = {
  'keywords:existence': (answer, args) => args.texts('keywords').every((word) => occurrences(answer, word) > 0),
  'keywords:frequency': (answer, args) =>
    args.holds('relation', 'frequency', occurrences(answer, strip(args.text('keyword')))),
  'keywords:forbidden_words': (answer, args) =>
    args.texts('forbidden_words').every((word) => !new RegExp(wholeWord(word), 'iu').test(answer)),
  'keywords:letter_frequency': (answer, args) => args.holds('let_relation', 'let_frequency', letters(answer, args)),
  'language:response_language': (answer, args) => {
    const language = args.text('language');
    if (!isKnownLanguage(language)) throw targetError('want one of the 30 languages of IFEval under "language"');
    return isInLanguage(answer, language);
  },
  'change_case:capital_word_frequency': (answer, args) =>
    args.holds('capital_relation', 'capital_frequency', countCapitalWords(answer)),
  'change_case:english_capital': (answer) => isUpper(answer) && isInLanguage(answer, 'en'),
  'change_case:english_lowercase': (answer) => isLower(answer) && isInLanguage(answer, 'en'),
  'punctuation:no_comma': (answer) => !answer.includes(','),
  'detectable_content:postscript': (answer, args) =>
    postscript(strip(args.text('postscript_marker'))).test(answer.toLowerCase()),
};

function occurrences(answer: string, word: string): number {
  return answer.match(new RegExp(literal(word), 'giu'))?.length ?? 0;
}

// The official checker draws a letter at random where the item asks for a sign; here it is the sign that is asked for.
function letters(answer: string, args: Arguments): number {
  const letter = strip(args.text('letter')).toLowerCase();
  if ([...letter].length !== 1) throw targetError('want one character under "letter"');
  return answer.toLowerCase().split(letter).length - 1;
}

function postscript(marker: string): RegExp {
  if (marker === 'P.P.S') return /p\.\s?p\.\s?s/;
  if (marker === 'P.S.') return /p\.\s?s\./;
  return new RegExp(literal(marker.toLowerCase()), 'u');
}
