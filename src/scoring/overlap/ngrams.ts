/** Counts of n-grams. */

/** How often each n-gram occurs. */
export type Counts = ReadonlyMap<string, number>;

/** The n-grams of units joined by a text that no unit contains. */
export function countNgrams(units: readonly string[], order: number, joint: string): Counts {
  const counts = new Map<string, number>();
  for (let at = 0; at + order <= units.length; at++) {
    const ngram = units.slice(at, at + order).join(joint);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams two texts share, each as often as in both. */
export function overlap(a: Counts, b: Counts): number {
  let shared = 0;
  for (const [ngram, times] of a) shared += Math.min(times, b.get(ngram) ?? 0);
  return shared;
}

/** For each n-gram the most that any text has of it. */
export function largest(all: readonly Counts[]): Counts {
  const [first = new Map<string, number>(), ...others] = all;
  if (others.length === 0) return first;
  const counts = new Map(first);
  for (const other of others) {
    for (const [ngram, times] of other) counts.set(ngram, Math.max(times, counts.get(ngram) ?? 0));
  }
  return counts;
}
