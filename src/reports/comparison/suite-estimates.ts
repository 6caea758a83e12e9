/** All that is estimated about the runs of one suite, before any p-value is adjusted. */
import { estimateMean, type MeanEstimate } from '../../stats/mean-estimate.ts';
import { alignRuns, CLUSTER_TAG, type AlignedItems, type AlignedRun, type AlignedRuns } from './align.ts';
import type { Contestant, SuiteGroup } from './contestants.ts';
import { estimatePair, LEVEL, pairsAt, scorePairs, type PairEstimate, type ScorePairs } from './score-pair.ts';

/** Most tags that are shown as subgroups, and fewest pairs that make one. */
const MAX_SUBGROUPS = 50;
const MIN_SUBGROUP = 2;

/** What is estimated. */
export interface SuiteEstimates {
  readonly group: SuiteGroup;
  readonly aligned: AlignedRuns;
  readonly scores: readonly ScoreEstimate[];
  /** The baseline against each other run, in the order of the group. */
  readonly pairs: readonly PairWork[];
  /** Any two runs by run id, `first minus second`; null if no item has a score in both. */
  readonly estimate: (first: string, second: string) => PairEstimate | null;
}

/** The score of a run over the common items. */
export interface ScoreEstimate {
  readonly contestant: Contestant;
  readonly aligned: AlignedRun;
  readonly scores: readonly number[];
  readonly mean: MeanEstimate | null;
}

/** A candidate against the baseline. */
export interface PairWork {
  readonly baseline: AlignedRun;
  readonly candidate: AlignedRun;
  readonly contestant: Contestant;
  readonly pairs: ScorePairs;
  readonly estimate: PairEstimate | null;
  readonly subgroups: readonly SubgroupEstimate[];
  readonly subgroupsLeftOut: number;
}

/** The items with a tag. */
interface SubgroupEstimate {
  readonly tag: string;
  readonly estimate: PairEstimate;
}

/** Estimate the scores and differences of the runs of a suite. */
export function estimateSuite(group: SuiteGroup): SuiteEstimates {
  const { contestants } = group;
  const aligned = alignRuns(contestants.map(({ run }) => run));
  const { items, runs } = aligned;
  const scores = contestants.map((contestant, at) => scoreEstimate(contestant, alignedAt(runs, at), items));
  const baseline = alignedAt(runs, 0);
  const pairs = contestants
    .slice(1)
    .map((contestant, at) => pairWork(contestant, baseline, alignedAt(runs, at + 1), items));
  return { group, aligned, scores, pairs, estimate: createEstimates(aligned, pairs) };
}

/** Error probability of a stop rule in either run; null if every item was to be asked. */
function stopAlpha(...runs: readonly AlignedRun[]): number | null {
  const alphas = runs.flatMap(({ run }) => (run.plan.stop === undefined ? [] : [Number(run.plan.stop.alpha)]));
  return alphas.length === 0 ? null : Math.min(...alphas);
}

function alignedAt(runs: readonly AlignedRun[], at: number): AlignedRun {
  const found = runs[at];
  if (found === undefined) throw new RangeError(`no run ${at}`);
  return found;
}

function scoreEstimate(contestant: Contestant, aligned: AlignedRun, items: AlignedItems): ScoreEstimate {
  const scores: number[] = [];
  const clusters: (string | number)[] = [];
  for (const [place, row] of aligned.rows.entries()) {
    const score = aligned.run.items.score[row] ?? NaN;
    if (Number.isNaN(score)) continue;
    scores.push(score);
    if (items.clusters !== null) clusters.push(items.clusters[place] ?? place);
  }
  const mean = estimateMean(scores, { level: LEVEL, ...(items.clusters === null ? {} : { clusters }) });
  return { contestant, aligned, scores, mean };
}

function pairWork(contestant: Contestant, baseline: AlignedRun, candidate: AlignedRun, items: AlignedItems): PairWork {
  const pairs = scorePairs(baseline, candidate, items);
  const alpha = stopAlpha(baseline, candidate);
  const tags = items.tagsShown ? tagsOf(pairs, items) : [];
  const subgroups = tags.slice(0, MAX_SUBGROUPS).flatMap((tag) => {
    const estimate = estimatePair(
      pairsAt(pairs, (place) => items.tags[place]?.includes(tag) === true),
      alpha,
    );
    return estimate === null ? [] : [{ tag, estimate }];
  });
  const subgroupsLeftOut = Math.max(0, tags.length - MAX_SUBGROUPS);
  return { baseline, candidate, contestant, pairs, estimate: estimatePair(pairs, alpha), subgroups, subgroupsLeftOut };
}

/** Tags that some but not all pairs have, the most frequent first. */
function tagsOf({ places }: ScorePairs, { tags }: AlignedItems): readonly string[] {
  const counts = new Map<string, number>();
  for (const place of places) {
    for (const tag of new Set(tags[place])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts]
    .filter(([tag, n]) => n >= MIN_SUBGROUP && n < places.length && !tag.startsWith(CLUSTER_TAG))
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([tag]) => tag);
}

// Those with the baseline exist already; the others are made when they are asked for.
function createEstimates({ runs, items }: AlignedRuns, work: readonly PairWork[]): SuiteEstimates['estimate'] {
  const byId = new Map(runs.map((aligned) => [aligned.run.runId, aligned]));
  return (first, second) => {
    const known = work.find(
      ({ baseline, candidate }) => baseline.run.runId === second && candidate.run.runId === first,
    );
    if (known !== undefined) return known.estimate;
    const [candidate, baseline] = [byId.get(first), byId.get(second)];
    if (candidate === undefined || baseline === undefined) return null;
    return estimatePair(scorePairs(baseline, candidate, items), stopAlpha(baseline, candidate));
  };
}
