/** Exact decimal numbers of any size, because 0.1 + 0.2 is not 0.3 in floating point. */

/** units × 10^-scale, scale >= 0. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Most digits, and largest exponent, of a text that is read as a number. */
const MAX_DIGITS = 1000;
const MAX_EXPONENT = 400;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The number in a text such as `-12.50`, `.5`, `7.` or `1.2e3`; null for anything else or anything huge. */
export function parseDecimal(text: string): Decimal | null {
  const parts = text.length <= MAX_DIGITS ? DECIMAL.exec(text) : null;
  if (parts === null) return null;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = parts;
  const exponent = Number(exponentText);
  if (whole + fraction === '' || Math.abs(exponent) > MAX_EXPONENT) return null;
  const magnitude = BigInt(whole + fraction);
  const units = sign === '-' ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** Whether two numbers are equal. */
export function equalDecimals(a: Decimal, b: Decimal): boolean {
  return isWithin(a, b, { units: 0n, scale: 0 });
}

/** Whether two numbers differ by at most a tolerance. */
export function isWithin(a: Decimal, b: Decimal, tolerance: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale, tolerance.scale);
  const difference = scaled(a, scale) - scaled(b, scale);
  const distance = difference < 0n ? -difference : difference;
  return distance <= scaled(tolerance, scale);
}

/** Whether one number is an integer times another, which is not zero. */
export function isMultiple(number: Decimal, divisor: Decimal): boolean {
  const scale = Math.max(number.scale, divisor.scale);
  return scaled(number, scale) % scaled(divisor, scale) === 0n;
}

function scaled({ units, scale }: Decimal, to: number): bigint {
  return units * 10n ** BigInt(to - scale);
}
