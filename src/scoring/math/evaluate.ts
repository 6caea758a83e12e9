/** The value of an expression where its symbols have values. */
import {
  add,
  cosine,
  divide,
  exponential,
  logarithm,
  multiply,
  power,
  real,
  root,
  sine,
  type Complex,
} from './complex.ts';
import { rationalOf } from './exact.ts';
import { MathSyntaxError, type MathNode } from './node.ts';

/** Values of symbols. */
export type Values = (name: string) => Complex;

/**
 * The value of an expression; NaN where it has none.
 *
 * @throws {@link MathSyntaxError} on a function that is not known, and on `±`, which is no one value
 */
export function evaluate(node: MathNode, values: Values): Complex {
  switch (node.kind) {
    case 'number':
      return real(Number(node.num) / Number(node.den));
    case 'symbol':
      return constant(node.name) ?? values(node.name);
    case 'negate':
      return multiply(real(-1), evaluate(node.of, values));
    case 'add':
      return add(evaluate(node.left, values), evaluate(node.right, values));
    case 'multiply':
      return multiply(evaluate(node.left, values), evaluate(node.right, values));
    case 'divide':
      return divide(evaluate(node.left, values), evaluate(node.right, values));
    case 'power':
      return powerOf(node.right, evaluate(node.left, values), evaluate(node.right, values));
    case 'plus-minus':
      throw new MathSyntaxError();
    case 'function':
      return apply(
        node.name,
        node.args.map((arg) => evaluate(arg, values)),
      );
  }
}

// A power with an odd denominator is the real root of a negative number, as `\sqrt[3]` is.
function powerOf(exponent: MathNode, base: Complex, value: Complex): Complex {
  const exact = base.im === 0 && base.re < 0 ? rationalOf(exponent) : null;
  if (exact === null || exact.den === 1n || exact.den % 2n === 0n) return power(base, value);
  const size = (-base.re) ** value.re;
  return real(exact.num % 2n === 0n ? size : -size);
}

function constant(name: string): Complex | null {
  if (name === '\\pi') return real(Math.PI);
  if (name === 'e') return real(Math.E);
  return name === 'i' || name === '\\imath' ? { re: 0, im: 1 } : null;
}

type MathFunction = (a: Complex, b: Complex | undefined) => Complex;

const FUNCTIONS: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ['sin', (a) => sine(a)],
  ['cos', (a) => cosine(a)],
  ['tan', (a) => divide(sine(a), cosine(a))],
  ['cot', (a) => divide(cosine(a), sine(a))],
  ['sec', (a) => divide(real(1), cosine(a))],
  ['csc', (a) => divide(real(1), sine(a))],
  ['arcsin', ofReal(Math.asin)],
  ['arccos', ofReal(Math.acos)],
  ['arctan', ofReal(Math.atan)],
  ['sinh', ofReal(Math.sinh)],
  ['cosh', ofReal(Math.cosh)],
  ['tanh', ofReal(Math.tanh)],
  ['exp', (a) => exponential(a)],
  ['ln', (a) => logarithm(a)],
  ['lg', (a) => divide(logarithm(a), real(Math.LN10))],
  // Without a base it is the natural one, as computer algebra has it.
  ['log', (a, base) => (base === undefined ? logarithm(a) : divide(logarithm(a), logarithm(base)))],
  ['root', (a, degree) => root(a, degree ?? real(2))],
  ['abs', (a) => real(Math.hypot(a.re, a.im))],
  ['floor', ofReal(Math.floor)],
  ['ceil', ofReal(Math.ceil)],
  ['factorial', ofReal(factorial)],
  ['binom', (n, k) => real(binomial(n, k ?? real(Number.NaN)))],
]);

function apply(name: string, [first, second]: readonly Complex[]): Complex {
  const known = FUNCTIONS.get(name);
  if (known === undefined || first === undefined) throw new MathSyntaxError();
  return known(first, second);
}

function ofReal(of: (x: number) => number): MathFunction {
  return (a) => real(a.im === 0 ? of(a.re) : Number.NaN);
}

function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > 170) return Number.NaN;
  let product = 1;
  for (let factor = 2; factor <= n; factor++) product *= factor;
  return product;
}

function binomial(n: Complex, k: Complex): number {
  if (n.im !== 0 || k.im !== 0 || !Number.isInteger(k.re) || k.re < 0 || k.re > 1000) return Number.NaN;
  let product = 1;
  for (let step = 1; step <= k.re; step++) product *= (n.re - k.re + step) / step;
  return product;
}
