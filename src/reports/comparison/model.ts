/**
 * What a comparison says, as plain data: the content of comparison.json and the only input of the other writers.
 *
 * Field names are those of the file. `null` means that there is no such value, never zero. Estimates are decimal strings;
 * differences are candidate minus baseline, so positive is better. Nothing here is text of a prompt, an answer or a target.
 */
import type { DifferenceMethod, DifferenceReason, TestMethod } from '../../stats/difference.ts';
import type { MarginDecision } from '../../stats/decision.ts';
import type { MeanMethod, MeanReason } from '../../stats/mean-estimate.ts';
import type { Axis, Verdict } from '../../verifier/verdict.ts';
import type { Across } from '../comparable.ts';
import type { ReportDifference, ReportRun } from '../model.ts';

/** The format of comparison.json. */
export const COMPARISON_FORMAT = 'touchstone/comparison/v1';

/** A comparison, or why there is none. */
export type ComparisonModel = Comparison | NotComparable;

/** What both have. */
interface ComparisonHead {
  readonly format: typeof COMPARISON_FORMAT;
  /** RFC 3339 time that the caller gave; null if the comparison is to be a function of its runs alone. */
  readonly created_at: string | null;
  /** Run id of the first run of the baseline. */
  readonly baseline: string;
  /** Whether runs over different selections were compared on the items that all of them have. */
  readonly on_common_items: boolean;
  /** Rules that runs are compared across, such as `harness`; in everything else they are alike. */
  readonly across: readonly Across[];
  readonly runs: readonly ComparedRunRow[];
}

/** Runs that must not be compared: no number is given. */
export interface NotComparable extends ComparisonHead {
  readonly comparable: false;
  readonly refusals: readonly Refusal[];
}

/** Why a run cannot be compared with the baseline. */
export interface Refusal {
  readonly baseline: string;
  readonly run: string;
  /** At least one, in a fixed order. */
  readonly differences: readonly ReportDifference[];
}

/** A comparison of two or more runs. */
export interface Comparison extends ComparisonHead {
  readonly comparable: true;
  /** What was decided before any number: confidence, error probability, power, and how many tests are adjusted together. */
  readonly terms: ComparisonTerms;
  /** One entry per suite, in the order in which suites were first given. */
  readonly suites: readonly SuiteComparison[];
  /** Means over suites; null if there is one suite, or where `overall_missing` says why not. */
  readonly overall: OverallComparison | null;
  readonly overall_missing: string | null;
  /** What a reader must know beside the numbers. */
  readonly notes: readonly string[];
}

/** The terms of a comparison. */
interface ComparisonTerms {
  readonly level: string;
  readonly alpha: string;
  readonly power: string;
  /** Differences from the baseline whose p-values are adjusted together, and how. */
  readonly family: { readonly size: number; readonly adjustment: 'holm' };
  /** Differences in subgroups, which are exploratory. */
  readonly subgroups: { readonly size: number; readonly adjustment: 'benjamini-hochberg' };
  /** Digest of the plan digests, from which random numbers are drawn. */
  readonly seed: string;
}

/** A run that takes part. */
export interface ComparedRunRow extends Pick<
  ReportRun,
  | 'run_id'
  | 'plan_digest'
  | 'rules_digest'
  | 'source'
  | 'created_at'
  | 'labels'
  | 'endpoint'
  | 'harness'
  | 'judge'
  | 'level'
  | 'disclosure'
  | 'counts'
  | 'latency'
  | 'tokens'
  | 'cost'
> {
  /** Under which name the run is compared: that of its endpoint, with its harness if that is compared, and a number where several runs of a suite share it. */
  readonly name: string;
  readonly suite: string;
  readonly model: string;
  /** Level of the endpoint as reports show it, such as `L4` or `L1 simulated`. */
  readonly standing: string;
  /** Score of the whole run, as the transcript states it, and whether no count of right answers gives that number. */
  readonly stated: { readonly value: string | null; readonly n: number | null; readonly impossible: boolean };
  readonly signed: string;
  readonly axes: readonly { readonly axis: Axis; readonly verdict: Verdict }[];
}

/** An interval, how it was made and why so. */
interface ComparisonInterval<Method extends string, Reason extends string> {
  readonly low: string;
  readonly high: string;
  readonly level: string;
  readonly method: Method;
  readonly reason: Reason;
}

/** The runs of one suite. */
export interface SuiteComparison {
  readonly id: string;
  readonly versions: readonly string[];
  /** Items that every run was planned to ask, and items in the largest selection. */
  readonly items: { readonly compared: number; readonly selected: number };
  readonly repeats: number;
  readonly clusters: ClusterFacts;
  readonly scores: readonly RunScore[];
  /** The baseline against each other run. */
  readonly pairs: readonly ComparedPair[];
  readonly leaderboard: Leaderboard;
}

/** What is known about items that depend on each other. */
interface ClusterFacts {
  /** `tags`: read from tags. `unknown`: no run opens its items, so nothing is known of their tags. */
  readonly from: 'tags' | 'unknown';
  /** Independent units; the number of items if there are no clusters. */
  readonly units: number;
}

/** The score of a run over the compared items. */
export interface RunScore {
  readonly run: string;
  readonly name: string;
  /** Items that count, and independent units among them. */
  readonly n: number;
  readonly units: number;
  /** Right of n; null if there are partial scores. */
  readonly right: number | null;
  readonly value: string | null;
  /** Null with too little data, and for a run that could stop early. */
  readonly interval: ComparisonInterval<MeanMethod, MeanReason> | null;
  /** Samples without a score, and the score if all of them were wrong, and right. */
  readonly unscored: number;
  readonly bounds: { readonly all_wrong: string; readonly all_right: string } | null;
  /** The stop rule of the run and what it decided; null for a run that asks every item. */
  readonly stop: StopVerdict | null;
}

/** The verdict of a stop rule, which holds whenever it stopped. */
export interface StopVerdict {
  /** Digest of the plan of the run it was held against, and whether that is the baseline here. */
  readonly baseline_plan: string;
  readonly is_baseline: boolean;
  readonly margin: string;
  readonly alpha: string;
  readonly decision: MarginDecision;
  readonly pairs: number;
  readonly decided_at: number | null;
  /** Items that were not asked because of it. */
  readonly not_asked: number;
}

/** What a comparison shows. `undecided` is not "no difference". */
export type PairVerdict = 'better' | 'worse' | 'undecided';

/** A difference with its interval and test. */
export interface ComparedDifference<Method extends string = DifferenceMethod, Test extends string = TestMethod> {
  readonly value: string;
  readonly interval: ComparisonInterval<Method, DifferenceReason | 'stop-rule' | 'suites'>;
  readonly p: {
    readonly value: string;
    readonly method: Test;
    /** Adjusted for all tests of the same family. */
    readonly adjusted: string;
  };
  readonly verdict: PairVerdict;
}

/** A candidate against the baseline. */
export interface ComparedPair {
  readonly baseline: string;
  readonly candidate: string;
  readonly name: string;
  /** Items with a score in both runs, and independent units among them. */
  readonly n: number;
  readonly units: number;
  readonly left_out: LeftOut;
  /** Scores over these items. */
  readonly scores: { readonly baseline: string; readonly candidate: string } | null;
  readonly difference: ComparedDifference | null;
  /** Smallest true difference that n shows with the stated power, before adjustment; null if the data do not say. */
  readonly detectable: string | null;
  readonly bounds: DifferenceBounds | null;
  readonly flips: Flips;
  readonly ratios: PairRatios;
  readonly subgroups: readonly Subgroup[];
  /** Tags beyond the most that are shown. */
  readonly subgroups_left_out: number;
}

/** Items of the compared ones that have no pair of scores, and why. */
export interface LeftOut {
  readonly baseline_unscored: number;
  readonly candidate_unscored: number;
  readonly both_unscored: number;
  /** Not asked by a run that was certain before. */
  readonly not_asked: number;
}

/** The difference over all items that both runs asked, whatever the unscored ones are taken for. */
interface DifferenceBounds {
  readonly n: number;
  /** All unscored of both runs wrong, and right. */
  readonly all_wrong: string;
  readonly all_right: string;
  /** The candidate's wrong and the baseline's right, and the other way round. */
  readonly least: string;
  readonly most: string;
}

/** Items whose score differs. */
interface Flips {
  readonly gained: number;
  readonly lost: number;
  /** In the order of the suite. */
  readonly items: readonly Flip[];
}

/** One of them. */
export interface Flip {
  readonly index: number;
  /** Null where it is not disclosed. */
  readonly id: string | null;
  readonly direction: 'gained' | 'lost';
  readonly baseline: string;
  readonly candidate: string;
}

/** Candidate over baseline, over the items that have both values. Null where there are too few. */
interface PairRatios {
  /** Median of the ratios of single items. */
  readonly latency: ComparedRatio | null;
  /** Ratios of totals. */
  readonly prompt_tokens: ComparedRatio | null;
  readonly completion_tokens: ComparedRatio | null;
  readonly cost: ComparedRatio | null;
}

/** A ratio with its interval. */
export interface ComparedRatio {
  readonly n: number;
  readonly value: string;
  readonly low: string;
  readonly high: string;
  readonly method: 'sign-test' | 'ratio-of-totals';
}

/** The items with a tag. */
export interface Subgroup {
  readonly tag: string;
  readonly n: number;
  readonly units: number;
  readonly scores: { readonly baseline: string; readonly candidate: string };
  readonly difference: ComparedDifference;
}

/** All runs of a set, ranked as far as they can be told apart. */
export interface Leaderboard {
  /** From the highest score to the lowest. */
  readonly rows: readonly LeaderboardRow[];
  /** Every two runs; p-values are adjusted over all of these. */
  readonly matrix: readonly MatrixCell[];
}

/** A run on a leaderboard. */
export interface LeaderboardRow {
  readonly run: string;
  readonly name: string;
  readonly value: string | null;
  /** Runs that cannot be told apart share a range of ranks. */
  readonly rank: { readonly best: number; readonly worst: number };
}

/** Two runs: `row` minus `column`. */
export interface MatrixCell {
  readonly row: string;
  readonly column: string;
  readonly n: number;
  readonly difference: Pick<ComparedDifference<string, string>, 'value' | 'p' | 'verdict'> & {
    readonly low: string;
    readonly high: string;
  };
}

/** Means over suites, each of which counts the same. */
export interface OverallComparison {
  readonly suites: readonly string[];
  readonly scores: readonly OverallScore[];
  readonly pairs: readonly OverallPair[];
  readonly leaderboard: Leaderboard;
}

/** The mean score of a name over the suites. */
export interface OverallScore {
  readonly name: string;
  readonly value: string;
  readonly low: string;
  readonly high: string;
  readonly method: 'mover';
}

/** The mean difference of a name from the baseline over the suites. */
export interface OverallPair {
  readonly name: string;
  readonly n: number;
  readonly difference: ComparedDifference<'mover', 'sign-flip'>;
  readonly detectable: string | null;
}
