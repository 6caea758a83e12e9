/** The tokens of a Python expression. @see Python 3 language reference, 2 (lexical analysis) */

/** A token; `value` of a text is what it says. */
export interface Token {
  readonly kind: 'name' | 'int' | 'float' | 'str' | 'other' | 'op' | 'newline' | 'end';
  readonly text: string;
  readonly value?: string;
  /** Where it begins and ends in the source. */
  readonly from: number;
  readonly to: number;
}

/** The source is no Python expression, or none that a call may hold. */
export class PythonSyntaxError extends Error {}

const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)[jJ]?/y;
const STRING_START = /([rR]?[bBfF]?|[bBfF][rR]|[uU])("""|'''|"|')/y;
const OPERATOR = /\.\.\.|\*\*|\/\/|<<|>>|<=|>=|==|!=|->|:=|[-+*/%@&|^~<>()[\]{},:.=;]/y;

/** The tokens of a source; line ends count only outside of brackets. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < source.length;) {
    const skipped = skipBlank(source, at);
    if (skipped > at) {
      // A first line that begins with a blank is an indented one.
      if (tokens.length === 0 && at === 0 && !source.slice(0, skipped).includes('\n')) throw new PythonSyntaxError();
      const hasEnd = /[\r\n]/.test(source.slice(at, skipped)) && depth === 0 && tokens.length > 0;
      if (hasEnd) tokens.push({ kind: 'newline', text: '\n', from: at, to: skipped });
      at = skipped;
      continue;
    }
    const token = tokenAt(source, at);
    if (token.kind === 'op' && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === 'op' && /^[)\]}]$/.test(token.text)) depth--;
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: 'end', text: '', from: source.length, to: source.length }];
}

function skipBlank(source: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = source[at] ?? '';
    if (unit === '#') while (at < source.length && source[at] !== '\n') at++;
    else if (unit !== '' && ' \t\f\r\n'.includes(unit)) at++;
    else if (unit === '\\' && source[at + 1] === '\n') at += 2;
    else return at;
  }
}

function tokenAt(source: string, from: number): Token {
  const string = match(STRING_START, source, from);
  if (string !== null) return stringAt(source, from, string);
  const name = match(NAME, source, from);
  if (name !== null) return { kind: 'name', text: name[0].normalize('NFKC'), from, to: from + name[0].length };
  const number = /[\d.]/.test(source[from] ?? '') ? match(NUMBER, source, from) : null;
  if (number !== null) return numberToken(number[0], from, source);
  const operator = match(OPERATOR, source, from);
  if (operator === null) throw new PythonSyntaxError();
  return { kind: 'op', text: operator[0], from, to: from + operator[0].length };
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

function numberToken(text: string, from: number, source: string): Token {
  const to = from + text.length;
  const isGlued = /[\p{L}\p{Nd}_]/u.test(source.slice(to, to + 1));
  if (isGlued || /^0[\d_]*[1-9]/.test(text.replace(/[.eEjJ].*$/, text.match(/[.eEjJ]/) === null ? '$&' : '')))
    throw new PythonSyntaxError();
  if (/[jJ]$/.test(text)) return { kind: 'other', text, from, to };
  const isInteger = /^(?:0[xXoObB]|[\d_]+$)/.test(text);
  return { kind: isInteger ? 'int' : 'float', text: text.replaceAll('_', ''), from, to };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function stringAt(source: string, from: number, [opening, prefix = '', quote = '"']: RegExpExecArray): Token {
  let value = '';
  let at = from + opening.length;
  while (!source.startsWith(quote, at)) {
    const unit = source[at];
    if (unit === undefined || (quote.length === 1 && unit === '\n')) throw new PythonSyntaxError();
    if (unit !== '\\') {
      value += unit;
      at++;
    } else if (/r/i.test(prefix)) {
      value += source.slice(at, at + 2);
      at += 2;
    } else {
      const escape = escapeAt(source, at);
      value += escape.value;
      at = escape.to;
    }
  }
  const to = at + quote.length;
  const text = source.slice(from, to);
  return /[bf]/i.test(prefix) ? { kind: 'other', text, from, to } : { kind: 'str', text, value, from, to };
}

const CODE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/y;

function escapeAt(source: string, at: number): { readonly value: string; readonly to: number } {
  const code = match(CODE, source, at);
  if (code !== null) {
    const [whole, x, u, long, octal] = code;
    const point = octal === undefined ? Number.parseInt(x ?? u ?? long ?? '', 16) : Number.parseInt(octal, 8);
    if (point > 0x10ffff) throw new PythonSyntaxError();
    return { value: String.fromCodePoint(point), to: at + whole.length };
  }
  const unit = source[at + 1] ?? '';
  if (unit === '' || /[xuUN]/.test(unit)) throw new PythonSyntaxError();
  // An escape that is none stands for itself.
  return { value: ESCAPES[unit] ?? `\\${unit}`, to: at + 2 };
}
