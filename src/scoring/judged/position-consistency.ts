/**
 * Metric `position-consistency/1`: whether a judge prefers the same answer in whichever order it sees the two.
 *
 * Where it does not, the counts say which position it favours.
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import { sixPlaces } from '../fraction.ts';
import type { ScorerMetric } from '../scorer.ts';
import type { Preference } from './preference.ts';

/** What each of the two orders says: the answer is shown first, then second. */
type SidesOf = (target: JsonValue, replies: readonly Answer[]) => readonly (Preference | null)[];

/**
 * The metric over replies in both orders.
 *
 * Result: `n` answers on which both orders decide, `consistent` among them, `first` and `second` for those where the
 * answer in that position wins in both orders, and `value` = consistent / n, absent if there is none.
 */
export function createPositionConsistency(sidesOf: SidesOf): ScorerMetric {
  const counts = { n: 0, consistent: 0, first: 0, second: 0 };
  return {
    name: 'position-consistency/1',
    add(_answer, target, replies) {
      const [shownFirst, shownSecond] = replies === undefined ? [] : sidesOf(target, replies).map(sideOf);
      if (shownFirst === undefined || shownSecond === undefined) return;
      counts.n++;
      if (shownFirst === shownSecond) counts.consistent++;
      else if (shownFirst === 1 && shownSecond === -1) counts.first++;
      else if (shownFirst === -1 && shownSecond === 1) counts.second++;
    },
    result: () => ({
      ...counts,
      ...(counts.n === 0 ? {} : { value: sixPlaces({ num: BigInt(counts.consistent), den: BigInt(counts.n) }) }),
    }),
  };
}

// 1 for the answer, -1 for the reference, 0 for neither.
function sideOf(preference: Preference | null): number | undefined {
  return preference === null ? undefined : Math.sign(preference.value - 0.5);
}
