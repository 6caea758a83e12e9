/**
 * The standard error of a mean, with and without clusters.
 *
 * Items that share a passage or a template, and repeats of one item, are not independent; counted as if they were, the error
 * comes out too small, often by a factor of two or three.
 */

/** Names the cluster of each value; values without clusters are all independent. */
export type Clusters = readonly (string | number)[];

/** The values of one cluster, added up. */
export interface Unit {
  readonly sum: number;
  readonly count: number;
}

/** A mean and how far it may be off. */
export interface MeanError {
  readonly mean: number;
  /** Values. */
  readonly n: number;
  /** Independent units: clusters, or values where there are none. */
  readonly units: number;
  /** Null with a single unit, which says nothing about the spread. */
  readonly standardError: number | null;
}

/**
 * The mean of values with its standard error, robust against any dependence within a cluster.
 *
 * SE² = G / (G - 1) · Σ over clusters of (Σ within the cluster of (x - mean))² / n². With every value its own cluster this is
 * the usual s² / n. The factor G / (G - 1) keeps few clusters honest; use Student's t with G - 1 degrees of freedom beside it.
 * Sums run in the order of first appearance, so the same order gives the same digits.
 *
 * @param values - Finite numbers.
 * @param clusters - One per value.
 * @returns Null for no values.
 * @see E. Miller, "Adding Error Bars to Evals", arXiv:2411.00640 (2024), section 2.2 (clustered standard errors); A. C. Cameron
 * and D. L. Miller, "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50 (2015), 317–372,
 * section VI.A (factor and degrees of freedom)
 */
export function meanError(values: readonly number[], clusters?: Clusters): MeanError | null {
  const units = unitsOf(values, clusters);
  const n = values.length;
  if (n === 0) return null;
  const mean = units.reduce((total, { sum }) => total + sum, 0) / n;
  const squares = units.reduce((total, { sum, count }) => total + (sum - count * mean) * (sum - count * mean), 0);
  const spread = units.length < 2 ? null : Math.sqrt((squares * units.length) / (units.length - 1)) / n;
  return { mean, n, units: units.length, standardError: spread !== null && spread < 1e-12 ? 0 : spread };
}

/**
 * Values added up by cluster, in the order in which clusters first appear.
 *
 * @param values - Finite numbers.
 * @param clusters - One per value.
 */
export function unitsOf(values: readonly number[], clusters?: Clusters): readonly Unit[] {
  if (!values.every(Number.isFinite)) throw new RangeError('a value is not a finite number');
  if (clusters === undefined) return values.map((sum) => ({ sum, count: 1 }));
  if (clusters.length !== values.length) {
    throw new RangeError(`${clusters.length} clusters for ${values.length} values, want one each`);
  }
  const units = new Map<string | number, Unit>();
  for (const [index, value] of values.entries()) {
    const cluster = clusters[index] ?? '';
    const { sum, count } = units.get(cluster) ?? { sum: 0, count: 0 };
    units.set(cluster, { sum: sum + value, count: count + 1 });
  }
  return [...units.values()];
}
