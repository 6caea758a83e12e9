/**
 * A policy against an earlier one: everything that it asks less of.
 *
 * Whoever can change the policy can open the gate, so a change that lets more through must be seen, by name.
 */
import { formatPointer } from '../../core/json-pointer.ts';
import {
  decimalText,
  RATIO_RULES,
  ROLES,
  type AssuranceRule,
  type GatePolicy,
  type MetricRules,
  type MinimumRule,
  type SuiteRules,
} from './policy.ts';

/** One thing that a policy asks less of than an earlier one. */
export interface Weakening {
  /** JSON pointer of the place in the earlier policy, or in the later one if it was added. */
  readonly pointer: string;
  readonly sentence: string;
}

/** Compares one kind of rule at a place. */
type Compare<T> = (before: T, after: T, path: readonly string[]) => readonly Weakening[];

/**
 * What a policy asks less of than an earlier one, in the order of the earlier one.
 *
 * A rule that is gone, a bound that is looser, a signer who was not accepted before. A rule that is only different counts as
 * weaker where anything could pass now that could not before.
 */
export function weakenings(before: GatePolicy, after: GatePolicy): readonly Weakening[] {
  const signers = ROLES.flatMap((role) => addedSigners(before.signers[role], after.signers[role], ['signers', role]));
  const suites = Object.entries(before.suites).flatMap(([suite, rules]) =>
    ifKept(rules, after.suites[suite], ['suites', suite], compareSuites),
  );
  return [...signers, ...suites];
}

function addedSigners(
  before: readonly string[] | 'anybody',
  after: readonly string[] | 'anybody',
  path: readonly string[],
): readonly Weakening[] {
  if (before === 'anybody') return [];
  if (after === 'anybody') return [weakening(path, 'anybody may sign now')];
  const known = new Set(before.map(keyOf));
  return after
    .map((key, index) => ({ key, index }))
    .filter(({ key }) => !known.has(keyOf(key)))
    .map(({ key, index }) => weakening([...path, `${index}`], `the key ${key} was not accepted before`));
}

// The comment of an OpenSSH key is free text.
function keyOf(text: string): string {
  return text.trim().split(/\s+/, 2).join(' ');
}

function compareSuites(before: SuiteRules, after: SuiteRules, path: readonly string[]): readonly Weakening[] {
  const metrics = Object.entries(before.metrics ?? {}).flatMap(([metric, rules]) =>
    ifKept(rules, after.metrics?.[metric], [...path, 'metrics', metric], compareMetrics),
  );
  const ratios = RATIO_RULES.flatMap((rule) => ifKept(before[rule], after[rule], [...path, rule], raised));
  return [
    ...metrics,
    ...ifKept(before.must_pass, after.must_pass, [...path, 'must_pass'], droppedItems),
    ...ifKept(before.min_items, after.min_items, [...path, 'min_items'], lowered),
    ...ifKept(before.max_unscored, after.max_unscored, [...path, 'max_unscored'], raised),
    ...ratios,
    ...ifKept(before.assurance, after.assurance, [...path, 'assurance'], compareAssurance),
  ];
}

function compareMetrics(before: MetricRules, after: MetricRules, path: readonly string[]): readonly Weakening[] {
  const margins = [...path, 'non_inferiority'];
  return [
    ...ifKept(before.minimum, after.minimum, [...path, 'minimum'], compareMinima),
    ...ifKept(before.maximum, after.maximum, [...path, 'maximum'], raised),
    ...ifKept(before.non_inferiority, after.non_inferiority, margins, (old, now) => [
      ...raised(old.margin, now.margin, [...margins, 'margin']),
      ...raised(old.alpha, now.alpha, [...margins, 'alpha']),
    ]),
  ];
}

function compareMinima(before: MinimumRule, after: MinimumRule, path: readonly string[]): readonly Weakening[] {
  const [old, now] = [before, after].map((rule) => (typeof rule === 'number' ? { score: rule, alpha: null } : rule));
  if (old === undefined || now === undefined) return [];
  const scores = lowered(old.score, now.score, path);
  if (old.alpha === null) return scores;
  if (now.alpha === null) return [...scores, weakening(path, 'the score need no longer be shown beyond noise')];
  return [...scores, ...raised(old.alpha, now.alpha, [...path, 'alpha'])];
}

function droppedItems(
  before: readonly string[],
  after: readonly string[],
  path: readonly string[],
): readonly Weakening[] {
  const kept = new Set(after);
  return before.filter((id) => !kept.has(id)).map((id) => weakening(path, `the item ${id} need no longer pass`));
}

function compareAssurance(before: AssuranceRule, after: AssuranceRule, path: readonly string[]): readonly Weakening[] {
  const axes = Object.entries(before.axes ?? {}).flatMap(([axis, wanted]) => {
    const place = [...path, 'axes', axis];
    return ifKept(wanted, after.axes?.[axis as keyof AssuranceRule['axes']], place, (old, now) =>
      old === 'proven' && now === 'declared' ? [weakening(place, 'declared is enough now, proven was asked')] : [],
    );
  });
  const level = ifKept(before.level, after.level, [...path, 'level'], (old, now, place) =>
    now < old ? [weakening(place, `the level ${now} is enough now, ${old} was asked`)] : [],
  );
  return [...level, ...axes];
}

/** Compares what both have; what only the earlier one has is gone. */
function ifKept<T>(
  before: T | undefined,
  after: T | undefined,
  path: readonly string[],
  compare: Compare<T>,
): readonly Weakening[] {
  if (before === undefined) return [];
  return after === undefined ? [weakening(path, 'the rule is gone')] : compare(before, after, path);
}

function raised(before: number, after: number, path: readonly string[]): readonly Weakening[] {
  return after > before ? [changed(before, after, path)] : [];
}

function lowered(before: number, after: number, path: readonly string[]): readonly Weakening[] {
  return after < before ? [changed(before, after, path)] : [];
}

function changed(before: number, after: number, path: readonly string[]): Weakening {
  return weakening(path, `${decimalText(after)} instead of ${decimalText(before)}`);
}

function weakening(path: readonly string[], fact: string): Weakening {
  const pointer = formatPointer(path);
  return { pointer, sentence: `${pointer}: ${fact}` };
}
