/** The items of a page, searched and filtered where their texts are, so that the page itself holds a line of each at most. */
import type { ItemsData, ItemView, LazySuite, SampleView, SuiteHead } from '../items-data.ts';

/** Which items of a suite to show. */
export interface ItemQuery {
  readonly suite: number;
  readonly filter: ItemFilter;
  /** Only items with this tag; empty for all. */
  readonly tag: string;
  /** Only items with this text, in any case; empty for all. */
  readonly text: string;
  /** Positions of the two runs that `gained` and `lost` are about. */
  readonly base: number;
  readonly other: number;
}

/** Items by how the runs did on them; `gained` and `lost` hold one run against another. */
export type ItemFilter = 'all' | 'wrong' | 'unscored' | 'split' | 'gained' | 'lost';

/** The lines of a suite. */
export interface ItemList extends SuiteHead {
  readonly rows: readonly ItemRow[];
  /** All tags, in alphabetical order. */
  readonly tags: readonly string[];
}

/** One line of a list. */
export interface ItemRow {
  readonly index: number;
  readonly id?: string;
  readonly excerpt: string | null;
  /** Per run; null if it has no sample of the item. */
  readonly verdicts: readonly (RunVerdict | null)[];
}

/** How a run did on an item: the worst of its repeats, and how many were right. */
export interface RunVerdict {
  readonly verdict: SampleView['verdict'];
  readonly right: number;
  readonly of: number;
}

/** Items that can be listed, searched and opened. */
export interface ItemIndex {
  readonly lists: readonly ItemList[];
  /** Positions in the list of the suite, ascending. */
  find(query: ItemQuery): Uint32Array;
  open(suite: number, position: number): ItemView;
}

const NONE: readonly string[] = [];
const EXCERPT_CHARACTERS = 200;
const WORST_FIRST = ['unscored', 'wrong', 'partial', 'right'] as const;

/** An index over items; texts are made lower case at the first search and kept. */
export function createItemIndex(suites: readonly LazySuite[]): ItemIndex {
  const listed = suites.map(listOf);
  const lists = listed.map(({ list }) => list);
  const texts = suites.map(() => [] as string[]);
  const textOf = (suite: number, position: number): string => {
    const known = texts[suite]?.[position];
    if (known !== undefined) return known;
    const text = haystack(viewOf(suites, suite, position));
    if (texts[suite] !== undefined) texts[suite][position] = text;
    return text;
  };
  return {
    lists,
    find(query) {
      const { suite, tag } = query;
      const wanted = query.text.trim().toLowerCase();
      const positions: number[] = [];
      for (const [position, row] of (lists[suite]?.rows ?? []).entries()) {
        if (!FILTERS[query.filter](row, query)) continue;
        if (tag !== '' && listed[suite]?.tagsAt[position]?.includes(tag) !== true) continue;
        if (wanted !== '' && !textOf(suite, position).includes(wanted)) continue;
        positions.push(position);
      }
      return Uint32Array.from(positions);
    },
    open: (suite, position) => viewOf(suites, suite, position),
  };
}

/** Items that a page carries, as a lazy suite. */
export function carriedItems({ suites }: ItemsData): readonly LazySuite[] {
  return suites.map(({ name, runs, items }) => ({
    name,
    runs,
    size: items.length,
    view: (position) => items[position] ?? { index: position, samples: [] },
  }));
}

function viewOf(suites: readonly LazySuite[], suite: number, position: number): ItemView {
  return suites[suite]?.view(position) ?? { index: position, samples: [] };
}

interface ListedSuite {
  readonly list: ItemList;
  readonly tagsAt: readonly (readonly string[])[];
}

function listOf({ name, runs, size, view }: LazySuite): ListedSuite {
  const rows: ItemRow[] = [];
  const tagsAt: (readonly string[])[] = [];
  for (let position = 0; position < size; position++) {
    const item = view(position);
    rows.push(rowOf(item));
    tagsAt.push(item.tags ?? NONE);
  }
  return { list: { name, runs, rows, tags: [...new Set(tagsAt.flat())].toSorted() }, tagsAt };
}

function rowOf(item: ItemView): ItemRow {
  const asked = item.messages?.findLast(({ role }) => role === 'user') ?? item.messages?.at(-1);
  return {
    index: item.index,
    ...(item.id === undefined ? {} : { id: item.id.slice(0, EXCERPT_CHARACTERS) }),
    excerpt: asked === undefined ? null : asked.content.slice(0, 4 * EXCERPT_CHARACTERS).replace(/\s+/g, ' '),
    verdicts: item.samples.map(verdictOf),
  };
}

function verdictOf(samples: readonly SampleView[]): RunVerdict | null {
  const verdict = WORST_FIRST.find((kind) => samples.some((sample) => sample.verdict === kind));
  if (verdict === undefined) return null;
  const right = samples.filter((sample) => sample.verdict === 'right').length;
  return { verdict, right, of: samples.length };
}

type Filter = (row: ItemRow, pair: Pick<ItemQuery, 'base' | 'other'>) => boolean;

const FILTERS: Readonly<Record<ItemFilter, Filter>> = {
  all: () => true,
  wrong: ({ verdicts }) => verdicts.some((found) => found?.verdict === 'wrong' || found?.verdict === 'partial'),
  unscored: ({ verdicts }) => verdicts.some((found) => found?.verdict === 'unscored'),
  split: ({ verdicts }) => new Set(verdicts.flatMap((found) => (found === null ? [] : [shareOf(found)]))).size > 1,
  gained: ({ verdicts }, { base, other }) => changeOf(verdicts[base], verdicts[other]) > 0,
  lost: ({ verdicts }, { base, other }) => changeOf(verdicts[base], verdicts[other]) < 0,
};

function shareOf({ verdict, right, of }: RunVerdict): string {
  return right > 0 && right < of ? 'some' : verdict;
}

// More right answers, or fewer; nothing where one of them has no score.
function changeOf(base: RunVerdict | null | undefined, other: RunVerdict | null | undefined): number {
  if (!base || !other || base.verdict === 'unscored' || other.verdict === 'unscored') return 0;
  return gradeOf(other) - gradeOf(base);
}

function gradeOf({ verdict, right, of }: RunVerdict): number {
  return verdict === 'partial' && right === 0 ? 0.5 / of : right / of;
}

function haystack(item: ItemView): string {
  const samples = item.samples.flat();
  return [
    String(item.index),
    item.id,
    item.target,
    ...(item.tags ?? []),
    ...(item.messages ?? []).map(({ content }) => content),
    ...samples.flatMap(({ answer, extracted, why }) => [answer, extracted, why]),
  ]
    .filter((text) => typeof text === 'string')
    .join('\n')
    .toLowerCase();
}
