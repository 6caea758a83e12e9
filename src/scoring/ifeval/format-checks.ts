/**
 * The IFEval instructions about the form of an answer.
 *
 * The official checker is a set of backtracking patterns, some of which take quadratic time on a hostile answer; here each
 * is a linear scan that finds the same.
 */
import { isSpace, literal, PYTHON_SPACE, splitWords, strip, stripOf } from '../python-text.ts';
import type { InstructionCheck } from './content-checks.ts';
import { splitSentences } from './sentences.ts';
import { countWords } from './words.ts';

const CONSTRAINED = ['My answer is yes.', 'My answer is no.', 'My answer is maybe.'];

/** The checks by the name of the instruction. */
export const FORMAT_CHECKS: Readonly<Record<string, InstructionCheck>> = {
  'length_constraints:number_sentences': (answer, args) =>
    args.holds('relation', 'num_sentences', splitSentences(answer).length),
  'length_constraints:number_words': (answer, args) => args.holds('relation', 'num_words', countWords(answer)),
  'length_constraints:number_paragraphs': (answer, args) => countParagraphs(answer) === args.count('num_paragraphs'),
  'length_constraints:nth_paragraph_first_word': (answer, args) => {
    const paragraphs = answer.split('\n\n');
    const filled = paragraphs.filter((paragraph) => strip(paragraph) !== '').length;
    const nth = args.count('nth_paragraph');
    if (nth > filled || filled !== args.count('num_paragraphs')) return false;
    return firstWord(paragraphs[nth - 1] ?? '') === args.text('first_word').toLowerCase();
  },
  'detectable_content:number_placeholders': (answer, args) =>
    countPlaceholders(answer) >= args.count('num_placeholders'),
  'detectable_format:number_bullet_lists': (answer, args) =>
    countBullets(answer, '*') + countBullets(answer, '-') === args.count('num_bullets'),
  'detectable_format:number_highlighted_sections': (answer, args) =>
    countHighlights(answer) >= args.count('num_highlights'),
  'detectable_format:multiple_sections': (answer, args) => {
    const mark = `[${PYTHON_SPACE}]?${literal(strip(args.text('section_spliter')))}[${PYTHON_SPACE}]?\\p{Nd}+`;
    return (answer.match(new RegExp(mark, 'gu'))?.length ?? 0) >= args.count('num_sections');
  },
  'detectable_format:constrained_response': (answer) => CONSTRAINED.some((option) => answer.includes(option)),
  'detectable_format:json_format': (answer) => isPythonJson(withoutFence(strip(answer))),
  'detectable_format:title': (answer) => answer.split('\n').some(hasTitle),
  'combination:two_responses': (answer) => {
    const parts = answer.split('******').map(strip);
    const filled = parts.filter((part) => part !== '');
    const isTorn = parts.slice(1, -1).includes('');
    return !isTorn && filled.length === 2 && filled[0] !== filled[1];
  },
  'combination:repeat_prompt': (answer, args) =>
    strip(answer)
      .toLowerCase()
      .startsWith(strip(args.text('prompt_to_repeat')).toLowerCase()),
  'startend:end_checker': (answer, args) =>
    stripOf(strip(answer), '"')
      .toLowerCase()
      .endsWith(strip(args.text('end_phrase')).toLowerCase()),
  'startend:quotation': (answer) => {
    const text = strip(answer);
    return text.length > 1 && text.startsWith('"') && text.endsWith('"');
  },
};

// Parts between `***`; an empty one in the middle makes the count of no use.
function countParagraphs(answer: string): number | null {
  const parts = answer.split(new RegExp(`[${PYTHON_SPACE}]?\\*\\*\\*[${PYTHON_SPACE}]?`, 'u')).map(strip);
  return parts.slice(1, -1).includes('') ? null : parts.filter((part) => part !== '').length;
}

function firstWord(paragraph: string): string {
  const word = stripOf(stripOf(splitWords(paragraph)[0] ?? '', "'", 'left'), '"', 'left');
  return (word.split(/[.,?!'"]/, 1)[0] ?? '').toLowerCase();
}

// As `\[.*?\]` finds them: from an opening bracket to the next closing one in the same line.
function countPlaceholders(answer: string): number {
  let count = 0;
  for (const line of answer.split('\n')) {
    for (let at = line.indexOf('['); at !== -1;) {
      const end = line.indexOf(']', at);
      if (end === -1) break;
      count++;
      at = line.indexOf('[', end + 1);
    }
  }
  return count;
}

// As `^\s*\*[^*].*$` and `^\s*-.*$` find them, line by line; white space may run over empty lines.
function countBullets(answer: string, mark: '*' | '-'): number {
  let count = 0;
  for (let at = 0; at < answer.length;) {
    let first = at;
    while (first < answer.length && isSpace(answer.charAt(first))) first++;
    const isBullet =
      answer[first] === mark && (mark === '-' || (first + 1 < answer.length && answer[first + 1] !== '*'));
    if (isBullet) count++;
    // A star at the end of a line takes the line feed, and with it the next line.
    const end = answer.indexOf('\n', isBullet && mark === '*' ? first + 2 : first);
    if (end === -1) break;
    at = end + 1;
  }
  return count;
}

function countHighlights(answer: string): number {
  const single = answer.match(/\*[^\n*]*\*/g) ?? [];
  const double = answer.match(/\*\*[^\n*]*\*\*/g) ?? [];
  const filled = [...single.map((found) => stripOf(found, '*')), ...double.map((found) => found.slice(2, -2))];
  return filled.filter((text) => strip(text) !== '').length;
}

// As `<<[^\n]+>>` finds it: from the first opening to the last closing brackets of a line.
function hasTitle(line: string): boolean {
  const from = line.indexOf('<<');
  const to = line.lastIndexOf('>>');
  if (from === -1 || to < from + 3) return false;
  return strip(stripOf(stripOf(line.slice(from, to + 2), '<', 'left'), '>', 'right')) !== '';
}

function withoutFence(text: string): string {
  let rest = text;
  for (const prefix of ['```json', '```Json', '```JSON', '```'])
    if (rest.startsWith(prefix)) rest = rest.slice(prefix.length);
  return strip(rest.endsWith('```') ? rest.slice(0, -3) : rest);
}

// Python reads NaN and Infinity too.
function isPythonJson(text: string): boolean {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs, (found) => (found.startsWith('"') ? found : '0'));
  try {
    JSON.parse(plain);
    return true;
  } catch {
    return false;
  }
}
