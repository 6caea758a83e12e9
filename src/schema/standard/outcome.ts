/** What a schema has seen of a value, for the keywords about what nobody has seen. */

/** The evaluated members of an object and entries of a list. */
export interface Seen {
  /** Names of members; `all` for every one. */
  readonly names: ReadonlySet<string> | 'all';
  /** How many entries from the first one on; Infinity for every one. */
  readonly first: number;
  /** Positions of other entries. */
  readonly entries: ReadonlySet<number>;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const NO_ENTRIES: ReadonlySet<number> = new Set();

/** Valid, and nothing evaluated. */
export const NOTHING_SEEN: Seen = { names: NO_NAMES, first: 0, entries: NO_ENTRIES };

/** These members. */
export function seenNames(names: ReadonlySet<string> | 'all'): Seen {
  return { ...NOTHING_SEEN, names };
}

/** So many entries from the first one on. */
export function seenFirst(first: number): Seen {
  return { ...NOTHING_SEEN, first };
}

/** These entries. */
export function seenEntries(entries: ReadonlySet<number>): Seen {
  return { ...NOTHING_SEEN, entries };
}

/** What either has seen. */
export function merge(a: Seen, b: Seen): Seen {
  if (b === NOTHING_SEEN) return a;
  if (a === NOTHING_SEEN) return b;
  const names = a.names === 'all' || b.names === 'all' ? 'all' : union(a.names, b.names);
  return { names, first: Math.max(a.first, b.first), entries: union(a.entries, b.entries) };
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  if (b.size === 0) return a;
  return a.size === 0 ? b : new Set([...a, ...b]);
}
