/**
 * What LaTeX says without how it looks: no sizes, no spaces, no units, no currency, one spelling for each thing.
 *
 * Every pattern here is linear in the text.
 */
import { strip } from '../python-text.ts';

/** Longest answer that is read as mathematics. */
export const MAX_MATH_LENGTH = 2000;

const CHARACTERS: Readonly<Record<string, string>> = {
  '\u2212': '-',
  '\u2013': '-',
  '\u00d7': '*',
  '\u00b7': '*',
  '\u22c5': '*',
  '\u00f7': '/',
  '\u2215': '/',
  '\u03c0': '\\pi ',
  '\u221a': '\\sqrt ',
  '\u221e': '\\infty ',
  '\u2264': '\\le ',
  '\u2265': '\\ge ',
  '\u2260': '\\ne ',
  '\u2208': '\\in ',
  '\u222a': '\\cup ',
  '\u00b1': '\\pm ',
  '\u00b0': '',
  '\u20ac': '',
  '\u00a3': '',
  '\u00a0': ' ',
};

/** Commands that no row of a matrix begins with by chance; some models escape their backslash once more. */
const ESCAPED_TWICE =
  /\\\\(?=(?:left|right|[dtc]?frac|sqrt|pi|leq?|geq?|cdot|times|text|boxed|pm|infty|cup|in|circ|theta)(?![A-Za-z]))/g;

const COMMANDS: readonly (readonly [RegExp, string])[] = [
  // Spaces first: `10,\! 000` is one number.
  [/\\!\s?/g, ''],
  [/\\(?:left|right|bigl|bigr|Bigl|Bigr|big|Big|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])\.?/g, ''],
  [/(?<!\\)\\(?:[,;:> ]|quad(?![A-Za-z])|qquad(?![A-Za-z])|thinspace(?![A-Za-z]))|~/g, ' '],
  [/\\[dtc]frac(?![A-Za-z])/g, '\\frac'],
  [/\\[dt]binom(?![A-Za-z])/g, '\\binom'],
  [/\\(?:leqslant|leq)(?![A-Za-z])|<=/g, '\\le '],
  [/\\(?:geqslant|geq)(?![A-Za-z])|>=/g, '\\ge '],
  [/\\neq(?![A-Za-z])|!=|\\not\s?=/g, '\\ne '],
  [/\\lt(?![A-Za-z])/g, '<'],
  [/\\gt(?![A-Za-z])/g, '>'],
  [/\\(?:lbrace)(?![A-Za-z])/g, '\\{'],
  [/\\(?:rbrace)(?![A-Za-z])/g, '\\}'],
  [/\*\*/g, '^'],
  [/\\(?:cdot|times|ast)(?![A-Za-z])/g, '*'],
  [/\\div(?![A-Za-z])/g, '/'],
  [/\^\s?(?:\{\s?\\circ\s?\}|\\circ(?![A-Za-z]))|\\degree(?:s)?(?![A-Za-z])/g, ''],
  [/\\\$|\$|\\%|%|\\#/g, ''],
  [/(?<=\d)\s?\{\s?,\s?\}\s?(?=\d)/g, ','],
  [/\s(?:and|or)\s/g, ' , '],
];

/** Commands whose argument is text or is what it says in another face. */
const FACES = new Set(['mathbf', 'boldsymbol', 'mathit', 'mathcal', 'mathbb', 'boxed', 'fbox', 'bm', 'vec', 'hat']);
const TEXTS = new Set([
  'text',
  'textbf',
  'textit',
  'textrm',
  'textnormal',
  'mbox',
  'mathrm',
  'hbox',
  'operatorname',
  'mathsf',
]);

const UNITS =
  'units?|degrees?|deg|percent(?:age)?|pct|dollars?|cents?|points?|people|students|ways|miles?|mph|hours?|hrs?|minutes?|mins?|seconds?|secs?|' +
  'days?|weeks?|months?|years?|inch(?:es)?|feet|foot|ft|yards?|kilometers?|km|centimeters?|cm|millimeters?|mm|meters?|metres?|grams?|kg|' +
  'kilograms?|liters?|litres?|ml|gallons?|square|sq|cubic|radians?|rad|per|and|of|the';
const TRAILING_UNIT = new RegExp(`(?<=[\\d)}\\]\\s])\\s?(?:${UNITS})\\.?(?:\\s?\\^\\s?\\{?[23]\\}?)?$`, 'i');

/** The cleaned text of a mathematical answer. */
export function cleanLatex(source: string): string {
  let text = source
    .slice(0, MAX_MATH_LENGTH)
    .replace(/\p{Nd}/gu, asciiDigit)
    .normalize('NFC');
  text = [...text].map((character) => CHARACTERS[character] ?? character).join('');
  if (!text.includes('\\begin')) text = text.replace(ESCAPED_TWICE, '\\');
  text = text.replace(/[\u00b2\u00b3]/g, (power) => (power === '\u00b2' ? '^2' : '^3'));
  for (const [pattern, replacement] of COMMANDS) text = text.replace(pattern, replacement);
  text = replaceArguments(text);
  text = strip(text.replace(/\\[()[\]]/g, ' ').replace(/\s{2,}/g, ' '));
  text = withoutUnits(text);
  if (/^-?\d{1,3}(?: \d{3})+(?:\.\d+)?$/.test(text)) text = text.replaceAll(' ', '');
  return strip(text.replace(/(?<!\\)\\$/, '').replace(/[.,;:]$/, ''));
}

function asciiDigit(digit: string): string {
  // Digits of one script stand in a row, from zero on, in a block that begins at a multiple of two or is found by counting.
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value++;
  return `${point < 0x80 ? digit : value}`;
}

// Units stand at the end, several of them perhaps, as in `5 square feet`.
function withoutUnits(text: string): string {
  let rest = text;
  for (let round = 0; round < 4; round++) {
    const shorter = strip(rest.replace(TRAILING_UNIT, ''));
    if (shorter === rest || shorter === '') break;
    rest = shorter;
  }
  return rest;
}

// `\text{…}` stands alone or says a unit; `\mathbf{…}` is what it holds.
function replaceArguments(source: string): string {
  let text = '';
  let at = 0;
  const pattern = /\\([A-Za-z]+)\s?\{/g;
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const name = match[1] ?? '';
    if (!FACES.has(name) && !TEXTS.has(name)) continue;
    const end = closingBrace(source, pattern.lastIndex - 1);
    if (end === -1) break;
    const inner = source.slice(pattern.lastIndex, end);
    text += source.slice(at, match.index);
    if (FACES.has(name)) {
      // What it holds is looked at again.
      text += '{';
      at = pattern.lastIndex;
    } else {
      text += textArgument(inner, strip(text + source.slice(end + 1)) === '');
      // The power of a unit goes with it.
      at = end + 1 + (/^\s?\^\s?\{?[23]\}?/.exec(source.slice(end + 1, end + 8))?.[0].length ?? 0);
      pattern.lastIndex = at;
    }
  }
  return text + source.slice(at);
}

function textArgument(inner: string, isAll: boolean): string {
  const word = strip(inner);
  if (isAll) return word;
  if (word === ',' || /^(?:and|or)$/i.test(word)) return ',';
  return /^[A-Z]$/.test(word) ? word : ' ';
}

/** The position of the brace that closes the one at a position, or -1. */
export function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const unit = text[at];
    if (unit === '\\') at++;
    else if (unit === '{') depth++;
    else if (unit === '}' && --depth === 0) return at;
  }
  return -1;
}
