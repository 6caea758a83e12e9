/**
 * plan.json: the text of a plan, and the plan in a text.
 *
 * A verifier gets it from a stranger, so every field has its shape and nothing else may be there.
 */
import { CAPABILITIES, type Capability } from '../core/capability-names.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { VerificationError } from '../core/errors.ts';
import { ENDPOINT_LEVELS, TEE_PROVIDERS } from '../core/evidence-names.ts';
import { parseLine } from '../core/line-form.ts';
import {
  judgeRule,
  MAX_CONCURRENCY,
  MAX_REPEATS,
  MAX_SUITE_SIZE,
  type Plan,
  type PlanBudget,
  type PlanEndpoint,
  type PlanEvidence,
  type PlanHarness,
  type PlanJudgeRule,
  type PlanParameters,
  type PlanPrices,
  type PlanRules,
  type PlanRunner,
  type PlanSigner,
  type PlanStop,
  type PlanSuite,
  type PlanTee,
  type Treatment,
} from './plan.ts';
import { FORMAT, SUITE_REASONS, type SuiteReason } from './record.ts';
import type { SelectionRule } from './selection.ts';
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

// Repeat r asks with seed + r; beyond 2^53 two repeats would ask with one seed.
const MAX_SEED = Number.MAX_SAFE_INTEGER - MAX_REPEATS;

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

const suite = object<PlanSuite>(
  {
    id: nameText(128),
    version: nameText(64),
    licence: nameText(128),
    digest: digestText,
    visibility: oneOf('public', 'private'),
    redistributable: boolean,
    root: digestText,
    size: integer(1, MAX_SUITE_SIZE),
  },
  { accepted: list(digestText, 64) },
);

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

const namedHarness = object<PlanHarness>(
  { id: nameText(64), version: integer(1, 1_000_000) },
  { name: text(64, /^[a-z0-9][a-z0-9-]*$/), digest: digestText },
);

// Only a plain single turn has no options and so no digest.
const harness: Shape<PlanHarness> = (value) => {
  const complaint = namedHarness(value);
  if (complaint !== null) return complaint;
  const { id, version, digest: stated } = value as PlanHarness;
  return stated !== undefined || (id === 'single-turn' && version === 1)
    ? null
    : '/digest: want the digest of the harness';
};

const rules = object<PlanRules>(
  {
    prompt: digestText,
    parameters: parametersShape,
    scorer: object<PlanRules['scorer']>({ id: nameText(64), version: integer(1), digest: digestText }),
    unscored: unscoredShape,
    harness,
    repeats: integer(1, MAX_REPEATS),
    limits: object<PlanRules['limits']>({ timeout_ms: limit, max_response_bytes: limit }),
    retry: object<PlanRules['retry']>({ max_attempts: integer(1, 1000), max_lost: integer(0, 1000) }),
    stop: oneOf('none'),
  },
  { judge: object<PlanJudgeRule>({ model: nameText(256), base_url: url }, { extra: text(32_768) }) },
);

const probes: Shape<readonly Capability[]> = (value) => {
  const complaint = list(oneOf(...CAPABILITIES), CAPABILITIES.length)(value);
  if (complaint !== null) return complaint;
  const named = value as readonly Capability[];
  const inOrder = CAPABILITIES.filter((name) => named.includes(name));
  return named.length > 0 && inOrder.join() === named.join() ? null : ': want at least one, each once, in their order';
};

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
    judge: endpoint,
    probes,
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
  checkHarness(plan);
  return plan;
}

function checkHarness({ rules: { harness: planned, judge: rule }, judge, endpoint: subject }: Plan): void {
  if (judge?.kind === 'tee') throw planError('/judge: want an endpoint without evidence');
  const wanted = judge === undefined ? {} : judgeRule(judge);
  if (canonicalize({ ...rule }) !== canonicalize(wanted)) {
    throw planError('/rules/judge: want model, address and further members of the judge, or nothing');
  }
  // The level of an answer rests on one exchange.
  if (subject.kind === 'tee' && (planned.digest !== undefined || judge !== undefined)) {
    throw planError(': want a single turn and no judge for an endpoint of kind "tee"');
  }
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
