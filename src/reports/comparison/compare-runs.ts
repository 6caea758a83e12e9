/** Verified runs → a comparison, or why there is none. */
import { decodeHex } from '../../core/bytes.ts';
import { taggedDigest, type Digest } from '../../core/digest.ts';
import { UsageError } from '../../core/errors.ts';
import { benjaminiHochberg, holm, type PValues } from '../../stats/multiplicity.ts';
import type { ComparedRun } from './compared-run.ts';
import { groupRuns, type Grouping } from './contestants.ts';
import { decimal, pValue } from './figures.ts';
import { verdictOf } from './difference-figures.ts';
import { leaderboardOf } from './leaderboard.ts';
import {
  COMPARISON_FORMAT,
  type ComparedRunRow,
  type Comparison,
  type ComparisonModel,
  type NotComparable,
  type OverallComparison,
  type OverallPair,
  type Refusal,
} from './model.ts';
import { notesOf } from './notes.ts';
import { overallDifference, overallOf, overallScore, type OverallDifference } from './overall.ts';
import { ALPHA, LEVEL, POWER } from './score-pair.ts';
import { isImpossible, suiteComparison, type Adjusted } from './suite-comparison.ts';
import { estimateSuite, type SuiteEstimates } from './suite-estimates.ts';

/** What to compare with what. */
export interface ComparisonOptions {
  /** Run whose name is the baseline; the first run by default. */
  readonly baseline?: ComparedRun;
  /** Compare runs over different selections on the items that all of them have. */
  readonly onCommonItems?: boolean;
  /** RFC 3339 time; without it the comparison is a function of its runs alone. */
  readonly createdAt?: string;
}

/**
 * Compare runs, suite by suite, each with the baseline and all with each other.
 *
 * Nothing is compared unless everything is comparable.
 *
 * @throws {@link UsageError} `ERR_USAGE` for fewer than two runs, or one that is given twice.
 */
export function compareRuns(runs: readonly ComparedRun[], options: ComparisonOptions = {}): ComparisonModel {
  checkDistinct(runs);
  const [first] = runs;
  if (first === undefined || runs.length < 2) {
    throw new UsageError(
      'ERR_USAGE',
      `cannot compare ${runs.length === 1 ? 'one run' : 'nothing'}: want two runs or more`,
    );
  }
  const { baseline = first, onCommonItems = false, createdAt = null } = options;
  const head: Head = {
    format: COMPARISON_FORMAT,
    created_at: createdAt,
    baseline: baseline.runId,
    on_common_items: onCommonItems,
  };
  const grouping = groupRuns(runs, { baseline, onCommonItems });
  if (!grouping.comparable) return refusal(head, runs, grouping.refusals);
  const suites = grouping.groups.map(estimateSuite);
  const apart = suites.flatMap(withoutCommonItems);
  if (apart.length > 0) return refusal(head, runs, apart);
  return comparison(head, grouping, suites);
}

type Head = Pick<Comparison, 'format' | 'created_at' | 'baseline' | 'on_common_items'>;
type Comparable = Extract<Grouping, { readonly comparable: true }>;

function checkDistinct(runs: readonly ComparedRun[]): void {
  const seen = new Set<string>();
  for (const { planDigest, runId } of runs) {
    if (seen.has(planDigest)) throw new UsageError('ERR_USAGE', `cannot compare run ${runId}: it was given twice`);
    seen.add(planDigest);
  }
}

function refusal(head: Head, runs: readonly ComparedRun[], refusals: readonly Refusal[]): NotComparable {
  const rows = runs.map((run) => runRow(run, run.plan.endpoint.name));
  return { ...head, comparable: false, refusals, runs: rows };
}

function withoutCommonItems({ aligned, group }: SuiteEstimates): readonly Refusal[] {
  const [baseline, ...others] = group.contestants.map(({ run }) => run);
  if (aligned.items.size > 0 || baseline === undefined) return [];
  const sentence = 'selected items: no item is in all runs';
  const difference = { field: 'selection.root', left: 'items of one', right: 'items of the others', sentence };
  return others.map((run) => ({ baseline: baseline.runId, run: run.runId, differences: [difference] }));
}

function comparison(head: Head, grouping: Comparable, suites: readonly SuiteEstimates[]): Comparison {
  const seed = seedOf(suites);
  const overall = suites.length === 1 ? null : estimateOverall(suites, seed);
  const pairTests = [
    ...suites.flatMap(({ pairs }) => pairs.flatMap(({ estimate }) => estimate?.p.value ?? [])),
    ...(overall?.pairs ?? []).map(({ estimate }) => estimate.p.value),
  ];
  const subgroupTests = suites.flatMap(({ pairs }) =>
    pairs.flatMap(({ subgroups }) => subgroups.map(({ estimate }) => estimate.p.value)),
  );
  const adjusted = { pair: inOrder(holm, pairTests), subgroup: inOrder(benjaminiHochberg, subgroupTests) };
  const compared = suites.map((suite) => suiteComparison(suite, adjusted, baselinePlanOf));
  return {
    ...head,
    comparable: true,
    terms: {
      level: String(LEVEL),
      alpha: String(ALPHA),
      power: String(POWER),
      family: { size: pairTests.length, adjustment: 'holm' },
      subgroups: { size: subgroupTests.length, adjustment: 'benjamini-hochberg' },
      seed,
    },
    suites: compared,
    overall: overall && overallFigures(overall, adjusted.pair),
    overall_missing: overall === null && suites.length > 1 ? missingOf(suites) : null,
    notes: notesOf(suites, { isNumbered: grouping.isNumbered, onCommonItems: head.on_common_items }),
    runs: grouping.groups.flatMap(({ contestants }) => contestants.map(({ run, name }) => runRow(run, name))),
  };
}

// Sorted, so that the order in which runs are given changes no random number.
function seedOf(suites: readonly SuiteEstimates[]): Digest {
  const digests = suites.flatMap(({ group }) => group.contestants.map(({ run }) => run.planDigest)).toSorted();
  return taggedDigest('comparison', ...digests);
}

// Hands out adjusted p-values in the order in which the tests were collected.
function inOrder(adjust: (values: PValues) => (number | null)[], tests: readonly number[]): Adjusted {
  const values = adjust(tests);
  let next = 0;
  return () => values[next++] ?? 1;
}

function baselinePlanOf({ group }: SuiteEstimates): string {
  return group.contestants[0]?.run.planDigest ?? '';
}

interface OverallEstimates {
  readonly suites: readonly SuiteEstimates[];
  readonly names: readonly string[];
  readonly pairs: readonly { readonly name: string; readonly estimate: OverallDifference }[];
  readonly difference: (first: string, second: string) => OverallDifference | null;
}

function estimateOverall(suites: readonly SuiteEstimates[], seed: Digest): OverallEstimates | null {
  const found = overallOf(suites);
  if ('missing' in found) return null;
  const [baseline = '', ...others] = found.names;
  const difference = (first: string, second: string): OverallDifference | null =>
    overallDifference(suites, first, second, decodeHex(seed));
  const pairs = others.flatMap((name) => {
    const estimate = difference(name, baseline);
    return estimate === null ? [] : [{ name, estimate }];
  });
  return { suites, names: found.names, pairs, difference };
}

function missingOf(suites: readonly SuiteEstimates[]): string | null {
  const found = overallOf(suites);
  return 'missing' in found ? found.missing : null;
}

function overallFigures({ suites, names, pairs, difference }: OverallEstimates, adjusted: Adjusted): OverallComparison {
  const scores = names.flatMap((name) => {
    const mean = overallScore(suites, name);
    if (mean === null) return [];
    const { value, interval } = mean;
    const figures = { value: decimal(value), low: decimal(interval.low), high: decimal(interval.high) };
    return [{ name, ...figures, method: 'mover' as const, exact: value }];
  });
  const known = new Map(pairs.map(({ name, estimate }) => [`${name}\n${names[0]}`, estimate]));
  return {
    suites: suites.map(({ group }) => group.id),
    scores: scores.map(({ exact: _exact, ...score }) => score),
    pairs: pairs.map(({ name, estimate }) => overallPair(name, estimate, adjusted())),
    leaderboard: leaderboardOf(
      scores.map(({ name, exact }) => ({ run: name, name, value: exact })),
      (row, column) => known.get(`${row.name}\n${column.name}`) ?? difference(row.name, column.name),
    ),
  };
}

function overallPair(name: string, estimate: OverallDifference, adjusted: number): OverallPair {
  const { n, difference, interval, p, detectable } = estimate;
  return {
    name,
    n,
    difference: {
      value: decimal(difference),
      interval: {
        low: decimal(interval.low),
        high: decimal(interval.high),
        level: String(LEVEL),
        method: 'mover',
        reason: 'suites',
      },
      p: { value: pValue(p.value), method: p.method, adjusted: pValue(adjusted) },
      verdict: verdictOf(difference, adjusted),
    },
    detectable: detectable === null ? null : decimal(detectable),
  };
}

function runRow({ summary }: ComparedRun, name: string): ComparedRunRow {
  const { run_id, plan_digest, rules_digest, source, created_at, labels, endpoint, level } = summary;
  const { disclosure, counts, latency, tokens, cost, score } = summary;
  return {
    run_id,
    plan_digest,
    rules_digest,
    source,
    created_at,
    labels,
    endpoint,
    level,
    disclosure,
    counts,
    latency,
    tokens,
    cost,
    name,
    suite: summary.suite.id,
    model: summary.model.requested,
    stated: { value: score?.value ?? null, n: score?.n ?? null, impossible: isImpossible(score) },
    signed: summary.signer.sentence,
    axes: summary.axes.map(({ axis, verdict }) => ({ axis, verdict })),
  };
}
