/** Estimates as the decimal strings of comparison.json. */

/** An estimate with six places; never `-0.000000`. */
export function decimal(value: number): string {
  const text = value.toFixed(6);
  return text === '-0.000000' ? '0.000000' : text;
}

/** The same, or null for NaN, which stands for what does not exist. */
export function decimalOrNull(value: number): string | null {
  return Number.isNaN(value) ? null : decimal(value);
}

/** A p-value with six significant digits, because what is near 0 is what matters. */
export function pValue(p: number): string {
  return p.toPrecision(6);
}

/** A positive ratio with six significant digits. */
export function ratioText(ratio: number): string {
  return ratio.toPrecision(6);
}
