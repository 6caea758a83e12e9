/** What all rules about one suite say. */
import { formatPointer } from '../../core/json-pointer.ts';
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import { flipsOf } from '../comparison/difference-figures.ts';
import { assuranceRules } from './assurance-rule.ts';
import { openPair, type GatedPair } from './gated-pair.ts';
import { maxUnscoredRule, minItemsRule, mustPassRule, noneExcludedRule } from './item-rules.ts';
import type { RuleVerdict, SuiteCounts, SuiteVerdict } from './model.ts';
import { RATIO_RULES, ROLES, type Role, type SuiteRules } from './policy.ts';
import { ratioRules } from './ratio-rules.ts';
import { impliedRule, ruleError, worstOutcome, type RuleName } from './rule-verdict.ts';
import { metricRules } from './score-rules.ts';

/** The runs of a suite that were given, by role. */
export type GivenRuns = Readonly<Record<Role, readonly VerifiedTranscript[]>>;

/** What the rules about a suite say. */
export function suiteVerdict(suite: string, rules: SuiteRules, given: GivenRuns): SuiteVerdict {
  const pointer = formatPointer(['suites', suite]);
  const missing = missingRules(suite, given);
  const [baseline] = given.baseline;
  const [candidate] = given.candidate;
  const head = { suite, baseline: baseline?.runId ?? null, candidate: candidate?.runId ?? null };
  if (missing.length > 0 || baseline === undefined || candidate === undefined) {
    const all = [...missing, ...notAsked(rules, pointer, 'there is no pair of runs to decide it by')];
    return { ...head, verdict: 'error', differences: [], counts: null, rules: all };
  }
  const opened = openPair(baseline, candidate);
  const { pair, differences } = opened;
  const asked =
    pair === null ? notAsked(rules, pointer, 'the runs must not be compared') : pairRules(pair, rules, pointer);
  const all = [...opened.rules, ...asked];
  const counts = pair === null ? null : countsOf(pair);
  return { ...head, verdict: worstOutcome(all.map(({ verdict }) => verdict)), differences, counts, rules: all };
}

// With two runs of one role nobody could say which of them was meant.
function missingRules(suite: string, given: GivenRuns): readonly RuleVerdict[] {
  return ROLES.filter((role) => given[role].length !== 1).map((role) => {
    const number = given[role].length;
    const found = number === 0 ? 'there is no verified run' : `there are ${number} verified runs`;
    return ruleError(impliedRule(role), `${found} of ${suite} as ${role}, want one`);
  });
}

function pairRules(pair: GatedPair, rules: SuiteRules, pointer: string): readonly RuleVerdict[] {
  const name = (rule: keyof SuiteRules): RuleName => ({ rule, pointer: `${pointer}/${rule}`, metric: null });
  const { must_pass: ids, min_items: least, max_unscored: most, assurance } = rules;
  return [
    ...Object.entries(rules.metrics ?? {}).flatMap(([metric, own]) =>
      metricRules(metric, own, { pair, pointer: metricPointer(pointer, metric) }),
    ),
    ...(ids === undefined ? [] : [mustPassRule(name('must_pass'), pair, ids)]),
    ...(least === undefined ? [] : [minItemsRule(name('min_items'), pair, least)]),
    most === undefined ? noneExcludedRule(pair) : maxUnscoredRule(name('max_unscored'), pair, most),
    ...ratioRules(pair, rules, pointer),
    ...(assurance === undefined ? [] : assuranceRules(pair, assurance, `${pointer}/assurance`)),
  ];
}

function metricPointer(pointer: string, metric: string): string {
  return `${pointer}${formatPointer(['metrics', metric])}`;
}

// Every rule has its verdict in every case, so that none can get lost between two reports.
function notAsked(rules: SuiteRules, pointer: string, reason: string): readonly RuleVerdict[] {
  const metrics = Object.entries(rules.metrics ?? {}).flatMap(([metric, own]) =>
    Object.keys(own).map((rule) => ({ rule, pointer: `${metricPointer(pointer, metric)}/${rule}`, metric })),
  );
  const others = (['must_pass', 'min_items', 'max_unscored', ...RATIO_RULES, 'assurance'] as const)
    .filter((rule) => rules[rule] !== undefined)
    .map((rule) => ({ rule, pointer: `${pointer}/${rule}`, metric: null }));
  return [...metrics, ...others].map((name) => ruleError(name, `not decided: ${reason}`));
}

function countsOf({ pairs, aligned }: GatedPair): SuiteCounts {
  const { gained, lost } = flipsOf(pairs, aligned.items);
  return {
    selected: aligned.items.size,
    compared: pairs.places.length,
    not_asked: pairs.leftOut.not_asked,
    gained,
    lost,
  };
}
