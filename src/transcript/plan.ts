/**
 * The plan: everything a run decides before its first request.
 *
 * It is signed before anything is sent, its digest names the run, and every later record is checked against it. The
 * `rules` are kept apart from the endpoint because two runs are comparable exactly if their rules and their selected
 * items are equal.
 */
import { canonicalize } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import { VerificationError } from '../core/errors.ts';
import { ENDPOINT_LEVELS, TEE_PROVIDERS, type EndpointLevel, type TeeProvider } from '../core/evidence-names.ts';
import { parseLine } from '../core/line-form.ts';
import {
  boolean,
  conform,
  decimalText,
  digestText,
  integer,
  list,
  nameText,
  object,
  oneOf,
  text,
  timeText,
  variant,
  type Shape,
} from './shape.ts';
import { FORMAT, SUITE_REASONS, type SuiteReason, type UnscoredReason } from './record.ts';
import type { SelectionRule } from './selection.ts';

/** Most concurrent requests of one run; it also bounds what a verifier keeps in memory. */
export const MAX_CONCURRENCY = 4096;

/** Most items in a suite. */
export const MAX_SUITE_SIZE = 1_000_000;

/** Most repeats of an item. */
export const MAX_REPEATS = 1000;

// Repeat r asks with seed + r; beyond 2^53 two repeats would ask with one seed.
const MAX_SEED = Number.MAX_SAFE_INTEGER - MAX_REPEATS;

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

/** What has to be equal for two runs to be comparable, beside the items. */
export interface PlanRules {
  /** Digest of the prompt: templates and few-shot examples. */
  readonly prompt: string;
  readonly parameters: PlanParameters;
  readonly scorer: { readonly id: string; readonly version: number; readonly digest: string };
  readonly unscored: Readonly<Record<SuiteReason, Treatment>>;
  readonly harness: { readonly id: string; readonly version: number };
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

const limit = integer(1);
const hexKey = text(64, /^[0-9a-f]{64}$/);
const treatment = oneOf('wrong', 'excluded');
const answeredTreatment = oneOf('wrong', 'excluded', 'scored');
/** A decimal below 1. */
const shareText: Shape<string> = text(20, /^0(?:\.\d+)?$/);
const url = text(2048, /^https?:\/\/[A-Za-z0-9.[\]:_-]+(?:\/[A-Za-z0-9._~%+:@=-]*)*$/);

/** Shape of the sampling parameters, shared with the suite definition. */
export const parametersShape: Shape<PlanParameters> = object<PlanParameters>(
  { max_tokens: integer(1, 10_000_000) },
  {
    temperature: decimalText,
    top_p: decimalText,
    seed: integer(0, MAX_SEED),
    stop: list(text(256), 16),
    logprobs: boolean,
    response_format: text(32_768),
  },
);

/** Shape of the treatment of unscored items: every reason is named, so that none is treated by default. */
export const unscoredShape: Shape<PlanRules['unscored']> = object<PlanRules['unscored']>(
  Object.fromEntries(SUITE_REASONS.map((reason) => [reason, treatmentShape(reason)])) as Record<
    SuiteReason,
    Shape<Treatment>
  >,
);

function treatmentShape(reason: SuiteReason): Shape<Treatment> {
  return ['truncated', 'refused', 'filtered', 'empty'].includes(reason) ? answeredTreatment : treatment;
}

const suite = object<PlanSuite>({
  id: nameText(128),
  version: nameText(64),
  licence: nameText(128),
  digest: digestText,
  visibility: oneOf('public', 'private'),
  redistributable: boolean,
  root: digestText,
  size: integer(1, MAX_SUITE_SIZE),
});

const rule = variant<SelectionRule>('kind', {
  all: object<Extract<SelectionRule, { kind: 'all' }>>({ kind: oneOf('all') }),
  seeded: object<Extract<SelectionRule, { kind: 'seeded' }>>({ kind: oneOf('seeded'), limit, seed: nameText(128) }),
});

const endpoint = object<PlanEndpoint>(
  {
    kind: oneOf('openai', 'embedded', 'replay', 'tee'),
    name: nameText(256),
    base_url: url,
    model: nameText(256),
    stream: boolean,
    max_tokens_field: oneOf('max_tokens', 'max_completion_tokens'),
  },
  {
    extra: text(32_768),
    weights: digestText,
    tee: object<PlanTee>(
      { provider: oneOf(...TEE_PROVIDERS) },
      { simulated: (value) => (value === true ? null : ': want true or nothing') },
    ),
  },
);

const rules = object<PlanRules>({
  prompt: digestText,
  parameters: parametersShape,
  scorer: object<PlanRules['scorer']>({ id: nameText(64), version: integer(1), digest: digestText }),
  unscored: unscoredShape,
  harness: object<PlanRules['harness']>({ id: oneOf('single-turn'), version: integer(1, 1) }),
  repeats: integer(1, MAX_REPEATS),
  limits: object<PlanRules['limits']>({ timeout_ms: limit, max_response_bytes: limit }),
  retry: object<PlanRules['retry']>({ max_attempts: integer(1, 1000), max_lost: integer(0, 1000) }),
  stop: oneOf('none'),
});

const planShape = object<Plan>(
  {
    format: oneOf(FORMAT),
    created_at: timeText,
    nonce: text(32, /^[0-9a-f]{32}$/),
    suite,
    selection: object<Plan['selection']>({ rule, root: digestText, size: limit }),
    endpoint,
    rules,
    budget: object<PlanBudget>({}, { max_requests: limit, max_cost_usd: decimalText }),
    concurrency: integer(1, MAX_CONCURRENCY),
    runner: object<PlanRunner>(
      { name: nameText(64), version: nameText(64), dirty: boolean, platform: nameText(128) },
      { lock: digestText, commit: text(40, /^[0-9a-f]{40}$/) },
    ),
    signer: object<PlanSigner>({
      kind: oneOf('ed25519', 'sshsig', 'ephemeral'),
      name: nameText(128),
      public_key: hexKey,
      checkpoint_key: hexKey,
    }),
  },
  {
    evidence: object<PlanEvidence>(
      { max_pending: integer(1, MAX_CONCURRENCY) },
      { require_level: oneOf(...ENDPOINT_LEVELS) },
    ),
    controls: (value) => (value === true ? null : ': want true or nothing'),
    stop: object<PlanStop>({
      kind: oneOf('paired-sequential'),
      version: integer(1, 1) as Shape<1>,
      baseline: digestText,
      scores: digestText,
      margin: shareText,
      alpha: shareText,
    }),
    prices: object<PlanPrices>({
      prompt_usd_per_mtok: decimalText,
      completion_usd_per_mtok: decimalText,
      dated: text(10, /^\d{4}-\d{2}-\d{2}$/),
    }),
  },
);

/** What a reason counts as under the policy of a suite. */
export function treatmentOf(policy: PlanRules['unscored'], reason: UnscoredReason): Treatment {
  return reason === 'unattested' ? 'wrong' : policy[reason];
}

/** The features that a run under a plan uses, as its header names them. */
export function featuresOf({ evidence, stop }: Plan): readonly string[] {
  return [...(evidence === undefined ? [] : ['evidence/1']), ...(stop === undefined ? [] : ['stop/1'])];
}

/** The text of plan.json. */
export function formatPlan(plan: Plan): string {
  return canonicalize(plan);
}

/**
 * The plan in the text of plan.json.
 *
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if it is not the line form of a plan.
 */
export function parsePlan(planText: string): Plan {
  const plan = conform(planShape, lineOf(planText), planError);
  const isTee = plan.endpoint.kind === 'tee';
  if (isTee !== (plan.endpoint.tee !== undefined) || isTee !== (plan.evidence !== undefined)) {
    throw planError(': want a provider and evidence for an endpoint of kind "tee", and for no other');
  }
  if (plan.stop !== undefined && (plan.rules.repeats > 1 || Number(plan.stop.alpha) === 0)) {
    throw planError('/stop: want one repeat, and an alpha above 0');
  }
  return plan;
}

function lineOf(planText: string): unknown {
  try {
    return parseLine(planText);
  } catch (cause) {
    throw new VerificationError('ERR_PLAN_FORM', 'cannot read plan: want one canonical JSON line', { cause });
  }
}

function planError(complaint: string): VerificationError {
  return new VerificationError('ERR_PLAN_FORM', `cannot read plan${complaint}`);
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
