/**
 * What a gate says, as plain data: the content of verdict.json, the predicate of the signed verdict, and the only input of
 * the other writers.
 *
 * Field names are those of the file. `null` means that there is no such value, never zero. Estimates are decimal strings.
 */
import type { SignerVerdict } from '../../verifier/verdict.ts';
import type { ReportDifference, RunLabel } from '../model.ts';
import type { GatePolicy, Role } from './policy.ts';

/** The format of verdict.json. */
export const VERDICT_FORMAT = 'touchstone/gate-verdict/v1';

/**
 * What a rule says. `inconclusive`: neither is shown, and more data may show it. `error`: the question could not be asked,
 * so nothing may pass.
 */
export type RuleOutcome = 'pass' | 'regressed' | 'inconclusive' | 'error';

/** The exit code of a gate. */
export type GateExit = 0 | 1 | 3 | 5;

/** A verdict. */
export interface GateVerdict {
  readonly format: typeof VERDICT_FORMAT;
  /** RFC 3339 time by the clock of whoever decided. */
  readonly decided_at: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly verdict: RuleOutcome;
  readonly exit_code: GateExit;
  readonly policy: VerdictPolicy;
  readonly sources: readonly VerdictSource[];
  /** Rules that are about the whole: what was given, the policy itself. */
  readonly general: readonly RuleVerdict[];
  /** One per suite of the policy, in the order of their names. */
  readonly suites: readonly SuiteVerdict[];
  /** Suites that were given and that the policy does not name. */
  readonly not_gated: readonly string[];
}

/** The policy that was applied. */
interface VerdictPolicy {
  readonly name: string;
  /** SHA-256 of its bytes; null if they could not be read. */
  readonly sha256: string | null;
  /** Null if it is not a policy. */
  readonly content: GatePolicy | null;
}

/** A run that was given, verified or not. */
export interface VerdictSource {
  readonly role: Role;
  readonly name: string;
  /** The file that stands for it, and its SHA-256: a bundle itself, or the signed result in a run folder. */
  readonly file: string | null;
  readonly sha256: string | null;
  /** Null unless the run verifies. */
  readonly run: VerdictRun | null;
  /** Why the run cannot be used. */
  readonly fault: SourceFault | null;
}

/** What is wrong with a source. */
export interface SourceFault {
  /** `refused`: it was read, and must not be used. `unreadable`: there is nothing to read. */
  readonly kind: 'refused' | 'unreadable';
  readonly code: string;
  readonly message: string;
}

/** A verified run. */
export interface VerdictRun {
  readonly run_id: string;
  readonly plan_digest: string;
  readonly rules_digest: string;
  readonly suite: string;
  readonly suite_version: string;
  readonly endpoint: string;
  readonly model: string;
  /** What must be known wherever the run is named, such as `replay`. */
  readonly labels: readonly RunLabel[];
  readonly created_at: string;
  readonly signer: SignerVerdict;
}

/** What the rules about one suite say. */
export interface SuiteVerdict {
  readonly suite: string;
  readonly verdict: RuleOutcome;
  /** Run ids; null if there is no usable run. */
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** Everything in which the two runs are not comparable. */
  readonly differences: readonly ReportDifference[];
  readonly counts: SuiteCounts | null;
  readonly rules: readonly RuleVerdict[];
}

/** How many items the rules rest on. */
export interface SuiteCounts {
  readonly selected: number;
  /** Items with a score in both runs. */
  readonly compared: number;
  /** Items that the candidate did not ask because the difference was certain. */
  readonly not_asked: number;
  readonly gained: number;
  readonly lost: number;
}

/** What one rule says. */
export interface RuleVerdict {
  /** Name of the rule, such as `non_inferiority`. */
  readonly rule: string;
  /** JSON pointer of the rule in the policy; null for what holds without being asked for. */
  readonly pointer: string | null;
  /** Metric that it is about, such as `mean/1`; null if it is about none. */
  readonly metric: string | null;
  readonly verdict: RuleOutcome;
  /** One sentence: what was found and what was wanted. */
  readonly sentence: string;
  readonly observed: string | null;
  readonly required: string | null;
  readonly interval: RuleInterval | null;
  /** Items that it rests on. */
  readonly n: number | null;
  /** For `inconclusive`: how many items would decide, if everything else stays as it seems; null if no number would. */
  readonly needed: number | null;
  /** Items that decided it, by id or by index; at most as many as a reader can take in. */
  readonly items: readonly string[];
  /** For `error` and refusals: a code of the error reference. */
  readonly code: string | null;
}

/** The interval that a rule was decided by. */
export interface RuleInterval {
  readonly low: string;
  readonly high: string;
  readonly level: string;
  readonly method: string;
}
