/** The tokens of cleaned LaTeX, or of mathematics in plain text. */
import { MathSyntaxError } from './node.ts';

/** A token: a number, a letter with its subscript, a command without its backslash, or a sign. */
export interface Token {
  readonly kind: 'number' | 'letter' | 'command' | 'sign';
  readonly text: string;
  /** Whether white space stands before it. */
  readonly isApart: boolean;
}

/** Most tokens of one answer. */
const MAX_TOKENS = 600;

/** Words of plain text that are commands in LaTeX. */
const WORDS = new Set([
  'sqrt',
  'pi',
  'sin',
  'cos',
  'tan',
  'cot',
  'sec',
  'csc',
  'log',
  'ln',
  'exp',
  'infty',
  'infinity',
  'inf',
  'cup',
  'frac',
]);

const SPACE = /\s+/y;
// Groups of three digits belong together only outside of brackets, where a comma separates nothing.
const GROUPED = /\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?/y;
const NUMBER = /\d+\.(?=\\(?:overline|bar))|\d+(?:\.\d+)?|\.\d+/y;
const COMMAND = /\\(?:[A-Za-z]+|[{}|\\])/y;
const WORD = /[A-Za-z]+/y;
const ENVIRONMENT = /\\(begin|end)\s?\{\s?([A-Za-z]+)\*?\s?\}/y;

/**
 * The tokens of a text.
 *
 * @throws {@link MathSyntaxError} if there are too many, or a character means nothing.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let isApart = false;
  for (let at = 0; at < text.length;) {
    const take = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      return pattern.exec(text);
    };
    const space = take(SPACE);
    if (space !== null) {
      at += space[0].length;
      isApart = true;
      continue;
    }
    const [found, length] = tokenAt(take, text.charAt(at), depth === 0);
    for (const token of found) tokens.push({ ...token, isApart: isApart && token === found[0] });
    if (/^[([]$/.test(found[0]?.text ?? '') || found[0]?.text === '{') depth++;
    if (/^[)\]}]$/.test(found[0]?.text ?? '')) depth--;
    isApart = false;
    at += length;
    if (tokens.length > MAX_TOKENS) throw new MathSyntaxError();
  }
  return tokens;
}

type Found = readonly [tokens: readonly Omit<Token, 'isApart'>[], length: number];

function tokenAt(take: (pattern: RegExp) => RegExpExecArray | null, unit: string, isOutside: boolean): Found {
  const environment = take(ENVIRONMENT);
  if (environment !== null)
    return [[{ kind: 'command', text: `${environment[1] ?? ''} ${environment[2] ?? ''}` }], environment[0].length];
  const number = (isOutside ? take(GROUPED) : null) ?? take(NUMBER);
  if (number !== null) return [[{ kind: 'number', text: number[0].replaceAll(',', '') }], number[0].length];
  const command = take(COMMAND);
  if (command !== null) return [[{ kind: 'command', text: command[0].slice(1) }], command[0].length];
  const word = take(WORD);
  if (word !== null) return [wordTokens(word[0]), word[0].length];
  if (!/[-+*/^_=<>()[\]{},;:|!&']/.test(unit)) throw new MathSyntaxError();
  return [[{ kind: 'sign', text: unit }], 1];
}

// A known word is one thing, any other one a product of letters.
function wordTokens(word: string): readonly Omit<Token, 'isApart'>[] {
  if (WORDS.has(word.toLowerCase())) {
    const name = word.toLowerCase();
    return [{ kind: 'command', text: name.startsWith('inf') ? 'infty' : name }];
  }
  return [...word].map((text) => ({ kind: 'letter' as const, text }));
}
