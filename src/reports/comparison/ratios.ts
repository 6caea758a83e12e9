/** How much longer, longer-winded and dearer the candidate was, over the items that both runs answered. */
import type { Clusters } from '../../stats/clustered.ts';
import { estimateMedian } from '../../stats/median.ts';
import { estimateRatio } from '../../stats/ratio.ts';
import type { AlignedItems, AlignedRun } from './align.ts';
import { ratioText } from './figures.ts';
import type { ComparedPair, ComparedRatio } from './model.ts';

/** An amount that an item took; NaN where it is not known. */
type Amount = (run: AlignedRun, row: number) => number;

/** The ratios of a pair. */
export function ratiosOf(baseline: AlignedRun, candidate: AlignedRun, items: AlignedItems): ComparedPair['ratios'] {
  const totals = (amount: Amount): ComparedRatio | null =>
    totalsRatio(knownPairs(baseline, candidate, { items, amount }));
  return {
    latency: latencyRatio(
      knownPairs(baseline, candidate, { items, amount: ({ run }, row) => at(run.items.latencyUs, row) }),
    ),
    prompt_tokens: totals(({ run }, row) => at(run.items.promptTokens, row)),
    completion_tokens: totals(({ run }, row) => at(run.items.completionTokens, row)),
    cost: totals(costOf),
  };
}

interface KnownPairs {
  readonly baseline: number[];
  readonly candidate: number[];
  readonly clusters: (string | number)[] | null;
}

function knownPairs(
  baseline: AlignedRun,
  candidate: AlignedRun,
  { items, amount }: { readonly items: AlignedItems; readonly amount: Amount },
): KnownPairs {
  const pairs: KnownPairs = { baseline: [], candidate: [], clusters: items.clusters === null ? null : [] };
  for (let place = 0; place < items.size; place++) {
    const held = amount(baseline, baseline.rows[place] ?? -1);
    const reached = amount(candidate, candidate.rows[place] ?? -1);
    if (Number.isNaN(held) || Number.isNaN(reached)) continue;
    pairs.baseline.push(held);
    pairs.candidate.push(reached);
    pairs.clusters?.push(items.clusters?.[place] ?? place);
  }
  return pairs;
}

// A few slow answers would rule a ratio of totals, so each item has its own.
function latencyRatio({ baseline, candidate }: KnownPairs): ComparedRatio | null {
  const ratios = candidate.flatMap((us, row) => {
    const held = baseline[row] ?? 0;
    return held > 0 ? [us / held] : [];
  });
  const found = estimateMedian(ratios);
  if (found === null || found.interval === null) return null;
  return figures(found.n, found.median, found.interval, 'sign-test');
}

function totalsRatio({ baseline, candidate, clusters }: KnownPairs): ComparedRatio | null {
  const options: { readonly clusters?: Clusters } = clusters === null ? {} : { clusters };
  const found = estimateRatio({ baseline, candidate }, options);
  if (found === null || found.interval === null) return null;
  return figures(found.n, found.ratio, found.interval, 'ratio-of-totals');
}

function figures(
  n: number,
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
  method: ComparedRatio['method'],
): ComparedRatio {
  return { n, value: ratioText(value), low: ratioText(low), high: ratioText(high), method };
}

/** By the prices of the plan; NaN without prices. */
function costOf({ run }: AlignedRun, row: number): number {
  const { prices } = run.plan;
  if (prices === undefined) return NaN;
  const prompt = at(run.items.promptTokens, row) * Number(prices.prompt_usd_per_mtok);
  return prompt + at(run.items.completionTokens, row) * Number(prices.completion_usd_per_mtok);
}

function at(column: Float64Array, row: number): number {
  return column[row] ?? NaN;
}
