/** Makes the plan of a run: everything that is decided before the first request. */
import { CAPABILITIES, type Capability } from '../core/capability-names.ts';
import { encodeHex } from '../core/bytes.ts';
import { digest } from '../core/digest.ts';
import { UsageError } from '../core/errors.ts';
import type { EndpointLevel } from '../core/evidence-names.ts';
import { harnessesOf, planHarness, promptDigest, type SuiteDefinition } from '../suites/definition.ts';
import { createItemTree } from '../suites/item.ts';
import { inOrder, neededCapabilities } from '../suites/needs.ts';
import type { LoadedSuite } from '../suites/load.ts';
import {
  hasTurns,
  judgeRule,
  MAX_CONCURRENCY,
  MAX_REPEATS,
  type Plan,
  type PlanBudget,
  type PlanEndpoint,
  type PlanHarness,
  type PlanPrices,
  type PlanRules,
  type PlanRunner,
  type PlanSigner,
  type PlanStop,
  type PlanSuite,
} from '../transcript/plan.ts';
import { formatPlan, parsePlan } from '../transcript/plan-text.ts';
import { formatBaseline, type Baseline } from '../transcript/baseline.ts';
import { FORMAT } from '../transcript/record.ts';
import { selectIndices, type SelectionRule } from '../transcript/selection.ts';
import { formatTime } from './environment.ts';

/** Longest response body: JSON may write each of its bytes as six, and an opening has room for that. */
const MAX_RESPONSE_BYTES = 2_621_440;

/** Answers that may wait for their evidence at least: a provider may know an answer only seconds later. */
const MIN_PENDING = 64;

/** What the caller may choose, with {@link RUN_DEFAULTS} for what is left out; the rest follows from suite and endpoint. */
export interface RunOptions {
  /** Which items; all of them by default. */
  readonly selection?: SelectionRule;
  /** How often each item is asked, in place of the suite's own number. */
  readonly repeats?: number;
  /** Most requests on their way at once. */
  readonly concurrency?: number;
  /** Time limit of one attempt, from connecting to the last byte. */
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
  /** Most attempts at one sample, the first included; those that were lost or cancelled do not count. */
  readonly maxAttempts?: number;
  /** How many attempts at one sample may be lost or cancelled, so that no sample is paid for without end. */
  readonly maxLost?: number;
  /** What the run may use up; nothing bounds it by default. A bound on cost needs prices. */
  readonly budget?: PlanBudget;
  /** The least level of evidence that an answer needs to count; only for endpoints that give evidence. */
  readonly requireLevel?: EndpointLevel;
  /** Name of the harness, of those that the suite has; its first by default. */
  readonly harness?: string;
  /** What the endpoint is probed for before the first request, beside what the suite says it needs; nothing by default. */
  readonly probes?: 'all' | 'needed' | readonly Capability[];
  /** State what answers that cannot deserve anything score. */
  readonly controls?: boolean;
  /** Stop as soon as it is certain whether the run is worse than a baseline by the margin or more. */
  readonly stop?: StopOptions;
  /** Without prices no cost is stated. */
  readonly prices?: PlanPrices;
}

/** The baseline that a run is held against while it goes on, and how certain the difference has to be. */
export interface StopOptions {
  readonly baseline: Baseline;
  /** Decimals below 1. */
  readonly margin: string;
  readonly alpha: string;
}

/** What a plan is made of. */
export interface PlanInput {
  readonly suite: LoadedSuite;
  readonly endpoint: PlanEndpoint;
  /** The model that judges answers, for a scorer that asks one. */
  readonly judge?: PlanEndpoint;
  readonly options: RunOptions;
  readonly runner: PlanRunner;
  readonly signer: PlanSigner;
  readonly nowMs: number;
  /** 16 random bytes. */
  readonly nonce: Uint8Array;
}

/** What holds unless the caller chooses otherwise. */
export const RUN_DEFAULTS: Readonly<
  Record<'concurrency' | 'timeoutMs' | 'maxResponseBytes' | 'maxAttempts' | 'maxLost', number>
> = {
  concurrency: 8,
  timeoutMs: 120_000,
  maxResponseBytes: MAX_RESPONSE_BYTES,
  maxAttempts: 5,
  maxLost: 20,
};

/**
 * The plan of a run.
 *
 * @throws {@link UsageError} `ERR_USAGE` if an option is out of bounds or needs another one
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if a name or a number does not fit into a plan
 */
export function planRun(input: PlanInput): Plan {
  const { suite, endpoint, options, runner, signer } = input;
  checkOptions(options);
  if (options.requireLevel !== undefined && endpoint.kind !== 'tee') {
    const message = `cannot require ${options.requireLevel} of ${endpoint.name}: it gives no evidence; want an endpoint of a TEE provider`;
    throw new UsageError('ERR_USAGE', message);
  }
  const { definition } = suite;
  const plan: Plan = {
    format: FORMAT,
    created_at: formatTime(input.nowMs),
    nonce: encodeHex(input.nonce),
    suite: {
      id: definition.id,
      version: definition.version,
      licence: definition.licence,
      digest: suite.digest,
      visibility: definition.visibility,
      redistributable: definition.redistributable,
      ...definition.items,
      ...acceptedOf(suite),
    },
    selection: selectItems(suite, options.selection ?? { kind: 'all' }),
    endpoint,
    ...(input.judge === undefined ? {} : { judge: input.judge }),
    ...probesOf(input),
    ...evidenceOf(endpoint, options),
    rules: rulesOf(input),
    budget: options.budget ?? {},
    ...(options.controls === true ? { controls: true } : {}),
    ...(options.stop === undefined ? {} : { stop: planStop(options.stop) }),
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    concurrency: options.concurrency ?? RUN_DEFAULTS.concurrency,
    runner,
    signer,
  };
  checkBaseline(options.stop?.baseline, plan);
  checkEvidence(plan);
  // Reading it back finds whatever would not verify before anything is signed or sent.
  return parsePlan(formatPlan(plan));
}

// A verifier refuses it too; here it is still a choice that can be made in another way.
function checkEvidence(plan: Plan): void {
  if (plan.endpoint.kind !== 'tee' || !hasTurns(plan)) return;
  const message = `cannot ask ${plan.endpoint.name} more than one question a sample: its evidence is about one answer; want a suite of single turns without a judge`;
  throw new UsageError('ERR_USAGE', message);
}

function selectItems(suite: LoadedSuite, rule: SelectionRule): Plan['selection'] {
  const tree = createItemTree();
  for (const index of selectIndices(rule, suite.definition.items.size)) tree.append(suite.commitmentOf(index));
  return { rule, root: encodeHex(tree.root()), size: tree.size };
}

function checkBaseline(baseline: Baseline | undefined, { selection }: Plan): void {
  const isSame = baseline?.root === selection.root && baseline.scores.length === selection.size;
  if (baseline === undefined || isSame) return;
  throw new UsageError('ERR_USAGE', 'cannot gate this run: the baseline asked other items');
}

function planStop({ baseline, margin, alpha }: StopOptions): PlanStop {
  const scores = digest(formatBaseline(baseline));
  return { kind: 'paired-sequential', version: 1, baseline: baseline.plan, scores, margin, alpha };
}

// A recording has no behaviour to find out.
function probesOf({ suite, endpoint, options: { probes = [], harness } }: PlanInput): Pick<Plan, 'probes'> {
  if (endpoint.kind === 'replay') return {};
  const { definition } = suite;
  const asked = probes === 'needed' ? neededCapabilities(definition, harnessOf(definition, harness)) : probes;
  const planned = asked === 'all' ? CAPABILITIES : inOrder([...asked, ...(definition.needs ?? [])]);
  return planned.length === 0 ? {} : { probes: planned };
}

function evidenceOf({ kind }: PlanEndpoint, { concurrency, requireLevel }: RunOptions): Pick<Plan, 'evidence'> {
  if (kind !== 'tee') return {};
  const pending = Math.max(MIN_PENDING, 4 * (concurrency ?? RUN_DEFAULTS.concurrency));
  const required = requireLevel === undefined ? {} : { require_level: requireLevel };
  return { evidence: { max_pending: Math.min(MAX_CONCURRENCY, pending), ...required } };
}

function rulesOf({ suite: { definition }, options, judge }: PlanInput): PlanRules {
  const { id, version, digest } = definition.scorer;
  return {
    prompt: promptDigest(definition.prompt),
    parameters: definition.parameters,
    scorer: { id, version, digest },
    unscored: definition.unscored,
    harness: harnessOf(definition, options.harness),
    ...(judge === undefined ? {} : { judge: judgeRule(judge) }),
    repeats: options.repeats ?? definition.repeats,
    limits: {
      timeout_ms: options.timeoutMs ?? RUN_DEFAULTS.timeoutMs,
      max_response_bytes: options.maxResponseBytes ?? RUN_DEFAULTS.maxResponseBytes,
    },
    retry: {
      max_attempts: options.maxAttempts ?? RUN_DEFAULTS.maxAttempts,
      max_lost: options.maxLost ?? RUN_DEFAULTS.maxLost,
    },
    stop: 'none',
  };
}

function harnessOf(definition: SuiteDefinition, name: string | undefined): PlanHarness {
  const all = harnessesOf(definition);
  const chosen = name === undefined ? definition.harness : all.find((harness) => harness.name === name);
  if (chosen === undefined) {
    const names = all.flatMap((harness) => harness.name ?? []);
    const wanted = names.length === 0 ? 'it has one, without a name' : `want one of ${names.join(', ')}`;
    throw new UsageError('ERR_USAGE', `cannot use harness "${name}" of suite ${definition.id}: ${wanted}`);
  }
  return planHarness(chosen);
}

// What nobody but the operator vouches for is said where every reader looks first.
function acceptedOf({ definition: { origin } }: LoadedSuite): Partial<Pick<PlanSuite, 'accepted'>> {
  return origin?.pin === 'accepted' ? { accepted: origin.files.map(({ sha256 }) => sha256) } : {};
}

function checkOptions(options: RunOptions): void {
  checkInteger('concurrency', options.concurrency, MAX_CONCURRENCY);
  checkInteger('repeats', options.repeats, MAX_REPEATS);
  checkInteger('timeout', options.timeoutMs, 2 ** 31 - 1);
  checkInteger('response limit', options.maxResponseBytes, MAX_RESPONSE_BYTES);
  checkInteger('number of attempts', options.maxAttempts, 1000);
  checkInteger('request budget', options.budget?.max_requests, Number.MAX_SAFE_INTEGER);
  if (options.budget?.max_cost_usd !== undefined && options.prices === undefined) {
    throw new UsageError('ERR_USAGE', 'cannot keep a cost budget: the configuration states no prices for the endpoint');
  }
}

function checkInteger(what: string, value: number | undefined, max: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= max)) return;
  throw new UsageError('ERR_USAGE', `cannot use ${what} ${value}: want an integer from 1 to ${max}`);
}
