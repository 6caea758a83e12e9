/** How much of a run is published: the same two options wherever something leaves the machine. */
import { UsageError } from '../core/errors.ts';
import type { DisclosureChoice } from '../reports/disclosure.ts';
import { oneOfWords } from './command.ts';
import { parseItemList } from './item-list.ts';

/** What the levels mean, for help texts. */
export const LEVELS_HELP: string = `Disclosure levels:
  D0  the signed statement only
  D1  and the verdict of every item
  D2  and prompts, answers and targets of chosen items
  D3  of all items
Default: D3 for a public suite that may be redistributed, D1 otherwise.`;

/**
 * The choice of a user.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 */
export function disclosureChoice(disclose: string | undefined, items: string | undefined): DisclosureChoice {
  const given = oneOfWords('disclose', disclose, ['D0', 'D1', 'D2', 'D3']);
  const level = given ?? (items === undefined ? undefined : 'D2');
  if (items !== undefined && level !== 'D2') {
    throw new UsageError('ERR_USAGE', `--items chooses what D2 opens: --disclose ${level} does not go with it`);
  }
  if (items === undefined && level === 'D2') {
    throw new UsageError('ERR_USAGE', '--disclose D2 opens chosen items: say which with --items 0,5,7-12');
  }
  return {
    ...(level === undefined ? {} : { level }),
    ...(items === undefined ? {} : { items: parseItemList(items) }),
  };
}
