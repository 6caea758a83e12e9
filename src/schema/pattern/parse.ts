/**
 * Regular expressions as a tree: JavaScript syntax with flag `u`, without back references and look-around.
 *
 * What is left out is what cannot be matched in linear time. The engine's own parser judges the syntax first, so this one
 * only has to take a valid pattern apart.
 */
import { InputError } from '../../core/errors.ts';

/** A part of a pattern. */
export type PatternNode =
  /** One code point; `source` is the pattern for it alone. */
  | { readonly kind: 'char'; readonly source: string }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not-word' }
  /** `capture` is the number of a capturing group. */
  | { readonly kind: 'group'; readonly body: PatternNode; readonly capture: number | null }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly PatternNode[] }
  | Repeat;

/** A quantified part; captures from `firstCapture` to before `endCapture` are inside it. */
export interface Repeat {
  readonly kind: 'repeat';
  readonly body: PatternNode;
  readonly min: number;
  readonly max: number;
  readonly lazy: boolean;
  readonly firstCapture: number;
  readonly endCapture: number;
}

/** A parsed pattern. */
export interface ParsedPattern {
  readonly root: PatternNode;
  /** Number of capturing groups. */
  readonly captures: number;
}

/** Most UTF-16 units in a pattern; deepest nesting of groups; most capturing groups. */
const MAX_LENGTH = 1000;
const MAX_DEPTH = 32;
const MAX_CAPTURES = 32;

interface Cursor {
  readonly source: string;
  at: number;
  captures: number;
  depth: number;
}

/**
 * Take a pattern apart.
 *
 * @throws {@link InputError} `ERR_PATTERN` if it is not valid, too long or nested too deeply, or uses what is left out.
 */
export function parsePattern(source: string): ParsedPattern {
  if (source.length > MAX_LENGTH) throw patternError(`want at most ${MAX_LENGTH} characters`);
  checkSyntax(source);
  const cursor: Cursor = { source, at: 0, captures: 0, depth: 0 };
  const root = parseChoice(cursor);
  if (cursor.captures > MAX_CAPTURES) throw patternError(`want at most ${MAX_CAPTURES} groups`);
  return { root, captures: cursor.captures };
}

function checkSyntax(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw patternError('it is not a valid regular expression', cause);
  }
}

function parseChoice(cursor: Cursor): PatternNode {
  if (++cursor.depth > MAX_DEPTH) throw patternError(`want at most ${MAX_DEPTH} nested groups`);
  const branches = [parseSequence(cursor)];
  while (cursor.source[cursor.at] === '|') {
    cursor.at++;
    branches.push(parseSequence(cursor));
  }
  cursor.depth--;
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { kind: 'choice', branches };
}

function parseSequence(cursor: Cursor): PatternNode {
  const parts: PatternNode[] = [];
  for (;;) {
    const next = cursor.source[cursor.at];
    if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts };
    const firstCapture = cursor.captures + 1;
    const atom = parseAtom(cursor);
    parts.push(parseQuantifier(cursor, atom, firstCapture));
  }
}

function parseAtom(cursor: Cursor): PatternNode {
  const { source } = cursor;
  switch (source[cursor.at] ?? '') {
    case '^':
      cursor.at++;
      return { kind: 'assert', what: 'start' };
    case '$':
      cursor.at++;
      return { kind: 'assert', what: 'end' };
    case '(':
      return parseGroup(cursor);
    case '[':
      return take(cursor, classLength(source, cursor.at));
    case '\\':
      return parseEscape(cursor);
    default:
      return take(cursor, codePointLength(source, cursor.at));
  }
}

function parseGroup(cursor: Cursor): PatternNode {
  const opening = /^\((?:\?(?::|<(?![=!])[^>]*>))?/.exec(cursor.source.slice(cursor.at))?.[0] ?? '(';
  const isPlainGroup = opening !== '(' || cursor.source[cursor.at + 1] !== '?';
  if (!isPlainGroup)
    throw patternError('look-around and inline flags are not supported, because they take unbounded time');
  cursor.at += opening.length;
  const capture = opening === '(?:' ? null : ++cursor.captures;
  const body = parseChoice(cursor);
  cursor.at++;
  return { kind: 'group', body, capture };
}

function parseEscape(cursor: Cursor): PatternNode {
  const next = cursor.source[cursor.at + 1] ?? '';
  if (next === 'b' || next === 'B') {
    cursor.at += 2;
    return { kind: 'assert', what: next === 'b' ? 'word' : 'not-word' };
  }
  if (/[1-9k]/.test(next)) throw patternError('back references are not supported, because they take unbounded time');
  return take(cursor, escapeLength(cursor.source, cursor.at));
}

function take(cursor: Cursor, length: number): PatternNode {
  const source = cursor.source.slice(cursor.at, cursor.at + length);
  cursor.at += length;
  return { kind: 'char', source };
}

function codePointLength(source: string, at: number): number {
  return (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

// Two escaped surrogates in a row are one code point under flag u.
const ESCAPE =
  /^\\(?:u\{[0-9a-f]+\}|u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|x[0-9a-f]{2}|c[a-z]|p\{[^}]*\})/i;

function escapeLength(source: string, at: number): number {
  const long = ESCAPE.exec(source.slice(at, at + 100));
  return long === null ? 1 + codePointLength(source, at + 1) : long[0].length;
}

function classLength(source: string, at: number): number {
  let end = at + 1;
  while (source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
  return end + 1 - at;
}

const QUANTIFIER = /^(?:([*+?])|\{(\d+)(,)?(\d+)?\})(\?)?/;

function parseQuantifier(cursor: Cursor, body: PatternNode, firstCapture: number): PatternNode {
  const found = QUANTIFIER.exec(cursor.source.slice(cursor.at, cursor.at + 40));
  if (found === null) return body;
  cursor.at += found[0].length;
  const [, sign, low = '0', comma, high] = found;
  const min = sign === undefined ? Number(low) : Number(sign === '+');
  const max = sign === undefined ? countedMax(min, comma, high) : shortMax(sign);
  // JavaScript rejects a round that is empty, which a machine that merges its alternatives cannot tell apart.
  if (max > min && isNullable(body)) {
    throw patternError('a repeated part can be empty: want one that takes at least one character');
  }
  return { kind: 'repeat', body, min, max, lazy: found[5] === '?', firstCapture, endCapture: cursor.captures + 1 };
}

function isNullable(node: PatternNode): boolean {
  switch (node.kind) {
    case 'char':
      return false;
    case 'assert':
      return true;
    case 'group':
      return isNullable(node.body);
    case 'sequence':
      return node.parts.every(isNullable);
    case 'choice':
      return node.branches.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.body);
  }
}

function shortMax(sign: string): number {
  return sign === '?' ? 1 : Infinity;
}

function countedMax(min: number, comma: string | undefined, high: string | undefined): number {
  if (comma === undefined) return min;
  return high === undefined ? Infinity : Number(high);
}

/** The fault of a pattern. */
export function patternError(fault: string, cause?: unknown): InputError {
  return new InputError('ERR_PATTERN', `cannot use regular expression: ${fault}`, { cause });
}
