/** Rational numbers, exactly, as far as an expression is made of them. */
import type { MathNode } from './node.ts';

/** num / den in lowest terms, den > 0. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

/** Numbers beyond this many bits are not worked out. */
const MAX_BITS = 8192;

/** The rational number that an expression is, or null if it is none, or not one that can be worked out. */
export function rationalOf(node: MathNode): Rational | null {
  switch (node.kind) {
    case 'number':
      return rational(node.num, node.den);
    case 'negate': {
      const of = rationalOf(node.of);
      return of === null ? null : { num: -of.num, den: of.den };
    }
    case 'add':
    case 'multiply':
    case 'divide': {
      const [a, b] = [rationalOf(node.left), rationalOf(node.right)];
      return a === null || b === null ? null : combine(node.kind, a, b);
    }
    case 'power':
      return powerOf(rationalOf(node.left), rationalOf(node.right));
    default:
      return null;
  }
}

/** Whether any number in an expression is written with a decimal point. */
export function hasDecimals(node: MathNode): boolean {
  switch (node.kind) {
    case 'number':
      return node.isDecimal;
    case 'symbol':
      return false;
    case 'negate':
      return hasDecimals(node.of);
    case 'function':
      return node.args.some(hasDecimals);
    default:
      return hasDecimals(node.left) || hasDecimals(node.right);
  }
}

function combine(kind: 'add' | 'multiply' | 'divide', a: Rational, b: Rational): Rational | null {
  if (kind === 'add') return rational(a.num * b.den + b.num * a.den, a.den * b.den);
  return kind === 'multiply' ? rational(a.num * b.num, a.den * b.den) : rational(a.num * b.den, a.den * b.num);
}

function powerOf(base: Rational | null, exponent: Rational | null): Rational | null {
  if (base === null || exponent === null || exponent.den !== 1n) return null;
  const size = exponent.num < 0n ? -exponent.num : exponent.num;
  const bits = bitsOf(base.num) + bitsOf(base.den);
  if (size > BigInt(MAX_BITS) || Number(size) * bits > MAX_BITS) return null;
  const [num, den] = [base.num ** size, base.den ** size];
  return exponent.num < 0n ? rational(den, num) : rational(num, den);
}

function rational(num: bigint, den: bigint): Rational | null {
  if (den === 0n || bitsOf(num) > MAX_BITS || bitsOf(den) > MAX_BITS) return null;
  const divisor = greatestCommonDivisor(num < 0n ? -num : num, den < 0n ? -den : den);
  const sign = den < 0n ? -1n : 1n;
  return { num: (sign * num) / divisor, den: (sign * den) / divisor };
}

function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
