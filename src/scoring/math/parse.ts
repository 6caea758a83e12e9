/** From tokens to an expression, by the precedences that mathematicians mean. */
import { binary, integer, MathSyntaxError, type MathNode } from './node.ts';
import type { Token } from './tokens.ts';

const MAX_DEPTH = 48;

const FUNCTIONS = new Set(
  (
    'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp sqrt gcd lcm max min det ' +
    'arg deg Re Im'
  ).split(' '),
);
const GREEK_CONSTANTS: Readonly<Record<string, string>> = { infty: 'infinity', emptyset: 'empty', varnothing: 'empty' };

interface Cursor {
  /** A copy, because `12` in `\frac12` is two arguments. */
  readonly tokens: Token[];
  at: number;
  depth: number;
}

/**
 * The expression that all of the tokens make.
 *
 * @throws {@link MathSyntaxError}
 */
export function parseMath(tokens: readonly Token[]): MathNode {
  const cursor: Cursor = { tokens: [...tokens], at: 0, depth: 0 };
  const node = parseSum(cursor);
  if (cursor.at !== tokens.length) throw new MathSyntaxError();
  return node;
}

function peek({ tokens, at }: Cursor): Token | undefined {
  return tokens[at];
}

function isSign(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'sign' && texts.includes(token.text);
}

function isCommand(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'command' && texts.includes(token.text);
}

function expectSign(cursor: Cursor, ...texts: readonly string[]): void {
  if (!isSign(peek(cursor), ...texts)) throw new MathSyntaxError();
  cursor.at++;
}

function parseSum(cursor: Cursor): MathNode {
  if (++cursor.depth > MAX_DEPTH) throw new MathSyntaxError();
  let left: MathNode | null = null;
  for (;;) {
    const token = peek(cursor);
    const isMinus = isSign(token, '-');
    const isBoth = isCommand(token, 'pm', 'mp');
    const isFirst = left === null;
    if (isMinus || isBoth || isSign(token, '+')) cursor.at++;
    else if (!isFirst) break;
    const term: MathNode = parseProduct(cursor);
    if (isBoth)
      left = { kind: 'plus-minus', left: left ?? integer(0n), right: term, isMinusFirst: token?.text === 'mp' };
    else left = joined(left, isMinus ? { kind: 'negate', of: term } : term);
  }
  cursor.depth--;
  if (left === null) throw new MathSyntaxError();
  return left;
}

function joined(left: MathNode | null, term: MathNode): MathNode {
  return left === null ? term : binary('add', left, term);
}

function parseProduct(cursor: Cursor): MathNode {
  let left = parseSigned(cursor);
  for (;;) {
    const token = peek(cursor);
    if (isSign(token, '*')) {
      cursor.at++;
      left = binary('multiply', left, parseSigned(cursor));
    } else if (isSign(token, '/', ':')) {
      cursor.at++;
      left = binary('divide', left, parseSigned(cursor));
    } else if (startsFactor(token)) {
      left = nextTo(cursor, left);
    } else {
      return left;
    }
  }
}

function parseSigned(cursor: Cursor): MathNode {
  if (!isSign(peek(cursor), '-', '+')) return parsePower(cursor);
  const isMinus = isSign(peek(cursor), '-');
  cursor.at++;
  if (++cursor.depth > MAX_DEPTH) throw new MathSyntaxError();
  const of = parseSigned(cursor);
  cursor.depth--;
  return isMinus ? { kind: 'negate', of } : of;
}

function startsFactor(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'sign') return ['(', '[', '{'].includes(token.text);
  if (token.kind !== 'command') return true;
  return !/^(?:[}|\\]|end .*|le|ge|ne|approx|in|cup|cap|pm|mp|to|rfloor|rceil|rangle|rvert|mid|and|or|equiv|sim|circ)$/.test(
    token.text,
  );
}

// Two things side by side are a product, but for `1\frac{1}{4}` and `1 1/4`, which are mixed numbers.
function nextTo(cursor: Cursor, left: MathNode): MathNode {
  const token = peek(cursor);
  const before = cursor.tokens[cursor.at - 1];
  const isWhole = before?.kind === 'number' && !before.text.includes('.');
  if (token?.kind === 'number' && before?.kind === 'number') {
    if (!isWhole || !token.isApart) throw new MathSyntaxError();
    return mixed(left, parsePlainFraction(cursor));
  }
  const right = parsePower(cursor);
  const isMixed = isWhole && isCommand(token, 'frac') && isFraction(right);
  return isMixed ? mixed(left, right) : binary('multiply', left, right);
}

function parsePlainFraction(cursor: Cursor): MathNode {
  const above = parseAtom(cursor);
  expectSign(cursor, '/');
  const fraction = binary('divide', above, parseAtom(cursor));
  if (!isFraction(fraction)) throw new MathSyntaxError();
  return fraction;
}

function isFraction(node: MathNode): boolean {
  return node.kind === 'divide' && node.left.kind === 'number' && node.right.kind === 'number';
}

// In `2x 1/4` or `3 \cdot 1\frac12` only the last number is the whole part.
function mixed(left: MathNode, fraction: MathNode): MathNode {
  if (left.kind === 'number') return binary('add', left, fraction);
  if (left.kind === 'multiply') return binary('multiply', left.left, mixed(left.right, fraction));
  throw new MathSyntaxError();
}

function parsePower(cursor: Cursor): MathNode {
  let base = parseAtom(cursor);
  for (;;) {
    const token = peek(cursor);
    if (isSign(token, '!')) base = { kind: 'function', name: 'factorial', args: [base] };
    else if (isSign(token, "'")) base = { kind: 'function', name: 'prime', args: [base] };
    else if (!isSign(token, '^')) return base;
    cursor.at++;
    if (isSign(token, '^')) {
      const exponent = parseScript(cursor);
      return parseAfter(cursor, binary('power', base, exponent));
    }
  }
}

function parseAfter(cursor: Cursor, node: MathNode): MathNode {
  if (!isSign(peek(cursor), '!')) return node;
  cursor.at++;
  return { kind: 'function', name: 'factorial', args: [node] };
}

// What stands behind `^` or `_`: a group, or one digit, letter or command.
function parseScript(cursor: Cursor): MathNode {
  const token = peek(cursor);
  if (isSign(token, '-', '+')) return parseSigned(cursor);
  return parseArgument(cursor);
}

// An argument without braces is one digit: `\frac13` is a third.
function parseArgument(cursor: Cursor): MathNode {
  const token = peek(cursor);
  if (token?.kind === 'number' && /^\d{2,}$/.test(token.text)) {
    cursor.tokens[cursor.at] = { ...token, text: token.text.slice(1), isApart: false };
    return integer(BigInt(token.text.charAt(0)));
  }
  return parseAtom(cursor);
}

function parseAtom(cursor: Cursor): MathNode {
  const token = peek(cursor);
  if (token === undefined) throw new MathSyntaxError();
  cursor.at++;
  switch (token.kind) {
    case 'number':
      return parseNumber(cursor, token.text);
    case 'letter':
      return parseSymbol(cursor, token.text);
    case 'command':
      return parseCommand(cursor, token.text);
    case 'sign':
      break;
  }
  if (token.text === '{') return parseGroup(cursor, '}');
  if (token.text === '(' || token.text === '[') return parseGroup(cursor, ')', ']');
  if (token.text === '|') return { kind: 'function', name: 'abs', args: [parseGroup(cursor, '|')] };
  throw new MathSyntaxError();
}

function parseGroup(cursor: Cursor, ...close: readonly string[]): MathNode {
  const node = parseSum(cursor);
  expectSign(cursor, ...close);
  return node;
}

function parseNumber(cursor: Cursor, text: string): MathNode {
  if (isSign(peek(cursor), '_')) {
    cursor.at++;
    // A number in another base is that number in that base and nothing else.
    return { kind: 'symbol', name: `${text}_${nameOf(parseScript(cursor))}` };
  }
  const [whole = '', fraction = ''] = text.split('.');
  const repeated = fraction !== '' || text.endsWith('.') ? parseRepeated(cursor) : '';
  const den = 10n ** BigInt(fraction.length);
  const num = BigInt(`${whole}${fraction}` || '0');
  if (repeated === '') return { kind: 'number', num, den, isDecimal: fraction !== '' };
  const nines = 10n ** BigInt(repeated.length) - 1n;
  return { kind: 'number', num: num * nines + BigInt(repeated), den: den * nines, isDecimal: false };
}

function parseRepeated(cursor: Cursor): string {
  const [command, open, digits, close] = cursor.tokens.slice(cursor.at, cursor.at + 4);
  const isThere = isCommand(command, 'overline', 'bar') && isSign(open, '{') && isSign(close, '}');
  if (!isThere || digits?.kind !== 'number' || digits.text.includes('.')) return '';
  cursor.at += 4;
  return digits.text;
}

function parseSymbol(cursor: Cursor, name: string): MathNode {
  if (!isSign(peek(cursor), '_')) return { kind: 'symbol', name };
  cursor.at++;
  return { kind: 'symbol', name: `${name}_${nameOf(parseScript(cursor))}` };
}

function nameOf(node: MathNode): string {
  switch (node.kind) {
    case 'number':
      return `${node.num}/${node.den}`;
    case 'symbol':
      return node.name;
    case 'multiply':
    case 'add':
      return `${nameOf(node.left)} ${node.kind} ${nameOf(node.right)}`;
    default:
      throw new MathSyntaxError();
  }
}

function parseCommand(cursor: Cursor, name: string): MathNode {
  switch (name) {
    case 'frac':
      return binary('divide', parseArgument(cursor), parseArgument(cursor));
    case 'binom':
      return { kind: 'function', name, args: [parseArgument(cursor), parseArgument(cursor)] };
    case 'sqrt':
      return parseRoot(cursor);
    case 'lfloor':
    case 'lceil':
    case 'lvert':
      return parseFence(cursor, name);
    case '|':
      return parseFence(cursor, name);
    default:
      break;
  }
  if (FUNCTIONS.has(name)) return parseFunction(cursor, name);
  if (/^(?:begin|end) |^[\\{}]$/.test(name)) throw new MathSyntaxError();
  return parseSymbol(cursor, GREEK_CONSTANTS[name] ?? `\\${name}`);
}

const FENCES: Readonly<Record<string, readonly [close: string, name: string]>> = {
  lfloor: ['rfloor', 'floor'],
  lceil: ['rceil', 'ceil'],
  lvert: ['rvert', 'abs'],
  '|': ['|', 'abs'],
};

function parseFence(cursor: Cursor, open: string): MathNode {
  const [close, name] = FENCES[open] ?? ['', ''];
  const node = parseSum(cursor);
  if (!isCommand(peek(cursor), close)) throw new MathSyntaxError();
  cursor.at++;
  return { kind: 'function', name, args: [node] };
}

function parseRoot(cursor: Cursor): MathNode {
  let degree: MathNode = integer(2n);
  if (isSign(peek(cursor), '[')) {
    cursor.at++;
    degree = parseGroup(cursor, ']');
  }
  return { kind: 'function', name: 'root', args: [parseArgument(cursor), degree] };
}

// `\sin^2 x`, `\log_2 8`, `\sin 2x`: the argument is a product, up to the next sign or function.
function parseFunction(cursor: Cursor, name: string): MathNode {
  let power: MathNode | null = null;
  let base: MathNode | null = null;
  for (let token = peek(cursor); isSign(token, '^', '_'); token = peek(cursor)) {
    cursor.at++;
    if (token?.text === '^') power = parseScript(cursor);
    else base = parseScript(cursor);
  }
  const argument = isSign(peek(cursor), '(', '[', '{') ? parsePower(cursor) : parseFactors(cursor);
  const node: MathNode = { kind: 'function', name, args: base === null ? [argument] : [argument, base] };
  return power === null ? node : binary('power', node, power);
}

function parseFactors(cursor: Cursor): MathNode {
  let node = parseSigned(cursor);
  for (
    let token = peek(cursor);
    startsFactor(token) && !(token?.kind === 'command' && FUNCTIONS.has(token.text));
    token = peek(cursor)
  ) {
    node = binary('multiply', node, parsePower(cursor));
  }
  return node;
}
