/**
 * Logarithm and exponential with the same digits on every machine.
 *
 * `Math.log` and `Math.exp` may differ in the last digit from one engine to the next. A verifier must get the same numbers as
 * whoever signed them, so this folder calculates with + - × ÷ and square roots alone, which IEEE 754 rounds in one way only.
 * Both functions are within two units of the last place.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const scratch = new DataView(new ArrayBuffer(8));
const TINY = powerOfTwo(-1000);
const TINY_SCALE = powerOfTwo(100);

/**
 * The natural logarithm.
 *
 * @param x - At least 0.
 * @returns -Infinity for 0.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 4.1.27 (series in (m - 1) / (m + 1))
 */
export function ln(x: number): number {
  if (!(x >= 0)) throw new RangeError(`no logarithm of ${x}`);
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const { fraction, exponent } = split(x);
  const s = (fraction - 1) / (fraction + 1);
  const ss = s * s;
  let sum = 0;
  for (let k = 25; k >= 3; k -= 2) sum = (sum + 1 / k) * ss;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * sum + 2 * s);
}

/**
 * The exponential function.
 *
 * @returns Infinity above 709.78, 0 below -745.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 4.2.1 (power series after halving the argument's range)
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) throw new RangeError('no exponential of NaN');
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const exponent = Math.round(x / (LN2_HIGH + LN2_LOW));
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let sum = 1;
  for (let k = 15; k >= 1; k--) sum = 1 + (sum * rest) / k;
  // In two steps, because the power alone may lie outside of the normal range.
  const half = Math.trunc(exponent / 2);
  return sum * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/** x as fraction × 2^exponent with √½ <= fraction < √2. */
function split(x: number): { readonly fraction: number; readonly exponent: number } {
  const isTiny = x < TINY;
  scratch.setFloat64(0, isTiny ? x * TINY_SCALE : x);
  const high = scratch.getUint32(0);
  scratch.setUint32(0, (high & 0x800fffff) | 0x3ff00000);
  const fraction = scratch.getFloat64(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1023 - (isTiny ? 100 : 0);
  return fraction > Math.SQRT2 ? { fraction: fraction / 2, exponent: exponent + 1 } : { fraction, exponent };
}

function powerOfTwo(exponent: number): number {
  scratch.setUint32(0, (exponent + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}
