/** Estimates as a reader sees them: scores in percent, differences in percentage points. */
import { count, NONE, percent } from '../figures.ts';
import type { ComparedDifference, ComparedPair, ComparedRatio, PairVerdict, RunScore } from './model.ts';

const SMALLEST_P = 0.0001;

/** A difference in percentage points with its sign, such as `+3.5`. */
export function points(difference: string | null): string {
  if (difference === null) return NONE;
  const text = (Number(difference) * 100).toFixed(1);
  if (Number(text) === 0) return '0.0';
  return text.startsWith('-') ? text : `+${text}`;
}

/** Both bounds of a difference; a confidence other than the usual one is named. */
export function pointsInterval({ interval }: Pick<ComparedDifference<string, string>, 'interval'>): string {
  const range = `${points(interval.low)} to ${points(interval.high)}`;
  return interval.level === '0.95' ? range : `${range} (${percent(interval.level).replace('.0', '')} %)`;
}

/** Both bounds of a score. */
export function scoreInterval(interval: RunScore['interval']): string {
  return interval === null ? NONE : `${percent(interval.low)} to ${percent(interval.high)}`;
}

/** A p-value with four decimals. */
export function pText(p: string | null): string {
  if (p === null) return NONE;
  return Number(p) < SMALLEST_P ? `<${SMALLEST_P}` : Number(p).toFixed(4);
}

/** What a difference shows, so that nobody has to know where 0.05 lies. */
export function verdictText(verdict: PairVerdict): string {
  return verdict === 'undecided' ? 'not told apart' : verdict;
}

/** A ratio with its interval, such as `×1.21 (1.18 to 1.25)`. */
export function ratioCell(ratio: ComparedRatio | null): string {
  if (ratio === null) return NONE;
  const shown = (text: string): string => Number(text).toPrecision(3);
  if (ratio.low === ratio.high) return `×${shown(ratio.value)}`;
  return `×${shown(ratio.value)} (${shown(ratio.low)} to ${shown(ratio.high)})`;
}

/** Right of n, or n alone where scores are partial. */
export function scoredItems({ right, n }: RunScore): string {
  return right === null ? count(n) : `${count(right)} of ${count(n)}`;
}

/** The pairs that are missing and why, such as `3 unscored in baseline`; empty if there are none. */
export function leftOutText({ left_out: left }: ComparedPair): string {
  const parts: readonly (readonly [number, string])[] = [
    [left.baseline_unscored, 'unscored in the baseline'],
    [left.candidate_unscored, 'unscored in the run'],
    [left.both_unscored, 'unscored in both'],
    [left.not_asked, 'not asked'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, why]) => `${count(number)} ${why}`)
    .join(', ');
}

/** The smallest difference that could have been seen; only beside one that was not. */
export function detectableText({
  difference,
  detectable,
}: Pick<ComparedPair, 'detectable'> & {
  readonly difference: ComparedDifference<string, string> | null;
}): string {
  if (difference === null || difference.verdict !== 'undecided') return '';
  return detectable === null ? NONE : `±${(Number(detectable) * 100).toFixed(1)}`;
}

/** A range of ranks, such as `2–4`. */
export function rankText({ best, worst }: { readonly best: number; readonly worst: number }): string {
  return best === worst ? String(best) : `${best}–${worst}`;
}
