/** A list of items as a user types it: `0,5,7-12`. */
import { UsageError } from '../core/errors.ts';

const MOST_ITEMS = 1_000_000;

/**
 * The indices in a list of numbers and ranges.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 */
export function parseItemList(text: string): ReadonlySet<number> {
  const indices = new Set<number>();
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part) ?? [];
    if (first === '' || Number(last) < Number(first) || Number(last) >= MOST_ITEMS) {
      throw new UsageError('ERR_USAGE', `--items is "${text}": want numbers and ranges such as 0,5,7-12`);
    }
    for (let index = Number(first); index <= Number(last); index++) indices.add(index);
  }
  return indices;
}
