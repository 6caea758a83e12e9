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
