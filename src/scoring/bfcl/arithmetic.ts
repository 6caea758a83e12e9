/**
 * Arithmetic of numbers inside of arguments. The official decoder runs the text of it, which we never do: anything but
 * numbers and signs between them is no argument.
 */
import type { Expression } from './expression.ts';
import { PythonSyntaxError } from './tokens.ts';
import type { PyValue } from './value.ts';

const MAX_EXPONENT = 512n;
const MAX_BASE = 1n << 64n;

type PyNumber = Extract<PyValue, { readonly type: 'int' | 'float' }>;

/** The number that an expression comes to. @throws {@link PythonSyntaxError} if it is more than arithmetic of numbers. */
export function calculate(expression: Expression, resolve: (part: Expression) => PyValue): PyNumber {
  if (expression.node === 'unary') return signed(calculate(expression.operand, resolve), expression.text.charAt(0));
  if (expression.node !== 'binary') return numberOf(resolve(expression));
  const left = calculate(expression.left, resolve);
  const right = calculate(expression.right, resolve);
  const { operator } = expression;
  if (left.type === 'int' && right.type === 'int' && operator !== '/')
    return { type: 'int', value: apply(INTEGERS, operator, left.value, right.value) };
  return { type: 'float', value: apply(FLOATS, operator, Number(left.value), Number(right.value)) };
}

function signed(number: PyNumber, sign: string): PyNumber {
  if (sign === '+') return number;
  if (sign !== '-') throw new PythonSyntaxError();
  return number.type === 'int' ? { type: 'int', value: -number.value } : { type: 'float', value: -number.value };
}

function numberOf(value: PyValue): PyNumber {
  if (value.type === 'int' || value.type === 'float') return value;
  if (value.type === 'bool') return { type: 'int', value: value.value ? 1n : 0n };
  throw new PythonSyntaxError();
}

type Operators<T> = ReadonlyMap<string, (a: T, b: T) => T>;

function apply<T extends number | bigint>(operators: Operators<T>, operator: string, a: T, b: T): T {
  const operation = operators.get(operator);
  const isByZero = ['/', '//', '%'].includes(operator) && Number(b) === 0;
  if (operation === undefined || isByZero) throw new PythonSyntaxError();
  return operation(a, b);
}

const INTEGERS: Operators<bigint> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  // Python rounds down where JavaScript cuts.
  ['//', (a, b) => (a - modulo(a, b)) / b],
  ['%', modulo],
  ['**', power],
]);

const FLOATS: Operators<number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['//', (a, b) => Math.floor(a / b)],
  ['%', (a, b) => a - Math.floor(a / b) * b],
  ['**', (a, b) => a ** b],
]);

function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

function power(a: bigint, b: bigint): bigint {
  if (b < 0n || b > MAX_EXPONENT || a > MAX_BASE || a < -MAX_BASE) throw new PythonSyntaxError();
  return a ** b;
}
