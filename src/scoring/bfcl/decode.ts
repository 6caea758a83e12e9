/**
 * From the text of an answer to the calls in it, as the decoders of the official checker take them.
 *
 * @see github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard, ast_parse and the handlers of August 2024
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import { findFloats, type WrittenFloats } from '../../schema/standard/floats.ts';
import { floatText } from '../python-number.ts';
import { strip } from '../python-text.ts';
import { calculate } from './arithmetic.ts';
import { parseExpression, type Call, type Expression } from './expression.ts';
import { PythonSyntaxError } from './tokens.ts';
import { str, type PyDict, type PyValue } from './value.ts';

/** A call: the name of a function and its named arguments. */
export interface FunctionCall {
  readonly name: string;
  readonly args: ReadonlyMap<string, PyValue>;
}

/**
 * Whether the list of calls has its brackets: `added` for a model that never writes them, `if-missing` for one that may, whose
 * blanks and line feeds do not count either.
 */
export type Brackets = 'required' | 'added' | 'if-missing';

/** The calls in a Python list of calls such as `[f(a=1), g()]`; null if it is none. Positional arguments are lost. */
export function decodePython(text: string, brackets: Brackets): readonly FunctionCall[] | null {
  return attempt(() => {
    const expression = parseExpression(bracketed(text, brackets));
    if (expression.node !== 'tuple' && expression.node !== 'list') throw new PythonSyntaxError();
    return expression.items.map((item) => {
      if (item.node !== 'call') throw new PythonSyntaxError();
      return callOf(item);
    });
  });
}

function bracketed(text: string, brackets: Brackets): string {
  if (brackets === 'required') return text;
  if (brackets === 'added') return `[${text}]`;
  const line = strip(text.replaceAll('\n', ''));
  return `${line.startsWith('[') ? '' : '['}${line}${line.endsWith(']') ? '' : ']'}`;
}

/** The calls in a JSON list of `{name: "JSON of the arguments"}`; null if it is none. No text at all is no call. */
export function decodeTools(text: string): readonly FunctionCall[] | null {
  if (text === '') return [];
  return attempt(() => {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) throw new PythonSyntaxError();
    return list.map((entry: unknown) => {
      const [name, held] = Object.entries(Object(entry) as object)[0] ?? [];
      const args = typeof held === 'string' ? parseJsonValue(held) : null;
      if (name === undefined || args?.type !== 'dict') throw new PythonSyntaxError();
      return { name, args: args.entries };
    });
  });
}

function attempt<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof PythonSyntaxError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The value of a JSON text, in which 1.0 is a float. Throws SyntaxError. */
export function parseJsonValue(text: string): PyValue {
  const value = JSON.parse(text) as JsonValue;
  const floats = findFloats(text, value);
  return fromJson(value, floats.root, floats);
}

/** A JSON value; what is not written as a float is an int if it is one. */
export function fromJson(value: JsonValue, isFloat: boolean, floats: WrittenFloats): PyValue {
  if (value === null) return { type: 'none' };
  if (typeof value === 'string') return str(value);
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'number')
    return Number.isInteger(value) && !isFloat ? { type: 'int', value: BigInt(value) } : { type: 'float', value };
  const inside = floats.inside.get(value);
  const members = Object.entries(value).map(
    ([key, held]: [string, JsonValue]) => [key, fromJson(held, inside?.has(key) ?? false, floats)] as const,
  );
  return Array.isArray(value)
    ? { type: 'list', items: members.map(([, item]) => item) }
    : { type: 'dict', entries: new Map(members) };
}

// A call without named arguments is nothing to the official decoder, which loses its name with the others.
function callOf({ of, named }: Call): FunctionCall {
  const args = new Map(named.map(({ name, value }) => [name ?? '**', resolve(value)]));
  return { name: args.size === 0 ? '' : dottedName(of), args };
}

// What is neither a name nor an attribute has no part in it.
function dottedName(of: Expression): string {
  if (of.node === 'name') return of.name;
  if (of.node !== 'attribute') return '';
  const before = dottedName(of.of);
  return before === '' ? of.name : `${before}.${of.name}`;
}

function resolve(expression: Expression): PyValue {
  switch (expression.node) {
    case 'text':
      return str(expression.value);
    case 'constant':
      return constant(expression.token.kind, expression.token.text);
    case 'name':
      return named(expression.name);
    case 'list':
    case 'tuple':
      return { type: expression.node, items: expression.items.map(resolve) };
    case 'dict':
      return dictionary(expression.entries);
    case 'call':
      return expression.named.length === 0 ? str(printed(expression)) : asDictionary(callOf(expression));
    case 'subscript':
      return str(`${printed(expression.of)}[${expression.index}]`);
    case 'unary':
      return negated(resolve(expression.operand), expression.operand.node);
    case 'binary':
      return calculate(expression, resolve);
    default:
      throw new PythonSyntaxError();
  }
}

function constant(kind: string, text: string): PyValue {
  if (kind === 'float') return { type: 'float', value: Number(text) };
  return { type: 'int', value: BigInt(text) };
}

function named(name: string): PyValue {
  if (name === 'True' || name === 'False') return { type: 'bool', value: name === 'True' };
  return name === 'None' ? { type: 'none' } : str(name);
}

function asDictionary({ name, args }: FunctionCall): PyDict {
  return { type: 'dict', entries: new Map([[name, { type: 'dict', entries: args }]]) };
}

function dictionary(entries: readonly (readonly [Expression | null, Expression])[]): PyDict {
  const held = new Map<string, PyValue>();
  for (const [key, value] of entries) {
    if (key === null) throw new PythonSyntaxError();
    const resolved = resolve(key);
    if (resolved.type === 'list' || resolved.type === 'dict') throw new PythonSyntaxError();
    held.set(resolved.type === 'str' ? resolved.value : `${resolved.type} ${printed(key)}`, resolve(value));
  }
  return { type: 'dict', entries: held };
}

// Whatever the sign is, the official decoder takes the negative of a constant, and of nothing else.
function negated(value: PyValue, node: Expression['node']): PyValue {
  const isConstant = node === 'constant' || (node === 'name' && value.type === 'bool');
  if (!isConstant) throw new PythonSyntaxError();
  if (value.type === 'int') return { type: 'int', value: -value.value };
  if (value.type === 'float') return { type: 'float', value: -value.value };
  if (value.type === 'bool') return { type: 'int', value: value.value ? -1n : 0n };
  throw new PythonSyntaxError();
}

// As `ast.unparse` prints it, as far as arguments need it.
function printed(expression: Expression): string {
  switch (expression.node) {
    case 'text':
      return quoted(expression.value);
    case 'constant':
      return expression.token.kind === 'float'
        ? floatText(Number(expression.token.text))
        : `${BigInt(expression.token.text)}`;
    case 'attribute':
      return `${printed(expression.of)}.${expression.name}`;
    case 'call':
      return `${printed(expression.of)}(${expression.positional.map(printed).join(', ')})`;
    case 'list':
      return `[${expression.items.map(printed).join(', ')}]`;
    case 'tuple':
      return `(${expression.items.map(printed).join(', ')}${expression.items.length === 1 ? ',' : ''})`;
    default:
      return expression.text;
  }
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
