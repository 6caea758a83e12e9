/** Figures in the sentences of a verdict. */

/** A difference of scores in percentage points with one decimal, or two where that would hide it. */
export function points(difference: number, signed: boolean = false): string {
  const value = difference * 100;
  const text = Number(value.toFixed(Math.abs(value) < 1 ? 2 : 1)).toString();
  return signed && value > 0 && text !== '0' ? `+${text}` : text.replace(/^-0$/, '0');
}

/** The same with its unit. */
export function pointsText(difference: number, signed: boolean = false): string {
  const text = points(difference, signed);
  return `${text} ${/^[-+]?1$/.test(text) ? 'point' : 'points'}`;
}

/** A share as a percentage. */
export function share(ratio: number): string {
  return `${points(ratio)} %`;
}

/** A number with a noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
