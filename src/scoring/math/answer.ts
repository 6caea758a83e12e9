/** The form of an answer: an expression, or lists, intervals, unions, relations and matrices of them. */
import { cleanLatex } from './clean-latex.ts';
import { MathSyntaxError, type MathNode } from './node.ts';
import { parseMath } from './parse.ts';
import { tokenize, type Token } from './tokens.ts';

/** How two sides are related. */
export type Relation = '=' | '<' | '>' | 'le' | 'ge' | 'ne';

/** A mathematical answer. */
export type MathAnswer =
  | { readonly kind: 'expression'; readonly node: MathNode }
  /** `open` and `close` are empty for a bare list; `{` is a set, whose order says nothing. */
  | { readonly kind: 'list'; readonly open: string; readonly close: string; readonly items: readonly MathAnswer[] }
  | { readonly kind: 'union'; readonly parts: readonly MathAnswer[] }
  | { readonly kind: 'relation'; readonly sides: readonly MathNode[]; readonly relations: readonly Relation[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly MathAnswer[])[] }
  /** No mathematics: compared as it stands. */
  | { readonly kind: 'text'; readonly text: string };

/**
 * The answers that a text can be read as: one, or two where a comma may be a decimal one, as in `2,74`.
 *
 * @returns At least one answer; what cannot be read as mathematics is a text.
 */
export function readAnswers(source: string): readonly MathAnswer[] {
  const text = cleanLatex(source);
  const answer = readText(text);
  return /^-?\d+,\d+$/.test(text) ? [answer, readText(text.replace(',', '.'))] : [answer];
}

function readText(text: string): MathAnswer {
  if (isProse(text)) return { kind: 'text', text: plain(text) };
  try {
    return readTokens(tokenize(text), 0);
  } catch (error) {
    if (error instanceof MathSyntaxError) return { kind: 'text', text: plain(text) };
    throw error;
  }
}

// A word of three letters and more that is no name of a function, or several words.
function isProse(text: string): boolean {
  return (
    /^\(?[A-Za-z][A-Za-z]*(?:[ '-][A-Za-z]+)*\)?$/.test(text) && !/^(?:\(?[A-Za-z]{1,2}\)?|pi|inf|infinity)$/.test(text)
  );
}

function plain(text: string): string {
  return text.replace(/[\s{}\\]/g, '').toLowerCase();
}

const MAX_DEPTH = 8;
const RELATIONS: Readonly<Record<string, Relation>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  le: 'le',
  ge: 'ge',
  ne: 'ne',
  approx: '=',
  equiv: '=',
};

function readTokens(tokens: readonly Token[], depth: number): MathAnswer {
  if (depth > MAX_DEPTH || tokens.length === 0) throw new MathSyntaxError();
  const member = splitAt(tokens, (token) => token.kind === 'command' && token.text === 'in');
  // `x \in S` says S.
  if (member.parts.length === 2) return readTokens(member.parts[1] ?? [], depth + 1);
  const union = splitAt(tokens, (token) => token.kind === 'command' && token.text === 'cup');
  if (union.parts.length > 1) return { kind: 'union', parts: union.parts.map((part) => readTokens(part, depth + 1)) };
  const list = splitAt(tokens, (token) => token.kind === 'sign' && (token.text === ',' || token.text === ';'));
  if (list.parts.length > 1)
    return { kind: 'list', open: '', close: '', items: list.parts.map((part) => readTokens(part, depth + 1)) };
  const relation = splitAt(tokens, (token) => token.kind !== 'letter' && Object.hasOwn(RELATIONS, token.text));
  if (relation.parts.length > 1) return readRelation(relation.parts, relation.separators);
  return readMatrix(tokens, depth) ?? readBrackets(tokens, depth) ?? { kind: 'expression', node: parseMath(tokens) };
}

interface Split {
  readonly parts: readonly (readonly Token[])[];
  readonly separators: readonly Token[];
}

const OPEN = /^(?:[([{]|begin .*)$/;
const CLOSE = /^(?:[)\]}]|end .*)$/;

/** Split tokens outside of all brackets. */
function splitAt(tokens: readonly Token[], isSeparator: (token: Token) => boolean): Split {
  const parts: Token[][] = [[]];
  const separators: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (isBracket(token, OPEN)) depth++;
    if (isBracket(token, CLOSE)) depth--;
    if (depth === 0 && isSeparator(token)) {
      separators.push(token);
      parts.push([]);
    } else {
      parts.at(-1)?.push(token);
    }
  }
  return { parts, separators };
}

function isBracket({ kind, text }: Token, pattern: RegExp): boolean {
  return (kind === 'sign' || kind === 'command') && pattern.test(text);
}

function readRelation(allParts: Split['parts'], allSeparators: readonly Token[]): MathAnswer {
  // What comes after `\approx` is less exact than what comes before it, unless that is only a name.
  const rough = allSeparators.findIndex(({ text }) => text === 'approx');
  const end = rough > 0 || (rough === 0 && (allParts[0]?.length ?? 0) > 1) ? rough : allSeparators.length;
  const [parts, separators] = [allParts.slice(0, end + 1), allSeparators.slice(0, end)];
  const first = parts[0] ?? [];
  // `= 5` and `x = 5 = 5.0` say what they end with.
  const sides = first.length === 0 ? parts.slice(1) : parts;
  const relations = separators.slice(parts.length - sides.length).map(({ text }) => RELATIONS[text] ?? '=');
  const nodes = sides.map(parseMath);
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return { kind: 'expression', node: only };
  return { kind: 'relation', sides: nodes, relations };
}

function readMatrix(tokens: readonly Token[], depth: number): MathAnswer | null {
  const from = tokens.findIndex(
    ({ kind, text }) => kind === 'command' && /^begin (?:[pbvBV]?matrix|smallmatrix|array)$/.test(text),
  );
  const to = tokens.findLastIndex(({ kind, text }) => kind === 'command' && text.startsWith('end '));
  const isAll =
    from !== -1 &&
    [...tokens.slice(0, from), ...tokens.slice(to + 1)].every((token) => isBracket(token, /^[()[\]{}]$/));
  if (!isAll || to < from) return null;
  const inner = withoutColumns(tokens.slice(from + 1, to), tokens[from]?.text ?? '');
  const rows = splitAt(inner, ({ kind, text }) => kind === 'command' && text === '\\').parts.filter(
    (row) => row.length > 0,
  );
  return {
    kind: 'matrix',
    rows: rows.map((row) =>
      splitAt(row, ({ kind, text }) => kind === 'sign' && text === '&').parts.map((cell) =>
        readTokens(cell, depth + 1),
      ),
    ),
  };
}

// `\begin{array}{cc}` says how columns are set.
function withoutColumns(tokens: readonly Token[], begin: string): readonly Token[] {
  if (begin !== 'begin array' || tokens[0]?.text !== '{') return tokens;
  return tokens.slice(tokens.findIndex(({ text }) => text === '}') + 1);
}

// Brackets around all of it: a tuple, an interval or a set if there is a comma inside, else no more than brackets.
function readBrackets(tokens: readonly Token[], depth: number): MathAnswer | null {
  const [first, last] = [tokens[0], tokens.at(-1)];
  const inner = tokens.slice(1, -1);
  if (first === undefined || last === undefined || !isEnclosed(first, inner, last)) return null;
  const isSet = first.kind === 'command';
  if (isSet && inner.length === 0) return { kind: 'list', open: '{', close: '}', items: [] };
  const held = readTokens(inner, depth + 1);
  const isBare = held.kind === 'list' && held.open === '';
  if (isBare && (isSet || first.text !== '{')) return { ...held, open: first.text, close: last.text };
  return isSet ? { kind: 'list', open: '{', close: '}', items: [held] } : held;
}

function isEnclosed(first: Token, inner: readonly Token[], last: Token): boolean {
  if (!isBracket(first, /^[([{]$/) || !isBracket(last, /^[)\]}]$/)) return false;
  let level = 0;
  return inner.every((token) => {
    if (isBracket(token, OPEN)) level++;
    if (isBracket(token, CLOSE)) level--;
    return level >= 0;
  });
}
