/** Python expressions as a tree: what a model writes as a list of calls. @see Python 3 language reference, 6 */
import { PythonSyntaxError, tokenize, type Token } from './tokens.ts';

/** A part of an expression; `text` is its source. */
export type Expression = { readonly text: string } & (
  | { readonly node: 'constant'; readonly token: Token }
  /** Texts that stand beside each other are one. */
  | { readonly node: 'text'; readonly value: string }
  | { readonly node: 'name'; readonly name: string }
  | { readonly node: 'attribute'; readonly of: Expression; readonly name: string }
  | Call
  | { readonly node: 'subscript'; readonly of: Expression; readonly index: string }
  | { readonly node: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly node: 'dict'; readonly entries: readonly (readonly [Expression | null, Expression])[] }
  | { readonly node: 'unary'; readonly operand: Expression }
  | { readonly node: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  /** Anything that no argument may be: comparisons, conditions, functions, sets, comprehensions. */
  | { readonly node: 'other' }
);

/** A call with its named arguments in order; `**` ones have no name. */
export interface Call {
  readonly node: 'call';
  readonly of: Expression;
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string | null; readonly value: Expression }[];
  readonly text: string;
}

const MAX_DEPTH = 64;
const RESERVED = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

interface Cursor {
  readonly source: string;
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

/**
 * The expression in a source, as `ast.parse(source, mode="eval")` reads it.
 *
 * @throws {@link PythonSyntaxError}
 */
export function parseExpression(source: string): Expression {
  const cursor: Cursor = { source, tokens: tokenize(source), at: 0, depth: 0 };
  const expression = parseTuple(cursor);
  while (peek(cursor).kind === 'newline') cursor.at++;
  if (peek(cursor).kind !== 'end') throw new PythonSyntaxError();
  return expression;
}

function peek({ tokens, at }: Cursor): Token {
  const token = tokens[at] ?? tokens.at(-1);
  if (token === undefined) throw new PythonSyntaxError();
  return token;
}

function isOperator(cursor: Cursor, text: string): boolean {
  const token = peek(cursor);
  return token.kind === 'op' && token.text === text;
}

function isKeyword(cursor: Cursor, text: string): boolean {
  const token = peek(cursor);
  return token.kind === 'name' && token.text === text;
}

function accept(cursor: Cursor, text: string): boolean {
  const isThere = isOperator(cursor, text) || isKeyword(cursor, text);
  if (isThere) cursor.at++;
  return isThere;
}

function expect(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw new PythonSyntaxError();
}

function since(cursor: Cursor, from: number): string {
  return cursor.source.slice(from, cursor.tokens[cursor.at - 1]?.to ?? from);
}

// Expressions between commas; several, or one with a comma behind it, are a tuple.
function parseTuple(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  const first = parseStarred(cursor);
  if (!isOperator(cursor, ',')) return first;
  const items = [first];
  while (accept(cursor, ',')) {
    if (['end', 'newline'].includes(peek(cursor).kind)) break;
    items.push(parseStarred(cursor));
  }
  return { node: 'tuple', items, text: since(cursor, from) };
}

function parseStarred(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  if (!accept(cursor, '*')) return parseTest(cursor);
  parseTest(cursor);
  return { node: 'other', text: since(cursor, from) };
}

// Conditions, functions and whatever binds less than arithmetic.
function parseTest(cursor: Cursor): Expression {
  if (++cursor.depth > MAX_DEPTH) throw new PythonSyntaxError();
  const { from } = peek(cursor);
  const expression = isKeyword(cursor, 'lambda') ? parseLambda(cursor) : parseCondition(cursor);
  cursor.depth--;
  if (!accept(cursor, ':=')) return expression;
  parseTest(cursor);
  return { node: 'other', text: since(cursor, from) };
}

function parseLambda(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  while (!isOperator(cursor, ':')) {
    if (peek(cursor).kind === 'end') throw new PythonSyntaxError();
    cursor.at++;
  }
  cursor.at++;
  parseTest(cursor);
  return { node: 'other', text: since(cursor, from) };
}

function parseCondition(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  const value = parseLogic(cursor);
  if (!accept(cursor, 'if')) return value;
  parseLogic(cursor);
  expect(cursor, 'else');
  parseTest(cursor);
  return { node: 'other', text: since(cursor, from) };
}

const COMPARISONS = ['and', 'or', 'in', 'is', '<', '>', '==', '>=', '<=', '!='];

function parseLogic(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  if (accept(cursor, 'not')) return { node: 'unary', operand: parseLogic(cursor), text: since(cursor, from) };
  let value = parseBinary(cursor, 0);
  for (;;) {
    const isNot = isKeyword(cursor, 'not');
    if (isNot) cursor.at++;
    if (!COMPARISONS.some((word) => accept(cursor, word))) {
      if (isNot) throw new PythonSyntaxError();
      return value;
    }
    while (accept(cursor, 'not'));
    parseBinary(cursor, 0);
    value = { node: 'other', text: since(cursor, from) };
  }
}

// From the loosest to the tightest.
const BINARY: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
];

function parseBinary(cursor: Cursor, level: number): Expression {
  const operators = BINARY[level];
  if (operators === undefined) return parseUnary(cursor);
  const { from } = peek(cursor);
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((text) => accept(cursor, text));
    if (operator === undefined) return left;
    const right = parseBinary(cursor, level + 1);
    left = { node: 'binary', operator, left, right, text: since(cursor, from) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  if (++cursor.depth > MAX_DEPTH) throw new PythonSyntaxError();
  try {
    if (['-', '+', '~'].some((sign) => accept(cursor, sign)))
      return { node: 'unary', operand: parseUnary(cursor), text: since(cursor, from) };
    const base = parsePrimary(cursor);
    if (!accept(cursor, '**')) return base;
    return { node: 'binary', operator: '**', left: base, right: parseUnary(cursor), text: since(cursor, from) };
  } finally {
    cursor.depth--;
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  let value = parseAtom(cursor);
  for (;;) {
    if (accept(cursor, '.'))
      value = { node: 'attribute', of: value, name: takeName(cursor), text: since(cursor, from) };
    else if (accept(cursor, '(')) value = { ...parseArguments(cursor, value), text: since(cursor, from) };
    else if (accept(cursor, '[')) value = { ...parseIndex(cursor, value), text: since(cursor, from) };
    else return value;
  }
}

function takeName(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== 'name' || RESERVED.has(token.text)) throw new PythonSyntaxError();
  cursor.at++;
  return token.text;
}

function parseArguments(cursor: Cursor, of: Expression): Call {
  const positional: Expression[] = [];
  const named: { name: string | null; value: Expression }[] = [];
  while (!accept(cursor, ')')) {
    const next = cursor.tokens[cursor.at + 1];
    if (accept(cursor, '**')) named.push({ name: null, value: parseTest(cursor) });
    else if (peek(cursor).kind === 'name' && next?.kind === 'op' && next.text === '=') {
      const name = takeName(cursor);
      cursor.at++;
      named.push({ name, value: parseTest(cursor) });
    } else {
      // Only a starred one may follow a named one.
      if (named.length > 0 && !isOperator(cursor, '*')) throw new PythonSyntaxError();
      positional.push(parseStarred(cursor));
      skipComprehension(cursor);
    }
    if (!isOperator(cursor, ')')) expect(cursor, ',');
  }
  return { node: 'call', of, positional, named, text: '' };
}

function parseIndex(cursor: Cursor, of: Expression): Expression {
  const { from } = peek(cursor);
  if (isOperator(cursor, ']')) throw new PythonSyntaxError();
  while (!isOperator(cursor, ']')) {
    if (!accept(cursor, ':') && !accept(cursor, ',')) parseStarred(cursor);
  }
  const index = since(cursor, from);
  cursor.at++;
  return { node: 'subscript', of, index, text: '' };
}

function parseAtom(cursor: Cursor): Expression {
  const token = peek(cursor);
  const { from } = token;
  switch (token.kind) {
    case 'int':
    case 'float':
      cursor.at++;
      return { node: 'constant', token, text: token.text };
    case 'str':
    case 'other':
      return parseText(cursor);
    case 'name':
      return { node: 'name', name: takeName(cursor), text: token.text };
    default:
      break;
  }
  if (accept(cursor, '...')) return { node: 'text', value: '...', text: '...' };
  if (accept(cursor, '(')) return parseBracketed(cursor, ')', from);
  if (accept(cursor, '[')) return parseBracketed(cursor, ']', from);
  if (accept(cursor, '{')) return parseBraces(cursor, from);
  throw new PythonSyntaxError();
}

function parseText(cursor: Cursor): Expression {
  const { from } = peek(cursor);
  let value = '';
  let isPlain = true;
  for (let token = peek(cursor); token.kind === 'str' || token.kind === 'other'; token = peek(cursor)) {
    isPlain &&= token.kind === 'str';
    value += token.value ?? '';
    cursor.at++;
  }
  const text = since(cursor, from);
  // Bytes and complex numbers are constants of other types; a formatted text is none.
  return isPlain ? { node: 'text', value, text } : { node: 'other', text };
}

function parseBracketed(cursor: Cursor, close: ')' | ']', from: number): Expression {
  const items: Expression[] = [];
  let hasComma = false;
  while (!accept(cursor, close)) {
    const item = parseStarred(cursor);
    if (skipComprehension(cursor)) {
      expect(cursor, close);
      return { node: 'other', text: since(cursor, from) };
    }
    items.push(item);
    hasComma = accept(cursor, ',');
    if (!hasComma && !isOperator(cursor, close)) throw new PythonSyntaxError();
  }
  const [only] = items;
  if (close === ')' && items.length === 1 && !hasComma && only !== undefined) return only;
  return { node: close === ')' ? 'tuple' : 'list', items, text: since(cursor, from) };
}

function parseBraces(cursor: Cursor, from: number): Expression {
  const entries: (readonly [Expression | null, Expression])[] = [];
  let isDict = true;
  while (!accept(cursor, '}')) {
    if (accept(cursor, '**')) entries.push([null, parseTest(cursor)]);
    else {
      const key = parseStarred(cursor);
      if (accept(cursor, ':')) {
        entries.push([key, parseTest(cursor)]);
        if (skipComprehension(cursor)) isDict = false;
      } else {
        skipComprehension(cursor);
        isDict = false;
      }
    }
    if (!isOperator(cursor, '}')) expect(cursor, ',');
  }
  const text = since(cursor, from);
  return isDict ? { node: 'dict', entries, text } : { node: 'other', text };
}

// What follows `for` says nothing about a call; it is passed over to the bracket that ends it.
function skipComprehension(cursor: Cursor): boolean {
  if (!isKeyword(cursor, 'for') && !isKeyword(cursor, 'async')) return false;
  for (let depth = 0; ; cursor.at++) {
    const token = peek(cursor);
    if (token.kind === 'end') throw new PythonSyntaxError();
    if (token.kind !== 'op') continue;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text) && --depth < 0) return true;
  }
}
