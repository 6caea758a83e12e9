/** Rules about the score of the candidate alone, and the choice between those about a metric. */
import { bettingInterval } from '../../stats/betting.ts';
import { decideByInterval, itemsToDecide } from '../../stats/decision.ts';
import { estimateMean } from '../../stats/mean-estimate.ts';
import { meanError } from '../../stats/clustered.ts';
import type { Interval } from '../../stats/wilson.ts';
import { MEAN_METRIC } from '../../scoring/aggregate.ts';
import { scoreOf } from '../score.ts';
import type { GatedPair } from './gated-pair.ts';
import { marginRule } from './margin-rule.ts';
import type { RuleOutcome, RuleVerdict } from './model.ts';
import { decimalText, type MetricRules, type MinimumRule } from './policy.ts';
import { ruleError, ruleInterval, ruleVerdict, type RuleName } from './rule-verdict.ts';
import { share } from './wording.ts';

/** All rules about one metric. Without a pair, the reason why there is none. */
export function metricRules(
  metric: string,
  rules: MetricRules,
  { pointer, pair }: { readonly pointer: string; readonly pair: GatedPair },
): readonly RuleVerdict[] {
  const name = (rule: string): RuleName => ({ rule, pointer: `${pointer}/${rule}`, metric });
  const obstacle = metricObstacle(metric, pair);
  const { minimum, non_inferiority: margin } = rules;
  const verdicts: RuleVerdict[] = [];
  if (minimum !== undefined) {
    const own = name('minimum');
    verdicts.push(obstacle === null ? minimumRule(own, pair, minimum) : ruleError(own, obstacle));
  }
  if (margin !== undefined) {
    const own = name('non_inferiority');
    verdicts.push(obstacle === null ? marginRule(own, pair, margin) : ruleError(own, obstacle));
  }
  return verdicts;
}

// What the verifier did not add up itself is only said, and what is no number must not be compared with one.
function metricObstacle(metric: string, { baseline, candidate }: GatedPair): string | null {
  for (const [role, { metrics }] of Object.entries({ baseline, candidate })) {
    const found = metrics.find(({ function: name }) => name === metric);
    if (found === undefined) return `the ${role} has no metric ${metric}`;
    if (found.status !== 'recomputed') return `${metric} of the ${role} is declared and was not recomputed`;
    const value = metric === MEAN_METRIC ? scoreOf(metrics)?.value : null;
    if (value === undefined || value === null)
      return `${metric} of the ${role} has no value: there is nothing that counts`;
  }
  return null;
}

/** The score of the candidate with an interval. */
interface Shown {
  readonly n: number;
  readonly units: number;
  readonly value: number;
  readonly standardError: number | null;
  readonly interval: (Interval & { readonly method: string }) | null;
}

function minimumRule(name: RuleName, pair: GatedPair, rule: MinimumRule): RuleVerdict {
  const { score, alpha } = termsOf(rule, pair);
  if (alpha === null) return plainMinimum(name, pair, score);
  const shown = shownScore(pair, 1 - 2 * alpha);
  if (shown === null) return ruleError(name, 'the candidate has no score');
  return shownMinimum(name, shown, { score, alpha });
}

// Where not every item was asked, the score of all of them is an estimate, whatever the policy says.
function termsOf(rule: MinimumRule, { candidate, isSequential }: GatedPair): { score: number; alpha: number | null } {
  if (typeof rule !== 'number') return rule;
  const isStopped = isSequential && candidate.end?.reason === 'stop';
  return { score: rule, alpha: isStopped ? Number(candidate.plan.stop?.alpha) : null };
}

function plainMinimum(name: RuleName, { candidate }: GatedPair, minimum: number): RuleVerdict {
  const score = scoreOf(candidate.metrics);
  const value = score?.exact == null ? Number(score?.value ?? NaN) : score.exact.num / score.exact.den;
  if (!Number.isFinite(value)) return ruleError(name, 'the candidate has no score');
  const verdict = value >= minimum ? 'pass' : 'regressed';
  return ruleVerdict(name, {
    verdict,
    sentence: `score ${share(value)} of ${score?.n ?? 0}, wanted is at least ${share(minimum)}`,
    observed: value.toFixed(6),
    required: `>= ${decimalText(minimum)}`,
    n: score?.n ?? null,
  });
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
