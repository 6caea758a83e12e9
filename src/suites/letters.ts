/** The letters by which the choices of an item are named, in their order. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The letter of a choice. Requires 0 <= index < 26. */
export function letterAt(index: number): string {
  return LETTERS.charAt(index);
}
