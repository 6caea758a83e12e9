/** Roots of monotone functions by halving: slow, exact to the last digit, and the same on every machine. */

/**
 * The place where a condition stops to hold.
 *
 * @param holds - True below the place, false above it.
 * @param low - A place where it holds, or the lowest answer.
 * @param high - A place where it does not hold, or the highest answer.
 * @returns The place to the last digit, or to high / 2^200 near 0.
 */
export function bisect(holds: (x: number) => boolean, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 200; step++) {
    const middle = from + (to - from) / 2;
    if (middle <= from || middle >= to) break;
    if (holds(middle)) from = middle;
    else to = middle;
  }
  return from + (to - from) / 2;
}
