/**
 * The verdict of a gate, top to bottom: the policy, the sources, the policy against the previous one, suite by suite.
 *
 * It fails closed. Whatever cannot be read, verified, compared or computed is an error of its own, and an error lets nothing
 * pass.
 */
import type { Digest } from '../../core/digest.ts';
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import { summarizeRun } from '../run-summary.ts';
import {
  VERDICT_FORMAT,
  type GateExit,
  type GateVerdict,
  type RuleOutcome,
  type RuleVerdict,
  type SourceFault,
  type VerdictRun,
  type VerdictSource,
} from './model.ts';
import { ROLES, type GatePolicy, type Role } from './policy.ts';
import { impliedRule, ruleError, ruleVerdict, worstOutcome } from './rule-verdict.ts';
import { suiteVerdict } from './suite-verdict.ts';
import { weakenings } from './weaker.ts';
import { counted } from './wording.ts';

/** A policy file that was read, or why it could not be. */
export interface GivenPolicy {
  readonly name: string;
  readonly sha256: Digest | null;
  readonly policy: GatePolicy | null;
  /** Set exactly if there is no policy. */
  readonly fault: SourceFault | null;
}

/** A run that was given: verified, or with what is wrong with it. */
export interface GivenRun {
  readonly role: Role;
  readonly name: string;
  readonly file: string | null;
  readonly sha256: Digest | null;
  /** Verified under the keys of the policy, with its samples. */
  readonly run: VerifiedTranscript | null;
  readonly fault: SourceFault | null;
}

/** Everything that a verdict follows from. */
export interface GateInput {
  readonly policy: GivenPolicy;
  readonly runs: readonly GivenRun[];
  /** The policy of the previous verdict; null if none was given. */
  readonly previous: GivenPolicy | null;
  /** Whether a policy that asks less than the previous one is accepted. */
  readonly allowWeaker: boolean;
  readonly decidedAt: string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** Decide. */
export function decideGate(input: GateInput): GateVerdict {
  const { policy, runs } = input;
  const general = [...policyRules(input), ...runs.flatMap(sourceRules)];
  const gated = Object.entries(policy.policy?.suites ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const suites = gated.map(([suite, rules]) => suiteVerdict(suite, rules, runsOf(suite, runs)));
  const verdict = worstOutcome([...general, ...suites].map((part) => part.verdict));
  const named = new Set(gated.map(([suite]) => suite));
  const given = runs.flatMap(({ run }) => (run === null ? [] : [run.plan.suite.id]));
  return {
    format: VERDICT_FORMAT,
    decided_at: input.decidedAt,
    tool: input.tool,
    verdict,
    exit_code: exitCodeOf(verdict, input),
    policy: { name: policy.name, sha256: policy.sha256, content: policy.policy },
    sources: runs.map(sourceOf),
    general,
    suites,
    not_gated: [...new Set(given.filter((suite) => !named.has(suite)))].toSorted(),
  };
}

// What cannot be read wins over what is bad, and both win over what is open.
function exitCodeOf(verdict: RuleOutcome, { policy, previous, runs }: GateInput): GateExit {
  const faults = [policy.fault, previous?.fault, ...runs.map(({ fault }) => fault)];
  if (faults.some((fault) => fault?.kind === 'unreadable')) return 3;
  return ({ pass: 0, inconclusive: 5, regressed: 1, error: 1 } as const)[verdict];
}

function runsOf(suite: string, runs: readonly GivenRun[]): Readonly<Record<Role, readonly VerifiedTranscript[]>> {
  const of = (role: Role): readonly VerifiedTranscript[] =>
    runs.flatMap(({ role: own, run }) => (own === role && run !== null && run.plan.suite.id === suite ? [run] : []));
  return { baseline: of('baseline'), candidate: of('candidate') };
}

function policyRules({ policy, previous, allowWeaker, runs }: GateInput): readonly RuleVerdict[] {
  const name = impliedRule('policy');
  if (policy.policy === null)
    return [ruleError(name, policy.fault?.message ?? 'there is no policy', policy.fault?.code)];
  const missing = ROLES.filter((role) => !runs.some((given) => given.role === role)).map((role) =>
    ruleError(impliedRule(role), `no ${role} was given`),
  );
  return previous === null ? missing : [...missing, notWeaker(policy.policy, previous, allowWeaker)];
}

function notWeaker(
  policy: GatePolicy,
  { policy: before, fault, name: previous }: GivenPolicy,
  allowWeaker: boolean,
): RuleVerdict {
  const name = impliedRule('not_weaker');
  if (before === null) {
    return ruleError(name, `cannot use the previous verdict: ${fault?.message ?? 'it has no policy'}`, fault?.code);
  }
  const found = weakenings(before, policy);
  const items = found.map(({ sentence }) => sentence);
  if (found.length === 0)
    return ruleVerdict(name, { verdict: 'pass', sentence: `the policy asks no less than that of ${previous}` });
  const places = `the policy asks less than that of ${previous} in ${counted(found.length, 'place')}`;
  return allowWeaker
    ? ruleVerdict(name, { verdict: 'pass', sentence: `${places}, which was allowed`, items })
    : ruleVerdict(name, { verdict: 'regressed', sentence: places, items });
}

function sourceRules({ role, name, fault, run }: GivenRun): readonly RuleVerdict[] {
  if (fault !== null) return [ruleError(impliedRule('verified'), `${role} ${name}: ${fault.message}`, fault.code)];
  return run === null ? [ruleError(impliedRule('verified'), `${role} ${name}: it was not verified`)] : [];
}

function sourceOf({ role, name, file, sha256, run, fault }: GivenRun): VerdictSource {
  return { role, name, file, sha256, run: run === null ? null : verdictRun(run), fault };
}

function verdictRun(run: VerifiedTranscript): VerdictRun {
  const { plan, runId, planDigest, rulesDigest, signer } = run;
  return {
    run_id: runId,
    plan_digest: planDigest,
    rules_digest: rulesDigest,
    suite: plan.suite.id,
    suite_version: plan.suite.version,
    endpoint: plan.endpoint.name,
    model: plan.endpoint.model,
    labels: summarizeRun(run).labels,
    created_at: plan.created_at,
    signer,
  };
}
