/** Rules about a metric of the candidate alone, and the choice between those about a metric. */
import { bettingInterval } from '../../stats/betting.ts';
import { decideByInterval, itemsToDecide } from '../../stats/decision.ts';
import { estimateMean } from '../../stats/mean-estimate.ts';
import { meanError } from '../../stats/clustered.ts';
import type { Interval } from '../../stats/wilson.ts';
import type { LineValue } from '../../core/line-form.ts';
import { MEAN_METRIC } from '../../scoring/aggregate.ts';
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import type { GatedPair } from './gated-pair.ts';
import { marginRule } from './margin-rule.ts';
import type { RuleOutcome, RuleVerdict } from './model.ts';
import { decimalText, ROLES, type MarginRule, type MetricRules, type MinimumRule } from './policy.ts';
import { ruleError, ruleInterval, ruleVerdict, type RuleName } from './rule-verdict.ts';
import { share } from './wording.ts';

/** All rules about one metric. */
export function metricRules(
  metric: string,
  rules: MetricRules,
  { pointer, pair }: { readonly pointer: string; readonly pair: GatedPair },
): readonly RuleVerdict[] {
  const { minimum, maximum, non_inferiority: margin } = rules;
  const name = (rule: keyof MetricRules): RuleName => ({ rule, pointer: `${pointer}/${rule}`, metric });
  return [
    ...(minimum === undefined ? [] : [minimumRule(name('minimum'), pair, { metric, rule: minimum })]),
    ...(maximum === undefined ? [] : [maximumRule(name('maximum'), pair, { metric, maximum })]),
    ...(margin === undefined ? [] : [differenceRule(name('non_inferiority'), pair, { metric, rule: margin })]),
  ];
}

function differenceRule(
  name: RuleName,
  pair: GatedPair,
  { metric, rule }: { readonly metric: string; readonly rule: MarginRule },
): RuleVerdict {
  if (metric !== MEAN_METRIC)
    return ruleError(name, `only ${MEAN_METRIC} is a mean over items, which can be compared one by one`);
  for (const role of ROLES) {
    const found = valueOf(pair[role], metric);
    if (typeof found === 'string') return ruleError(name, `${metric} of the ${role} ${found}`);
  }
  return marginRule(name, pair, rule);
}

/**
 * The value of a metric, or what is wrong with it.
 *
 * What the verifier did not add up itself is only said, and what is no number must not be compared with one.
 */
function valueOf({ metrics }: VerifiedTranscript, metric: string): number | string {
  const found = metrics.find(({ function: name }) => name === metric);
  if (found === undefined) return 'is not there';
  if (found.status !== 'recomputed') return 'is declared and was not recomputed';
  const { num, den, value: text } = found.result;
  const value = typeof num === 'number' && typeof den === 'number' ? num / den : decimalOf(text);
  return Number.isFinite(value) ? value : 'has no value: there is nothing that counts';
}

function decimalOf(text: LineValue | undefined): number {
  return typeof text === 'string' && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
}

function maximumRule(
  name: RuleName,
  pair: GatedPair,
  { metric, maximum }: { readonly metric: string; readonly maximum: number },
): RuleVerdict {
  return boundRule(name, pair, { metric, bound: maximum, sign: '<=' });
}

/** The value of the run itself against a bound: no noise is allowed for. */
function boundRule(
  name: RuleName,
  { candidate }: GatedPair,
  { metric, bound, sign }: { readonly metric: string; readonly bound: number; readonly sign: '>=' | '<=' },
): RuleVerdict {
  const value = valueOf(candidate, metric);
  if (typeof value === 'string') return ruleError(name, `${metric} of the candidate ${value}`);
  const isMet = sign === '>=' ? value >= bound : value <= bound;
  const text = metric === MEAN_METRIC ? share : decimalText;
  const facts = { observed: value.toFixed(6), required: `${sign} ${decimalText(bound)}` };
  const wanted = `wanted is at ${sign === '>=' ? 'least' : 'most'} ${text(bound)}`;
  if (metric !== MEAN_METRIC && isStopped(candidate)) {
    return ruleVerdict(name, {
      verdict: 'inconclusive',
      sentence: `${text(value)} over the items that were asked, ${wanted}`,
      ...facts,
    });
  }
  return ruleVerdict(name, { verdict: isMet ? 'pass' : 'regressed', sentence: `${text(value)}, ${wanted}`, ...facts });
}

function isStopped({ end }: VerifiedTranscript): boolean {
  return end?.reason === 'stop';
}

/** The score of the candidate with an interval. */
interface Shown {
  readonly n: number;
  readonly units: number;
  readonly value: number;
  readonly standardError: number | null;
  readonly interval: (Interval & { readonly method: string }) | null;
}

function minimumRule(
  name: RuleName,
  pair: GatedPair,
  { metric, rule }: { readonly metric: string; readonly rule: MinimumRule },
): RuleVerdict {
  const { score, alpha } = termsOf(metric, rule, pair);
  if (alpha === null) return boundRule(name, pair, { metric, bound: score, sign: '>=' });
  if (metric !== MEAN_METRIC) return ruleError(name, `only ${MEAN_METRIC} has an interval to show it by`);
  const value = valueOf(pair.candidate, metric);
  if (typeof value === 'string') return ruleError(name, `${metric} of the candidate ${value}`);
  const shown = shownScore(pair, 1 - 2 * alpha);
  return shown === null ? ruleError(name, 'the candidate has no score') : shownMinimum(name, shown, { score, alpha });
}

// Where not every item was asked, the score of all of them is an estimate, whatever the policy says.
function termsOf(
  metric: string,
  rule: MinimumRule,
  { candidate }: GatedPair,
): { readonly score: number; readonly alpha: number | null } {
  if (typeof rule !== 'number') return rule;
  const isEstimate = metric === MEAN_METRIC && isStopped(candidate);
  return { score: rule, alpha: isEstimate ? Number(candidate.plan.stop?.alpha) : null };
}

function shownScore({ aligned, isSequential }: GatedPair, level: number): Shown | null {
  const { run, rows } = aligned.candidate;
  const scores: number[] = [];
  const clusters: (string | number)[] = [];
  for (const [place, row] of rows.entries()) {
    const score = run.items.score[row] ?? NaN;
    if (Number.isNaN(score)) continue;
    scores.push(score);
    clusters.push(aligned.items.clusters?.[place] ?? place);
  }
  const dependence = aligned.items.clusters === null ? {} : { clusters };
  if (!isSequential) {
    const found = estimateMean(scores, { ...dependence, level });
    return found === null ? null : { ...found, value: found.mean };
  }
  const error = meanError(scores, dependence.clusters);
  const interval = bettingInterval(scores, { ...dependence, level, bounds: { low: 0, high: 1 } });
  if (error === null || interval === null) return null;
  return { ...error, value: error.mean, interval: { ...interval, method: 'betting' } };
}

function shownMinimum(
  name: RuleName,
  shown: Shown,
  { score, alpha }: { readonly score: number; readonly alpha: number },
): RuleVerdict {
  const { value, interval, n, units, standardError } = shown;
  const level = 1 - 2 * alpha;
  const verdict = outcomeOf(interval, score);
  const open = { n, units, difference: value - score, standardError };
  const needed = verdict === 'inconclusive' ? itemsToDecide(open, { margin: 0, alpha }) : null;
  const range =
    interval === null ? 'no interval' : `${share(level)} interval ${share(interval.low)} to ${share(interval.high)}`;
  const more = verdict === 'inconclusive' && needed !== null ? `; about ${needed} items would decide it` : '';
  return ruleVerdict(name, {
    verdict,
    sentence: `score ${share(value)} of ${n} (${range}), to be shown is at least ${share(score)}${more}`,
    observed: value.toFixed(6),
    required: `>= ${decimalText(score)}`,
    interval: interval === null ? null : ruleInterval(interval, level, interval.method),
    n,
    needed,
  });
}

function outcomeOf(interval: Interval | null, score: number): RuleOutcome {
  if (interval === null) return 'inconclusive';
  // The bounds belong to the interval: a score that is exactly the minimum is reached.
  if (interval.low >= score) return 'pass';
  const shifted = { low: interval.low - score, high: interval.high - score };
  return decideByInterval(shifted, 0) === 'regressed' ? 'regressed' : 'inconclusive';
}
