/** The comparison of the runs of one suite, in the form of comparison.json. */
import { differenceBounds, differenceFigures, flipsOf } from './difference-figures.ts';
import { decimal, decimalOrNull } from './figures.ts';
import { leaderboardOf } from './leaderboard.ts';
import type { ComparedPair, RunScore, StopVerdict, Subgroup, SuiteComparison } from './model.ts';
import { ratiosOf } from './ratios.ts';
import { detectableDifference, LEVEL } from './score-pair.ts';
import type { PairWork, ScoreEstimate, SuiteEstimates } from './suite-estimates.ts';

/** Takes the adjusted p-values of one family in the order in which its tests were put in. */
export type Adjusted = () => number;

/** The adjusted p-values of both families. */
export interface AdjustedTests {
  readonly pair: Adjusted;
  readonly subgroup: Adjusted;
}

/** The comparison of a suite from its estimates. */
export function suiteComparison(
  suite: SuiteEstimates,
  adjusted: AdjustedTests,
  baselinePlan: (suite: SuiteEstimates) => string,
): SuiteComparison {
  const { group, aligned, scores, pairs } = suite;
  const { items } = aligned;
  const runs = group.contestants.map(({ run }) => run);
  return {
    id: group.id,
    versions: [...new Set(runs.map(({ plan }) => plan.suite.version))],
    items: { compared: items.size, selected: Math.max(...runs.map(({ plan }) => plan.selection.size)) },
    repeats: runs[0]?.plan.rules.repeats ?? 1,
    clusters: {
      from: items.tagsKnown ? 'tags' : 'unknown',
      units: items.clusters === null ? items.size : new Set(items.clusters).size,
    },
    scores: scores.map((score) => runScore(score, baselinePlan(suite))),
    pairs: pairs.map((work) => comparedPair(work, suite, adjusted)),
    leaderboard: leaderboardOf(
      scores.map(({ contestant: { name, run }, mean }) => ({ run: run.runId, name, value: mean?.mean ?? NaN })),
      (row, column) => suite.estimate(row.run, column.run),
    ),
  };
}

function runScore({ contestant, aligned, scores, mean }: ScoreEstimate, baselinePlan: string): RunScore {
  const { run } = contestant;
  const { allWrong, allRight, unscored } = run.items;
  const asked = aligned.rows.filter((row) => !Number.isNaN(allWrong[row]));
  const isBinary = run.plan.rules.repeats === 1 && scores.every((score) => score === 0 || score === 1);
  const interval = run.plan.stop === undefined ? (mean?.interval ?? null) : null;
  return {
    run: run.runId,
    name: contestant.name,
    n: scores.length,
    units: mean?.units ?? 0,
    right: isBinary ? scores.filter((score) => score === 1).length : null,
    value: decimalOrNull(mean?.mean ?? NaN),
    interval: interval && {
      low: decimal(interval.low),
      high: decimal(interval.high),
      level: String(LEVEL),
      method: interval.method,
      reason: interval.reason,
    },
    unscored: asked.reduce((sum, row) => sum + (unscored[row] ?? 0), 0),
    bounds: asked.length === 0 ? null : { all_wrong: meanAt(allWrong, asked), all_right: meanAt(allRight, asked) },
    stop: stopVerdict(contestant, baselinePlan),
  };
}

function meanAt(values: Float64Array, rows: Uint32Array): string {
  return decimal(rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length);
}

function stopVerdict({ run }: ScoreEstimate['contestant'], baselinePlan: string): StopVerdict | null {
  const { stop: rule } = run.plan;
  if (rule === undefined || run.stop === null) return null;
  const { decision, pairs, decidedAt } = run.stop;
  return {
    baseline_plan: rule.baseline,
    is_baseline: rule.baseline === baselinePlan,
    margin: rule.margin,
    alpha: rule.alpha,
    decision,
    pairs,
    decided_at: decidedAt,
    not_asked: run.items.notAsked.reduce((sum, one) => sum + one, 0),
  };
}

function comparedPair(work: PairWork, { aligned }: SuiteEstimates, adjusted: AdjustedTests): ComparedPair {
  const { baseline, candidate, contestant, pairs, estimate } = work;
  const { items } = aligned;
  return {
    baseline: baseline.run.runId,
    candidate: candidate.run.runId,
    name: contestant.name,
    n: estimate?.n ?? 0,
    units: estimate?.units ?? 0,
    left_out: pairs.leftOut,
    scores: estimate && { baseline: decimal(estimate.baseline), candidate: decimal(estimate.candidate) },
    difference: estimate && differenceFigures(estimate, adjusted.pair()),
    detectable: decimalOrNull((estimate && detectableDifference(estimate)) ?? NaN),
    bounds: differenceBounds(baseline, candidate, items),
    flips: flipsOf(pairs, items),
    ratios: ratiosOf(baseline, candidate, items),
    subgroups: work.subgroups.map((found) => subgroupFigures(found, adjusted)),
    subgroups_left_out: work.subgroupsLeftOut,
  };
}

function subgroupFigures({ tag, estimate }: PairWork['subgroups'][number], adjusted: AdjustedTests): Subgroup {
  return {
    tag,
    n: estimate.n,
    units: estimate.units,
    scores: { baseline: decimal(estimate.baseline), candidate: decimal(estimate.candidate) },
    difference: differenceFigures(estimate, adjusted.subgroup()),
  };
}
