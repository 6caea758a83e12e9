/**
 * The plan: everything a run decides before its first request.
 *
 * It is signed before anything is sent, its digest names the run, and every later record is checked against it. The
 * `rules` are kept apart from the endpoint because two runs are comparable exactly if their rules and their selected
 * items are equal.
 */
import type { Capability } from '../core/capability-names.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import type { EndpointLevel, TeeProvider } from '../core/evidence-names.ts';
import type { SuiteReason, UnscoredReason } from './record.ts';
import type { SelectionRule } from './selection.ts';

/** Most concurrent requests of one run; it also bounds what a verifier keeps in memory. */
export const MAX_CONCURRENCY = 4096;

/** Most items in a suite. */
export const MAX_SUITE_SIZE = 1_000_000;

/** Most repeats of an item. */
export const MAX_REPEATS = 1000;

/** The suite that is asked. */
export interface PlanSuite {
  readonly id: string;
  readonly version: string;
  readonly licence: string;
  /** Digest of suite.json. */
  readonly digest: string;
  readonly visibility: 'public' | 'private';
  readonly redistributable: boolean;
  /** Root and size of the tree over all its item commitments. */
  readonly root: string;
  readonly size: number;
  /** Digests of the files that its items were made from, which nobody but the operator vouches for. */
  readonly accepted?: readonly string[];
}

/** The endpoint under test, as configured; what it reports about itself is in the outcomes. */
export interface PlanEndpoint {
  readonly kind: 'openai' | 'embedded' | 'replay' | 'tee';
  /** Name under which reports show it. */
  readonly name: string;
  /** Scheme, host and path; no user, password or query. */
  readonly base_url: string;
  readonly model: string;
  readonly stream: boolean;
  readonly max_tokens_field: 'max_tokens' | 'max_completion_tokens';
  /** More members of the request body, as the canonical JSON of an object. */
  readonly extra?: string;
  /** Digest of the weights that the endpoint says it serves. */
  readonly weights?: string;
  /** How the endpoint gives evidence; exactly for the kind `tee`. */
  readonly tee?: PlanTee;
}

/** How an endpoint gives evidence of where its answers come from. */
export interface PlanTee {
  readonly provider: TeeProvider;
  /** The endpoint is a simulator, whose evidence proves nothing. */
  readonly simulated?: true;
}

/** What evidence a run gathers, and what it asks of it. */
export interface PlanEvidence {
  /** Most samples whose answer has come and whose evidence has not. */
  readonly max_pending: number;
  /** Samples whose evidence does not reach this level are unscored as `unattested`. */
  readonly require_level?: EndpointLevel;
}

/** Sampling parameters of every request; decimals are texts. */
export interface PlanParameters {
  readonly max_tokens: number;
  readonly temperature?: string;
  readonly top_p?: string;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly logprobs?: boolean;
  /** Canonical JSON of the `response_format` object. */
  readonly response_format?: string;
}

/**
 * What an item without a score counts as. `scored`, for reasons that come with an answer: the reason does not exist in
 * this suite and the answer is judged as it stands.
 */
export type Treatment = 'wrong' | 'excluded' | 'scored';

/** How items are asked. */
export interface PlanHarness {
  readonly id: string;
  readonly version: number;
  /** Name within the suite; absent if the suite has one harness. */
  readonly name?: string;
  /** Digest over id, version and options; absent for a plain single turn. */
  readonly digest?: string;
}

/** What makes a judge the same judge: `extra` may bias it or leave it no choice. */
export type PlanJudgeRule = Pick<PlanEndpoint, 'model' | 'base_url' | 'extra'>;

/** What has to be equal for two runs to be comparable, beside the items. */
export interface PlanRules {
  /** Digest of the prompt: templates and few-shot examples. */
  readonly prompt: string;
  readonly parameters: PlanParameters;
  readonly scorer: { readonly id: string; readonly version: number; readonly digest: string };
  readonly unscored: Readonly<Record<SuiteReason, Treatment>>;
  readonly harness: PlanHarness;
  /** Present if answers are judged by a model: other judges are other rules. */
  readonly judge?: PlanJudgeRule;
  readonly repeats: number;
  readonly limits: { readonly timeout_ms: number; readonly max_response_bytes: number };
  readonly retry: { readonly max_attempts: number; readonly max_lost: number };
  readonly stop: 'none';
}

/** Prices as configured, in US dollars per million tokens, with the day on which they were looked up. */
export interface PlanPrices {
  readonly prompt_usd_per_mtok: string;
  readonly completion_usd_per_mtok: string;
  readonly dated: string;
}

/**
 * When a run stops before all its items are asked: as soon as it is certain whether it is worse than a baseline by the
 * margin or more. It decides which items are asked and not how, so it is none of the rules that make runs comparable.
 */
export interface PlanStop {
  readonly kind: 'paired-sequential';
  readonly version: 1;
  /** Digest of the plan of the baseline run. */
  readonly baseline: string;
  /** Digest of baseline.json. */
  readonly scores: string;
  /** Largest loss that does not matter. */
  readonly margin: string;
  /** Accepted chance of each of the two wrong decisions. */
  readonly alpha: string;
}

/** What a run may use up; reserved before a request is sent. */
export interface PlanBudget {
  readonly max_requests?: number;
  readonly max_cost_usd?: string;
}

/** The runner that wrote the transcript, as it describes itself. */
export interface PlanRunner {
  readonly name: string;
  readonly version: string;
  /** Digest of the lock file of its dependencies. */
  readonly lock?: string;
  readonly commit?: string;
  /** Whether the source differed from that commit. */
  readonly dirty: boolean;
  readonly platform: string;
}

/** Who signs plan and result, and with what the checkpoints are signed. */
export interface PlanSigner {
  /** `ephemeral`: a key made for this run and thrown away, so nobody stands behind the signature. */
  readonly kind: 'ed25519' | 'sshsig' | 'ephemeral';
  readonly name: string;
  /** Ed25519 public key in hex. */
  readonly public_key: string;
  /** Ed25519 public key in hex of the checkpoints; the signer's own unless that one signs through an agent. */
  readonly checkpoint_key: string;
}

/** A plan. */
export interface Plan {
  readonly format: string;
  readonly created_at: string;
  readonly nonce: string;
  readonly suite: PlanSuite;
  readonly selection: { readonly rule: SelectionRule; readonly root: string; readonly size: number };
  readonly endpoint: PlanEndpoint;
  /** The model that judges answers; exactly for a scorer that asks one. */
  readonly judge?: PlanEndpoint;
  /** What the endpoint is probed for before it is asked anything; in the order of all capabilities, each once. */
  readonly probes?: readonly Capability[];
  /** Exactly for an endpoint of kind `tee`. */
  readonly evidence?: PlanEvidence;
  readonly rules: PlanRules;
  readonly budget: PlanBudget;
  /** Present if the run states its negative controls. */
  readonly controls?: true;
  /** Absent if every selected item is asked. */
  readonly stop?: PlanStop;
  readonly prices?: PlanPrices;
  readonly concurrency: number;
  readonly runner: PlanRunner;
  readonly signer: PlanSigner;
}

/** What a reason counts as under the policy of a suite. */
export function treatmentOf(policy: PlanRules['unscored'], reason: UnscoredReason): Treatment {
  return reason === 'unattested' ? 'wrong' : policy[reason];
}

/** The features that a run under a plan uses, as its header names them. */
export function featuresOf(plan: Plan): readonly string[] {
  const used: readonly (readonly [string, boolean])[] = [
    ['evidence/1', plan.evidence !== undefined],
    ['probe/1', plan.probes !== undefined],
    ['stop/1', plan.stop !== undefined],
    ['turns/1', hasTurns(plan)],
  ];
  return used.flatMap(([feature, isUsed]) => (isUsed ? [feature] : []));
}

/** Whether more than one question may be asked for a sample. */
export function hasTurns({ rules, judge }: Plan): boolean {
  return rules.harness.digest !== undefined || judge !== undefined;
}

/** The rule that a judge is. */
export function judgeRule({ model, base_url, extra }: PlanEndpoint): PlanJudgeRule {
  return { model, base_url, ...(extra === undefined ? {} : { extra }) };
}

/** The plan digest: the plain SHA-256 of plan.json. */
export function planDigest(planText: string): Digest {
  return digest(planText);
}

/** The run id: the first 16 hex digits of the plan digest. */
export function runId(digestOfPlan: Digest): string {
  return digestOfPlan.slice(0, 16);
}

/** The origin of a run's checkpoints, which is also the name that their key signs under. */
export function checkpointOrigin(digestOfPlan: string): string {
  return `touchstone/v1/run/${digestOfPlan}`;
}

/** The digest that has to be equal for two runs to follow the same rules. */
export function rulesDigest(plan: Plan): Digest {
  return digest(canonicalize(plan.rules));
}
