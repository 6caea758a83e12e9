/**
 * Whether two expressions are the same function.
 *
 * Rational numbers are compared exactly. Everything else is evaluated at fixed points, some of them negative: two different
 * expressions of the kind that answers hold do not agree at all of them. It takes bounded time and no algebra, where a
 * computer algebra system may search for a proof without end.
 */
import { real, size, type Complex } from './complex.ts';
import { evaluate } from './evaluate.ts';
import { hasDecimals, rationalOf } from './exact.ts';
import { MathSyntaxError, type MathNode } from './node.ts';

/** Values are equal if they differ by no more than this share of the larger one. */
const TOLERANCE = 1e-9;

/** Whether two expressions are equal, wherever both have a value. */
export function areEqual(a: MathNode, b: MathNode): boolean {
  const [exactA, exactB] = [rationalOf(a), rationalOf(b)];
  if (exactA !== null && exactB !== null) {
    if (exactA.num === exactB.num && exactA.den === exactB.den) return true;
    // A decimal may be rounded, an integer or a fraction is not.
    if (!hasDecimals(a) && !hasDecimals(b)) return false;
  }
  return agree(a, b, (x, y) => isClose(x, y));
}

/** The constant ratio of two expressions, or null if there is none; for equations, which may be multiplied by a number. */
export function ratioOf(a: MathNode, b: MathNode): number | null {
  let ratio: number | null = null;
  const isConstant = agree(a, b, (x, y) => {
    if (size(y) < 1e-12) return size(x) < 1e-12;
    const here = x.re / y.re;
    ratio ??= here;
    return Math.abs(x.im) + Math.abs(y.im) < 1e-9 && Math.abs(here - ratio) <= TOLERANCE * Math.abs(ratio);
  });
  return isConstant && ratio !== 0 ? ratio : null;
}

function isClose(x: Complex, y: Complex): boolean {
  const scale = Math.max(size(x), size(y));
  return size({ re: x.re - y.re, im: x.im - y.im }) <= TOLERANCE * Math.max(scale, 1e-12);
}

const POINTS = 6;
/** Fewest points at which both have a value. */
const MIN_POINTS = 2;

function agree(a: MathNode, b: MathNode, holds: (x: Complex, y: Complex) => boolean): boolean {
  let common = 0;
  for (let point = 0; point < POINTS; point++) {
    const values = (name: string): Complex => real(valueAt(name, point));
    const [x, y] = [valueOf(a, values), valueOf(b, values)];
    if (x === null || y === null) return false;
    const [hasX, hasY] = [isFinite(x), isFinite(y)];
    if (hasX !== hasY) return false;
    if (!hasX) continue;
    if (!holds(x, y)) return false;
    common++;
  }
  return common >= MIN_POINTS;
}

function valueOf(node: MathNode, values: (name: string) => Complex): Complex | null {
  try {
    return evaluate(node, values);
  } catch (error) {
    if (error instanceof MathSyntaxError) return null;
    throw error;
  }
}

function isFinite({ re, im }: Complex): boolean {
  return Number.isFinite(re) && Number.isFinite(im);
}

// A number between 0.5 and 2.5 that depends on name and point alone; at every other point it is negative.
function valueAt(name: string, point: number): number {
  let hash = 2166136261 ^ (point * 40_503);
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  const value = 0.5 + ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 31;
  return point % 2 === 0 ? value : -value;
}
