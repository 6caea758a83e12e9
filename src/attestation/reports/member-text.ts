/** The exact text of one value in a JSON object, for hashes over bytes as they came. */
import { malformed } from './fields.ts';

const WHITE = /[ \t\n\r]/;

/**
 * The text of a member of a JSON object, without white space around it.
 *
 * Requires a text that JSON.parse accepts as an object.
 *
 * @returns Null if the object has no such member.
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM` if it has two: readers would differ on which one counts.
 */
export function memberText(text: string, name: string): string | null {
  let found: string | null = null;
  let at = skipWhite(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const start = skipWhite(text, skipWhite(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    if (JSON.parse(text.slice(at, keyEnd)) === name) {
      if (found !== null) throw malformed(`it has two members ${name}`);
      found = text.slice(start, end).trimEnd();
    }
    at = skipWhite(text, end + 1);
  }
  return found;
}

// The index of the comma or brace that ends a value of the outer object.
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    if (depth === 0 && (character === ',' || character === '}')) return at;
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth--;
    at = character === '"' ? stringEnd(text, at) : at + 1;
  }
  return at;
}

// The index after the quote that ends the string at `start`.
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipWhite(text: string, start: number): number {
  let at = start;
  while (WHITE.test(text.charAt(at))) at++;
  return at;
}
