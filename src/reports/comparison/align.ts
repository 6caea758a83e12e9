/**
 * Which items of several runs belong together.
 *
 * Items are the same exactly if their commitments are, which cover content and index, so two columns that ascend by index are
 * walked side by side.
 */
import type { ComparedRun } from './compared-run.ts';
import { isSameItem, type ItemColumns } from './item-columns.ts';

/** Begins the tag that names the cluster of an item. */
export const CLUSTER_TAG = 'cluster:';

/** A run whose verdicts are known. */
export type OpenRun = ComparedRun & { readonly items: ItemColumns };

/** Runs with the items that all of them have. */
export interface AlignedRuns {
  readonly runs: readonly AlignedRun[];
  readonly items: AlignedItems;
}

/** A run with where its columns hold each common item. */
export interface AlignedRun {
  readonly run: OpenRun;
  readonly rows: Uint32Array;
}

/** The common items, by ascending index. */
export interface AlignedItems {
  readonly size: number;
  readonly index: Uint32Array;
  /** Null where it may not be shown. */
  readonly ids: readonly (string | null)[];
  readonly tags: readonly (readonly string[] | null)[];
  /** Whether all tags may be shown. */
  readonly tagsShown: boolean;
  /** Cluster of each item; null if every item stands alone, or no tags are known. */
  readonly clusters: readonly (string | number)[] | null;
  /** Whether the tags of all items are known. */
  readonly tagsKnown: boolean;
}

/** The items that all runs have; all of them where the selections are equal. */
export function alignRuns(runs: readonly OpenRun[]): AlignedRuns {
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError('no runs to align');
  let rows = Uint32Array.from({ length: first.items.size }, (_, row) => row);
  for (const other of others) rows = rows.filter(isIn(first.items, other.items));
  const aligned = runs.map((run) => ({ run, rows: run === first ? rows : rowsOf(run.items, first.items, rows) }));
  return { runs: aligned, items: describeItems(aligned) };
}

// Rows of `own`, asked in ascending order, that are also in `other`.
function isIn(own: ItemColumns, other: ItemColumns): (row: number) => boolean {
  let at = 0;
  return (row) => {
    const index = own.index[row] ?? 0;
    while (at < other.size && (other.index[at] ?? 0) < index) at++;
    return at < other.size && isSameItem(own, row, other, at);
  };
}

function rowsOf(columns: ItemColumns, first: ItemColumns, rows: Uint32Array): Uint32Array {
  let at = 0;
  return rows.map((row) => {
    while (columns.index[at] !== first.index[row]) at++;
    return at;
  });
}

function describeItems(aligned: readonly AlignedRun[]): AlignedItems {
  const rows = aligned[0]?.rows ?? new Uint32Array();
  const index = rows.map((row) => aligned[0]?.run.items.index[row] ?? 0);
  const places = Array.from(rows, (_, place) => place);
  const tags = places.map((place) => valueAt(aligned, place, ({ tags: all }, row) => all[row]));
  const tagsKnown = tags.every((list) => list !== null);
  return {
    size: rows.length,
    index,
    ids: places.map((place) => valueAt(shownAt(aligned, index, place), place, ({ ids }, row) => ids[row])),
    tags,
    tagsShown: places.every((place) => shownAt(aligned, index, place).length > 0),
    tagsKnown,
    clusters: tagsKnown ? clustersOf(tags) : null,
  };
}

// The items are the same, so what one run opens is known of all.
function valueAt<T>(
  aligned: readonly AlignedRun[],
  place: number,
  of: (items: ItemColumns, row: number) => T | null | undefined,
): T | null {
  for (const { run, rows } of aligned) {
    const value = of(run.items, rows[place] ?? 0) ?? null;
    if (value !== null) return value;
  }
  return null;
}

function shownAt(aligned: readonly AlignedRun[], index: Uint32Array, place: number): readonly AlignedRun[] {
  return aligned.filter(({ run }) => run.isShown(index[place] ?? 0));
}

/** The first cluster tag of each item; an item without one is a cluster of its own. */
function clustersOf(tags: readonly (readonly string[] | null)[]): readonly (string | number)[] | null {
  const named = tags.map((list) => list?.find((tag) => tag.startsWith(CLUSTER_TAG)));
  const names = named.filter((name) => name !== undefined);
  return new Set(names).size === names.length ? null : named.map((name, place) => name ?? place);
}
