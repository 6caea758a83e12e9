/** Which items of a suite a run asks: all of them, or a number of them drawn by a seed that is fixed in the plan. */
import { taggedDigest } from '../core/digest.ts';

/** How the items of a run are chosen. */
export type SelectionRule =
  { readonly kind: 'all' } | { readonly kind: 'seeded'; readonly limit: number; readonly seed: string };

/**
 * The ascending indices that a rule selects from a suite.
 *
 * A seeded rule takes the `limit` indices with the smallest SHA-256(`touchstone/v1/select` ‖ LF ‖ seed ‖ LF ‖ index), so
 * everybody draws the same items and a larger limit only adds to a smaller one.
 *
 * @param size - Number of items in the suite.
 */
export function selectIndices(rule: SelectionRule, size: number): readonly number[] {
  const all = Array.from({ length: size }, (_, index) => index);
  if (rule.kind === 'all' || rule.limit >= size) return all;
  return all
    .map((index) => ({ index, draw: taggedDigest('select', `${rule.seed}\n${index}`) }))
    .toSorted((a, b) => (a.draw < b.draw ? -1 : 1))
    .slice(0, rule.limit)
    .map(({ index }) => index)
    .toSorted((a, b) => a - b);
}
