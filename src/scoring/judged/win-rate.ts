/**
 * Metric `win-rate/1`: how often answers are preferred to their references, as AlpacaEval states it.
 *
 * Unlike the mean of the recorded scores it adds up the preferences themselves, which are not rounded to thousandths.
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { LineObject } from '../../core/line-form.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import type { ScorerMetric } from '../scorer.ts';
import type { Preference } from './preference.ts';

/** The preference of the replies about an answer; null if they decide nothing. */
type PreferenceOf = (answer: string, target: JsonValue, replies: readonly Answer[]) => Preference | null;

/**
 * The metric over replies. An answer that counts as wrong without being judged is a loss.
 *
 * Result: `n_total`, `n_wins`, `n_wins_base`, `n_draws`, and in percent `win_rate`, its `standard_error` (over n - 1) and
 * `discrete_win_rate`, in which a draw is half a win.
 *
 * @see github.com/tatsu-lab/alpaca_eval
 */
export function createWinRate(preferenceOf: PreferenceOf): ScorerMetric {
  const values: number[] = [];
  return {
    name: 'win-rate/1',
    add(answer, target, replies) {
      const value = replies === undefined ? 0 : preferenceOf(answer, target, replies)?.value;
      if (value !== undefined) values.push(value);
    },
    result: () => winRate(values),
  };
}

/** The result over preferences from 0 to 1. */
function winRate(values: readonly number[]): LineObject {
  const total = values.length;
  const wins = values.filter((value) => value > 0.5).length;
  const losses = values.filter((value) => value < 0.5).length;
  const counts = { n_total: total, n_wins: wins, n_wins_base: losses, n_draws: total - wins - losses };
  if (total === 0) return counts;
  const mean = sum(values) / total;
  const squares = sum(values.map((value) => (value - mean) * (value - mean)));
  return {
    ...counts,
    win_rate: percent(mean),
    ...(total === 1 ? {} : { standard_error: percent(Math.sqrt(squares / (total - 1) / total)) }),
    discrete_win_rate: percent((wins + counts.n_draws / 2) / total),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return (100 * share).toFixed(9);
}
