/** Repeats: how much scores differ between items, and how much one item's answers differ among themselves. */

/** Where the spread of repeated scores comes from. */
export interface RepeatSpread {
  readonly items: number;
  readonly samples: number;
  /** Variance of one item's answers: what more repeats average away. Null if no item was repeated. */
  readonly within: number | null;
  /**
   * Variance of the items' true means: what only more items average away. It may come out slightly below 0, which means that
   * no difference between items is visible. Null with `within`, or with one item.
   */
  readonly between: number | null;
  /** Share of the variance that lies between items, ICC(1). Null where undefined, as when all scores are equal. */
  readonly intraclass: number | null;
}

/**
 * Variance components of repeated scores by the method of moments (one-way random effects); items may have different numbers
 * of repeats.
 *
 * @param items - The scores of each item; items without scores are left out.
 * @see P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater reliability", Psychological Bulletin 86
 * (1979), 420–428, ICC(1,1); S. R. Searle, G. Casella and C. E. McCulloch, Variance Components (1992), chapter 3
 * (unequal numbers)
 */
export function repeatSpread(items: readonly (readonly number[])[]): RepeatSpread {
  const groups = items.filter((scores) => scores.length > 0).map(groupOf);
  const samples = groups.reduce((sum, { count }) => sum + count, 0);
  const base = { items: groups.length, samples };
  const freedom = samples - groups.length;
  if (freedom === 0) return { ...base, within: null, between: null, intraclass: null };
  const within = groups.reduce((sum, { squares }) => sum + squares, 0) / freedom;
  if (groups.length < 2) return { ...base, within, between: null, intraclass: null };
  const mean = groups.reduce((sum, group) => sum + group.count * group.mean, 0) / samples;
  const spread = groups.reduce((sum, group) => sum + group.count * (group.mean - mean) * (group.mean - mean), 0);
  const repeats = (samples - groups.reduce((sum, { count }) => sum + count * count, 0) / samples) / (groups.length - 1);
  const between = (spread / (groups.length - 1) - within) / repeats;
  const total = between + within;
  return { ...base, within, between, intraclass: total < 1e-12 ? null : between / total };
}

function groupOf(scores: readonly number[]): {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
} {
  const count = scores.length;
  const mean = scores.reduce((sum, score) => sum + score, 0) / count;
  return { count, mean, squares: scores.reduce((sum, score) => sum + (score - mean) * (score - mean), 0) };
}
