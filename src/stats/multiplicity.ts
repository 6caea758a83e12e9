/** Adjusted p-values: with twenty comparisons one is below 0.05 by chance. */

/** P-values of a family of tests; null where a test is undefined, which neither counts nor changes. */
export type PValues = readonly (number | null)[];

/**
 * Holm's step-down adjustment: the chance of any false alarm in the family stays below the level.
 *
 * @returns Adjusted p-values in the order given.
 * @see S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979), 65–70
 */
export function holm(values: PValues): (number | null)[] {
  const order = ascending(values);
  let largest = 0;
  return placed(values, order, (p, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    return largest;
  });
}

/**
 * The Benjamini–Hochberg adjustment: of the alarms, the expected share of false ones stays below the level.
 *
 * It requires independent or positively dependent tests.
 *
 * @returns Adjusted p-values in the order given.
 * @see Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57
 * (1995), 289–300
 */
export function benjaminiHochberg(values: PValues): (number | null)[] {
  const order = ascending(values);
  let smallest = 1;
  return placed(values, order.toReversed(), (p, rank) => {
    smallest = Math.min(smallest, (order.length / (order.length - rank)) * p);
    return smallest;
  });
}

interface Placed {
  readonly p: number;
  readonly at: number;
}

function ascending(values: PValues): readonly Placed[] {
  return values
    .flatMap((p, at) => {
      if (p === null) return [];
      if (!(p >= 0 && p <= 1)) throw new RangeError(`no p-value ${p}`);
      return [{ p, at }];
    })
    .toSorted((a, b) => a.p - b.p);
}

function placed(
  values: PValues,
  order: readonly Placed[],
  adjust: (p: number, rank: number) => number,
): (number | null)[] {
  const adjusted: (number | null)[] = values.map(() => null);
  for (const [rank, { p, at }] of order.entries()) adjusted[at] = adjust(p, rank);
  return adjusted;
}
