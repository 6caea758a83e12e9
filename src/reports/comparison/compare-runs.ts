/** Verified runs → a comparison, or why there is none. */
import { taggedDigest, type Digest } from '../../core/digest.ts';
import { UsageError } from '../../core/errors.ts';
import { benjaminiHochberg, holm, type PValues } from '../../stats/multiplicity.ts';
import { ACROSS, type Across } from '../comparable.ts';
import { askedName } from '../harness.ts';
import type { ComparedRun } from './compared-run.ts';
import { groupRuns, type Grouping } from './contestants.ts';
import { COMPARISON_FORMAT, type Comparison, type ComparisonModel, type NotComparable, type Refusal } from './model.ts';
import { notesOf } from './notes.ts';
import { estimateOverall, overallFigures } from './overall-comparison.ts';
import { runRow } from './run-row.ts';
import { ALPHA, LEVEL, POWER } from './score-pair.ts';
import { suiteComparison, type Adjusted } from './suite-comparison.ts';
import { estimateSuite, type SuiteEstimates } from './suite-estimates.ts';

/** What to compare with what. */
export interface ComparisonOptions {
  /** Run whose name is the baseline; the first run by default. */
  readonly baseline?: ComparedRun;
  /** Compare runs over different selections on the items that all of them have. */
  readonly onCommonItems?: boolean;
  /** Rules that are compared, so that runs may differ in them. */
  readonly across?: readonly Across[];
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
  const across = ACROSS.filter((rule) => options.across?.includes(rule));
  const head: Head = {
    format: COMPARISON_FORMAT,
    created_at: createdAt,
    baseline: baseline.runId,
    on_common_items: onCommonItems,
    across,
  };
  const grouping = groupRuns(runs, { baseline, onCommonItems, across });
  if (!grouping.comparable) return refusal(head, runs, grouping.refusals);
  const suites = grouping.groups.map(estimateSuite);
  const apart = suites.flatMap(withoutCommonItems);
  if (apart.length > 0) return refusal(head, runs, apart);
  return comparison(head, grouping, suites);
}

type Head = Pick<Comparison, 'format' | 'created_at' | 'baseline' | 'on_common_items' | 'across'>;
type Comparable = Extract<Grouping, { readonly comparable: true }>;

function checkDistinct(runs: readonly ComparedRun[]): void {
  const seen = new Set<string>();
  for (const { planDigest, runId } of runs) {
    if (seen.has(planDigest)) throw new UsageError('ERR_USAGE', `cannot compare run ${runId}: it was given twice`);
    seen.add(planDigest);
  }
}

function refusal(head: Head, runs: readonly ComparedRun[], refusals: readonly Refusal[]): NotComparable {
  const rows = runs.map((run) => runRow(run, askedName(run.summary)));
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
  const means = suites.length === 1 ? null : estimateOverall(suites, seed);
  const overall = means === null || 'missing' in means ? null : means;
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
    overall_missing: means !== null && 'missing' in means ? means.missing : null,
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
