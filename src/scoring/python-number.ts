/** Numbers as Python prints, reads and rounds them. */

/** A number with its kind, which Python's text of it depends on. */
export interface PythonNumber {
  readonly kind: 'int' | 'float';
  readonly value: number;
}

const INTEGER = /^[-+]?\d{1,400}$/;
const FLOAT = /^[-+]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][-+]?\d{1,4})?$/;
const SPECIAL: Readonly<Record<string, number>> = {
  inf: Infinity,
  '-inf': -Infinity,
  nan: Number.NaN,
};

/** The number in a text such as `18`, `18.0`, `1e-08` or `inf`; null for anything else. */
export function parsePythonNumber(text: string): PythonNumber | null {
  if (INTEGER.test(text)) return { kind: 'int', value: Number(text) };
  if (FLOAT.test(text)) return { kind: 'float', value: Number(text) };
  const special = Object.hasOwn(SPECIAL, text.toLowerCase()) ? SPECIAL[text.toLowerCase()] : undefined;
  return special === undefined ? null : { kind: 'float', value: special };
}

/** `str()` of a float: the shortest digits that read back, with an exponent below 0.0001 and from 10^16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) return plainText(mantissa, exponent);
  const size = `${Math.abs(exponent)}`.padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

function plainText(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  const whole = exponent >= 0 ? digits.slice(0, exponent + 1).padEnd(exponent + 1, '0') : '0';
  const fraction = exponent >= 0 ? digits.slice(exponent + 1) : '0'.repeat(-exponent - 1) + digits;
  return `${sign}${whole}.${fraction === '' ? '0' : fraction}`;
}

/**
 * `round(value, places)`: the exact binary value rounded half to even, as the nearest double.
 *
 * @param places - At least 0.
 */
export function roundHalfEven(value: number, places: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const { mantissa, exponent } = binaryParts(Math.abs(value));
  // value = mantissa × 2^exponent; the integer nearest to value × 10^places is wanted.
  const scaled = mantissa * 10n ** BigInt(places);
  const divisor = exponent < 0 ? 2n ** BigInt(-exponent) : 1n;
  const whole = exponent < 0 ? scaled / divisor : scaled * 2n ** BigInt(exponent);
  const rest = exponent < 0 ? scaled % divisor : 0n;
  const isUp = 2n * rest > divisor || (2n * rest === divisor && whole % 2n === 1n);
  const digits = (isUp ? whole + 1n : whole).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return value < 0 ? -Number(text) : Number(text);
}

function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10_0000_0000_0000n, exponent: biased - 1075 };
}
