/** Figures as a reader sees them: percentages, counts, durations and prices. Absent values are a dash, never zero. */

/** What stands for a value that does not exist. */
export const NONE = '–';

const SMALLEST_USD = 0.0001;

/** A ratio as a percentage with one decimal, such as `71.3`. */
export function percent(ratio: string | null): string {
  return ratio === null ? NONE : (Number(ratio) * 100).toFixed(1);
}

/** A count with thousands separators. */
export function count(value: number | null): string {
  return value === null ? NONE : value.toLocaleString('en-US');
}

/** A duration in milliseconds with three significant digits and its unit. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 1000) return `${significant(ms)} ms`;
  return ms < 60_000 ? `${significant(ms / 1000)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** A positive number with three significant digits, never with an exponent. */
export function significant(value: number): string {
  if (value >= 100 || value === 0) return String(Math.round(value));
  return value < 0.001 ? value.toFixed(6) : value.toPrecision(3);
}

/** A price in US dollars, with at least two decimals and four digits that matter. */
export function usd(amount: string | null): string {
  if (amount === null) return NONE;
  const value = Number(amount);
  if (value > 0 && value < SMALLEST_USD) return `< $${SMALLEST_USD}`;
  return `$${value >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(3)}`;
}
