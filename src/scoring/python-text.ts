/**
 * Text as the official scorers see it: they are Python programs, and what Python calls white space, a word or a line is not
 * what JavaScript calls so.
 *
 * @see Python 3 library reference, str.isspace, str.strip, str.split and re
 */

/** Inside of a character class: what `\s` and `str.isspace` take. */
export const PYTHON_SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Inside of a character class with flag `u`: what `\w` takes. */
export const PYTHON_WORD = '\\p{L}\\p{N}_';

const spaces = new RegExp(`[${PYTHON_SPACE}]+`, 'u');
const space = new RegExp(`^[${PYTHON_SPACE}]$`, 'u');

/** Whether a UTF-16 unit is white space. */
export function isSpace(unit: string): boolean {
  return space.test(unit);
}

/** `str.strip()`, in linear time. */
export function strip(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charAt(from))) from++;
  while (to > from && isSpace(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** `str.split()`: the words between runs of white space. */
export function splitWords(text: string): readonly string[] {
  return text.split(spaces).filter((word) => word !== '');
}

/** A part of a regular expression that matches a text as it stands. */
export function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/\\-/g, '\\x2d');
}

/** `re.search(r"\b" + literal + r"\b")` and the like: word boundaries as Python draws them, around a literal text. */
export function wholeWord(text: string): string {
  const first = [...text].at(0) ?? '';
  const last = [...text].at(-1) ?? '';
  const isWord = (character: string): boolean => new RegExp(`^[${PYTHON_WORD}]$`, 'u').test(character);
  // A boundary lies between a word character and what is none, whichever side the text shows.
  const before = isWord(first) ? `(?<![${PYTHON_WORD}])` : `(?<=[${PYTHON_WORD}])`;
  const after = isWord(last) ? `(?![${PYTHON_WORD}])` : `(?=[${PYTHON_WORD}])`;
  return `${before}${literal(text)}${after}`;
}

/** `str.isupper()`: there is a letter with case, and none is a small or a title-case one. */
export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

/** `str.islower()`: there is a letter with case, and none is a capital or a title-case one. */
export function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** `str.strip(characters)` with `ends: both`, and its one-sided kin. */
export function stripOf(text: string, characters: string, ends: 'both' | 'left' | 'right' = 'both'): string {
  let from = 0;
  let to = text.length;
  if (ends !== 'right') while (from < to && characters.includes(text.charAt(from))) from++;
  if (ends !== 'left') while (to > from && characters.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
