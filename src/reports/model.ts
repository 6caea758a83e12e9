/**
 * What a report says, as plain data: the content of report.json and the only input of the other writers.
 *
 * Field names are those of the file. `null` means that there is no such value, never zero. Ratios are decimal strings as
 * the transcript has them. Nothing here is text of a prompt, an answer or a target.
 */
import type { AnswerLevel, AttestedMachine, Claim } from '../attestation/claim.ts';
import type { Capability, CapabilityVerdict } from '../core/capability-names.ts';
import type { ChatAlgorithm, EndpointLevel, TeeProvider } from '../core/evidence-names.ts';
import type { EvidencePhase } from '../transcript/evidence.ts';
import type { AttemptStatus, EndReason, UnscoredReason } from '../transcript/record.ts';
import type { DisclosureLevel } from '../transcript/source.ts';
import type { LineObject } from '../core/line-form.ts';
import type { PlanPrices, PlanRunner, Treatment } from '../transcript/plan.ts';
import type { AxisVerdict, SignerVerdict } from '../verifier/verdict.ts';

/** The format of report.json; the second has what evidence shows about an endpoint. */
export const REPORT_FORMAT = 'touchstone/report/v2';

/** A report over one or more verified runs. */
export interface ReportModel {
  readonly format: typeof REPORT_FORMAT;
  readonly title: string;
  /** RFC 3339 time that the caller gave; null if the report is to be a function of its runs alone. */
  readonly created_at: string | null;
  /** One group per suite id, in the order in which the suites were first given. */
  readonly suites: readonly ReportSuite[];
  /** Runs in the order of the suites. */
  readonly runs: readonly ReportRun[];
}

/** The runs of one suite, and which of them may be compared. */
export interface ReportSuite {
  readonly id: string;
  /** Title in the suite definition, where that is public. */
  readonly title: string | null;
  readonly versions: readonly string[];
  readonly licences: readonly string[];
  /** Sets of runs over the same items under the same rules; the first is the one the others are held against. */
  readonly comparable: readonly ReportComparableSet[];
  /** Suites that ask the same items under other rules. */
  readonly same_items: readonly { readonly suite: string; readonly difference: ReportDifference }[];
}

/** Runs that may be compared with each other. */
export interface ReportComparableSet {
  /** Run ids. */
  readonly runs: readonly string[];
  /** What separates this set from the first one; null for the first. */
  readonly difference: ReportDifference | null;
}

/** The first thing in which two runs differ, in a fixed order. */
export interface ReportDifference {
  /** Path of the field in the plan. */
  readonly field: string;
  readonly left: string;
  readonly right: string;
  /** One sentence that names field and values, and the suites where those differ. */
  readonly sentence: string;
}

/** What is peculiar about a run and must stand beside its name wherever that is shown. */
export type RunLabel =
  | 'replay'
  | 'simulated TEE'
  | 'ephemeral key'
  | 'dirty source'
  | 'stopped by budget'
  | 'stopped early'
  | 'unfinished'
  | 'subset'
  | 'control too high'
  | 'judgement, not re-derivable'
  | 'items not pinned';

/** One verified run. */
export interface ReportRun {
  readonly run_id: string;
  readonly plan_digest: string;
  readonly rules_digest: string;
  /** Name of the file or folder it was read from, without its path. */
  readonly source: string;
  readonly created_at: string;
  readonly ended: { readonly at: string; readonly reason: EndReason } | null;
  readonly tree: { readonly root: string; readonly size: number };
  readonly labels: readonly RunLabel[];
  readonly suite: ReportRunSuite;
  readonly endpoint: { readonly kind: string; readonly name: string; readonly base_url: string };
  readonly model: ReportModelIdentity;
  /** How items were asked. */
  readonly harness: ReportHarness;
  /** The model that judged answers; null if none did. */
  readonly judge: ReportJudge | null;
  /** Lowest level over all counted answers that were checked; null if there is evidence and none was, or none is shown. */
  readonly level: ReportLevel | null;
  /** What evidence shows about the endpoint; null if there is none, or it was not checked, or is not shown. */
  readonly execution: ReportExecution | null;
  /** What the endpoint was found to be able to do; absent if it was not probed, or its records are not disclosed. */
  readonly probes?: readonly ReportProbe[];
  readonly disclosure: ReportDisclosure;
  readonly score: ReportScore | null;
  /** Every metric of the transcript as it stands there. */
  readonly metrics: readonly { readonly function: string; readonly status: string; readonly result: LineObject }[];
  readonly counts: ReportCounts;
  readonly attempts: Readonly<Record<AttemptStatus, number>> | null;
  readonly resumes: number | null;
  readonly tokens: { readonly prompt: number; readonly completion: number } | null;
  readonly latency: ReportLatency | null;
  readonly cost: ReportCost | null;
  readonly signer: SignerVerdict & { readonly sentence: string };
  readonly axes: readonly AxisVerdict[];
  readonly claims: ReportClaims;
  readonly runner: PlanRunner;
}

/** One thing that an endpoint may be able to do. */
interface ReportProbe {
  readonly capability: Capability;
  readonly verdict: CapabilityVerdict;
  /** What was asked and answered is not disclosed, so the verdict is the signer's word. */
  readonly declared?: true;
}

/** The harness of a run, as its plan has it. */
export interface ReportHarness {
  readonly id: string;
  readonly version: number;
  /** Name within the suite; null if the suite has one harness. */
  readonly name: string | null;
  /** Digest over id, version and options; null for a plain single turn. */
  readonly digest: string | null;
}

/** The model that judged the answers of a run. */
export interface ReportJudge {
  readonly kind: string;
  readonly name: string;
  readonly base_url: string;
  readonly model: string;
  /** Answers that it gave; null if the records are not shown. */
  readonly judgements: number | null;
  /** Model names that it reported. */
  readonly reported: readonly ReportedName[];
}

/** The suite of a run, as its plan has it. */
export interface ReportRunSuite {
  readonly id: string;
  readonly version: string;
  readonly licence: string;
  readonly digest: string;
  readonly visibility: 'public' | 'private';
  readonly redistributable: boolean;
  /** Items in the suite, and those selected for this run. */
  readonly size: number;
  readonly selected: number;
  readonly repeats: number;
  /** Digests of the files its items were made from, if only the operator vouches for them; otherwise empty. */
  readonly accepted: readonly string[];
}

/** The model that was asked for, reported, attested and declared: different things, never one. */
export interface ReportModelIdentity {
  readonly requested: string;
  readonly reported: readonly ReportedName[];
  /** Names in texts that an attested key signed; a name is a setting of the provider, not a measurement. */
  readonly attested: readonly ReportedName[];
  /** Checkpoints that attested applications name; declared by them, not measured. */
  readonly declared_checkpoints: readonly string[];
  readonly fingerprints: readonly ReportedName[];
  readonly weights: string | null;
}

/** A name that the endpoint gave, and in how many answers. */
export interface ReportedName {
  readonly name: string;
  readonly answers: number;
}

/** A level of assurance about an endpoint, with what limits it. */
export type ReportLevel = Pick<AnswerLevel, 'level' | 'suffixes'>;

/** What evidence shows about the endpoint of a run. */
export interface ReportExecution extends ReportLevel {
  readonly provider: TeeProvider;
  /** Whether the evidence is of a simulator, so that nothing of it proves anything. */
  readonly simulated: boolean;
  /** Level that an answer needed to count, if the plan asks for one. */
  readonly required_level: EndpointLevel | null;
  /** Counted answers, and those whose evidence could be checked. */
  readonly answers: number;
  readonly checked: number;
  /** From the lowest level to the highest, each with its reasons. */
  readonly levels: readonly (AnswerLevel & { readonly answers: number })[];
  readonly attestations: readonly { readonly phase: EvidencePhase; readonly count: number }[];
  readonly machines: readonly ReportMachine[];
  readonly signers: readonly ReportAnswerSigner[];
  /** Who could have chosen the hash of a request that was signed: one claim per way in which answers were signed. */
  readonly request_hash: readonly Pick<Claim, 'status' | 'source' | 'reason'>[];
  /** When all collateral that was used is valid, as RFC 3339 times. */
  readonly window: { readonly from: string; readonly to: string } | null;
  /** Every claim about machines and answers that the levels are derived from. */
  readonly claims: readonly Claim[];
}

/** An attested machine. */
export interface ReportMachine {
  readonly role: AttestedMachine['role'];
  readonly platform: string;
  readonly tcb: {
    readonly status: string;
    readonly advisories: readonly string[];
    readonly evaluation_data_number: number;
    readonly fmspc: string;
  } | null;
  /** In hex by name. */
  readonly measurements: Readonly<Record<string, string>>;
}

/** A key that signed answers, and how many. */
interface ReportAnswerSigner {
  readonly role: AttestedMachine['role'];
  readonly algo: ChatAlgorithm;
  readonly address: string;
  /** Model that the attestation names for it. */
  readonly model: string | null;
  readonly answers: number;
}

/** How much of a run this report may show, and why. */
export interface ReportDisclosure {
  readonly level: DisclosureLevel;
  /** Whether prompts, answers and targets may appear at all. */
  readonly texts: boolean;
  readonly sentence: string;
}

/** A mean score with its interval. Ratios are decimal strings. */
export interface ReportScore {
  /** The metric it was taken from, such as `mean/1`, and whether the verifier recomputed it. */
  readonly function: string;
  readonly status: 'recomputed' | 'declared';
  /** `accuracy` if every score is right or wrong, `mean_score` if there are partial ones. */
  readonly metric: string;
  /** Samples in the mean, unscored ones that count as wrong included. */
  readonly n: number;
  /** The mean as an exact fraction; null if it is too long for one. For an accuracy, right answers of n. */
  readonly exact: { readonly num: number; readonly den: number } | null;
  readonly value: string | null;
  readonly interval: ReportInterval | null;
  /** The mean if all unscored were wrong, and if all were right. */
  readonly bounds: { readonly all_wrong: string; readonly all_right: string } | null;
}

/** An interval at the 95 % level, and the method that made it. */
export interface ReportInterval {
  readonly low: string;
  readonly high: string;
  readonly method: string;
}

/** Samples, that is items × repeats, by how they ended. */
export interface ReportCounts {
  readonly planned: number;
  readonly scored: number | null;
  readonly unscored: number | null;
  /** Only reasons that occurred, with what each counts as under the rules. */
  readonly reasons: readonly ReportReason[];
}

/** Samples without a score for one reason. */
interface ReportReason {
  readonly reason: UnscoredReason;
  readonly count: number;
  readonly counts_as: Treatment;
}

/** Percentiles of the answered attempts by nearest rank, in milliseconds; null where there are too few to have one. */
export interface ReportLatency {
  readonly n: number;
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  readonly p99_ms: number | null;
}

/** Tokens times the prices of the plan. */
export interface ReportCost {
  readonly usd: string;
  readonly prices: PlanPrices;
}

/** One sentence per claim. */
export interface ReportClaims {
  readonly proves: readonly string[];
  readonly declares: readonly string[];
  readonly does_not_prove: readonly string[];
}
