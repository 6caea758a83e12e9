/** Ranks with ties: runs whose difference is not significant over all pairs share a range of ranks. */
import { holm } from '../../stats/multiplicity.ts';
import { rankRanges } from '../../stats/rank-range.ts';
import { decimal, decimalOrNull, pValue } from './figures.ts';
import { verdictOf } from './difference-figures.ts';
import type { Leaderboard } from './model.ts';

/** A run on the board; NaN without a score. */
export interface BoardEntry {
  readonly run: string;
  readonly name: string;
  readonly value: number;
}

/** An estimated difference of two runs. */
export interface BoardDifference {
  readonly n: number;
  readonly difference: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly p: { readonly value: number; readonly method: string };
}

/**
 * The board of some runs.
 *
 * @param estimate - First minus second; null if nothing can be said, which assumes nothing.
 */
export function leaderboardOf(
  entries: readonly BoardEntry[],
  estimate: (row: BoardEntry, column: BoardEntry) => BoardDifference | null,
): Leaderboard {
  const pairs = entries.flatMap((row, at) =>
    entries.slice(0, at).map((column) => ({ row, column, found: estimate(row, column) })),
  );
  const adjusted = holm(pairs.map(({ found }) => found?.p.value ?? null));
  const matrix = pairs.flatMap(({ row, column, found }, at) => {
    if (found === null) return [];
    const p = adjusted[at] ?? 1;
    const { low, high } = found.interval;
    const difference = {
      value: decimal(found.difference),
      low: decimal(low),
      high: decimal(high),
      p: { value: pValue(found.p.value), method: found.p.method, adjusted: pValue(p) },
      verdict: verdictOf(found.difference, p),
    };
    return [{ row: row.run, column: column.run, n: found.n, difference }];
  });
  return { rows: rowsOf(entries, matrix), matrix };
}

function rowsOf(entries: readonly BoardEntry[], matrix: Leaderboard['matrix']): Leaderboard['rows'] {
  const better = new Set(
    matrix.flatMap(({ row, column, difference: { verdict } }) => {
      if (verdict === 'undecided') return [];
      return [verdict === 'better' ? `${row} ${column}` : `${column} ${row}`];
    }),
  );
  const runOf = (at: number): string => entries[at]?.run ?? '';
  const ranks = rankRanges(entries.length, (a, b) => better.has(`${runOf(a)} ${runOf(b)}`));
  return entries
    .map(({ run, name, value }, at) => ({ run, name, value, rank: ranks[at] ?? { best: 1, worst: entries.length } }))
    .toSorted((a, b) => orderOf(b.value) - orderOf(a.value) || a.rank.best - b.rank.best || (a.run < b.run ? -1 : 1))
    .map((row) => ({ ...row, value: decimalOrNull(row.value) }));
}

// Without a score a run is last.
function orderOf(value: number): number {
  return Number.isNaN(value) ? -1 : value;
}
