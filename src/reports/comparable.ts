/**
 * Compare or refuse: two runs are comparable exactly if their rules and their selected items are equal.
 *
 * Otherwise what differs is named: the items first, then the rules in the fixed order below. A comparison may be across a rule:
 * then that rule is what is compared, and everything else has to be equal all the same.
 */
import { canonicalize } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import type { Plan, PlanRules } from '../transcript/plan.ts';
import { SUITE_REASONS } from '../transcript/record.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import type { ReportComparableSet, ReportDifference } from './model.ts';

/** What comparability is decided on. */
export type ComparableRun = Pick<VerifiedTranscript, 'plan' | 'rulesDigest' | 'runId'>;

/** The rules that a comparison may be across. No judge is among them: another judge is another ruler. */
export const ACROSS = ['harness'] as const;

/** A rule that a comparison may be across. */
export type Across = (typeof ACROSS)[number];

interface Field {
  readonly field: string;
  /** What it is called in a sentence. */
  readonly name: string;
  readonly of: (plan: Plan) => unknown;
  /** How the value is shown, where it does not speak for itself. */
  readonly show?: (plan: Plan) => string;
  /** What follows from the difference, where that is not plain. */
  readonly so?: string;
}

const PARAMETERS = ['max_tokens', 'temperature', 'top_p', 'seed', 'stop', 'logprobs', 'response_format'] as const;

const FIELDS: readonly Field[] = [
  { field: 'selection.root', name: 'selected items', of: ({ selection }) => selection.root, show: showItems },
  {
    field: 'rules.prompt',
    name: 'prompt',
    of: ({ rules }) => rules.prompt,
    show: ({ rules }) => `template ${short(rules.prompt)}`,
  },
  ...PARAMETERS.map((key): Field => ({
    field: `rules.parameters.${key}`,
    name: `parameter ${key}`,
    of: ({ rules }) => rules.parameters[key],
  })),
  { field: 'rules.scorer.id', name: 'scorer', of: ({ rules }) => rules.scorer.id },
  { field: 'rules.scorer.version', name: 'scorer version', of: ({ rules }) => rules.scorer.version },
  {
    field: 'rules.scorer.digest',
    name: 'scorer configuration',
    of: ({ rules }) => rules.scorer.digest,
    show: ({ rules }) => short(rules.scorer.digest),
  },
  ...SUITE_REASONS.map((reason): Field => ({
    field: `rules.unscored.${reason}`,
    name: `treatment of unscored items (${reason})`,
    of: ({ rules }) => rules.unscored[reason],
  })),
  { field: 'rules.harness', name: 'harness', of: ({ rules }) => rules.harness, show: showHarness },
  {
    field: 'rules.judge',
    name: 'judge',
    of: ({ rules }) => rules.judge,
    show: showJudge,
    so: ': another judge is another ruler',
  },
  { field: 'rules.repeats', name: 'repeats', of: ({ rules }) => rules.repeats },
  { field: 'rules.limits.timeout_ms', name: 'time limit in ms', of: ({ rules }) => rules.limits.timeout_ms },
  {
    field: 'rules.limits.max_response_bytes',
    name: 'size limit of a response in bytes',
    of: ({ rules }) => rules.limits.max_response_bytes,
  },
  { field: 'rules.retry.max_attempts', name: 'most attempts', of: ({ rules }) => rules.retry.max_attempts },
  { field: 'rules.retry.max_lost', name: 'most lost attempts', of: ({ rules }) => rules.retry.max_lost },
  { field: 'rules.stop', name: 'stop rule', of: ({ rules }) => rules.stop },
];

/** Longest value that a sentence quotes. */
const MAX_SHOWN = 80;

/** Whether two runs ask the same items under the same rules, those apart that they are compared across. */
export function isComparable(left: ComparableRun, right: ComparableRun, across: readonly Across[] = []): boolean {
  return left.plan.selection.root === right.plan.selection.root && hasSameRules(left, right, across);
}

function hasSameRules(left: ComparableRun, right: ComparableRun, across: readonly Across[]): boolean {
  if (left.rulesDigest === right.rulesDigest || across.length === 0) return left.rulesDigest === right.rulesDigest;
  return rulesWithout(left.plan.rules, across) === rulesWithout(right.plan.rules, across);
}

function rulesWithout(rules: PlanRules, across: readonly string[]): Digest {
  return digest(canonicalize(Object.fromEntries(Object.entries(rules).filter(([rule]) => !across.includes(rule)))));
}

/** The first difference between two runs, or null if they are comparable. */
export function firstDifference(left: ComparableRun, right: ComparableRun): ReportDifference | null {
  return differences(left, right)[0] ?? null;
}

/** All differences between two runs in the fixed order, those apart that they are compared across; none if they are comparable. */
export function differences(
  left: ComparableRun,
  right: ComparableRun,
  across: readonly Across[] = [],
): readonly ReportDifference[] {
  if (isComparable(left, right, across)) return [];
  const crossed = new Set(across.map((rule) => `rules.${rule}`));
  const found = FIELDS.filter(
    ({ field, of }) => !crossed.has(field) && JSON.stringify(of(left.plan)) !== JSON.stringify(of(right.plan)),
  );
  if (found.length > 0) return found.map((field) => describeDifference(field, left, right));
  // A rule that has no field above is still a rule: the digests differ, so something does.
  const digests = { left: short(left.rulesDigest), right: short(right.rulesDigest) };
  return [{ field: 'rules', ...digests, sentence: sentence('rules', digests, suites(left, right)) }];
}

function describeDifference(field: Field, left: ComparableRun, right: ComparableRun): ReportDifference {
  const { name, of, show = (plan: Plan) => describe(of(plan)), so = '' } = field;
  const values = { left: show(left.plan), right: show(right.plan) };
  return { field: field.field, ...values, sentence: sentence(name, values, suites(left, right)) + so };
}

function sentence(name: string, { left, right }: Pick<ReportDifference, 'left' | 'right'>, where: string): string {
  return `${name}: ${left} against ${right}${where}`;
}

/** Runs in sets of comparable ones, each with its first difference from the first set. */
export function comparableSets(runs: readonly ComparableRun[]): readonly ReportComparableSet[] {
  const sets: ComparableRun[][] = [];
  for (const run of runs) {
    const set = sets.find(([first]) => first !== undefined && isComparable(first, run));
    if (set === undefined) sets.push([run]);
    else set.push(run);
  }
  const reference = sets[0]?.[0];
  return sets.map((set) => ({
    runs: set.map(({ runId }) => runId),
    difference: reference && set[0] ? firstDifference(reference, set[0]) : null,
  }));
}

function showItems({ selection, suite }: Plan): string {
  const { rule, size, root } = selection;
  const drawn = rule.kind === 'seeded' ? `drawn with seed "${rule.seed}"` : 'all';
  return `${size} of ${suite.size} (${drawn}, root ${short(root)})`;
}

function showHarness({ rules: { harness } }: Plan): string {
  const kind = `${harness.id}/${harness.version}${harness.digest === undefined ? '' : ` ${short(harness.digest)}`}`;
  return harness.name === undefined ? kind : `${harness.name} (${kind})`;
}

function showJudge({ rules: { judge } }: Plan): string {
  if (judge === undefined) return 'none';
  const { model, base_url, extra } = judge;
  return `${model} at ${base_url}${extra === undefined ? '' : ` with ${describe(extra)}`}`;
}

function short(hex: string): string {
  return `${hex.slice(0, 12)}…`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'not set';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

function suites(left: ComparableRun, right: ComparableRun): string {
  const [a, b] = [left, right].map(({ plan }) => `${plan.suite.id} ${plan.suite.version}`);
  return a === b ? '' : ` (suite ${a} against ${b})`;
}
