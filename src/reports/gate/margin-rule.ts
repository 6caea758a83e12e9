/**
 * Non-inferiority: is it shown that the candidate is not worse than the baseline by the margin or more?
 *
 * A run of a fixed number of items is decided once, by an interval. A run that could stop early looked after every item, so only
 * its own test may decide it, whether it stopped or not.
 */
import { decideByInterval, itemsToDecide, type MarginDecision } from '../../stats/decision.ts';
import { estimateDifference } from '../../stats/difference.ts';
import { estimatePair, type PairEstimate } from '../comparison/score-pair.ts';
import { baselineDigest, baselineObstacle } from './baseline.ts';
import type { GatedPair } from './gated-pair.ts';
import type { RuleOutcome, RuleVerdict } from './model.ts';
import { decimalText, type MarginRule } from './policy.ts';
import { ruleError, ruleInterval, ruleVerdict, type RuleName } from './rule-verdict.ts';
import { points, pointsText, share } from './wording.ts';

const OUTCOMES: Readonly<Record<MarginDecision, RuleOutcome>> = {
  pass: 'pass',
  regressed: 'regressed',
  undecided: 'inconclusive',
};

/** What a decision rests on. */
type Estimate = Pick<PairEstimate, 'n' | 'units' | 'difference' | 'standardError' | 'gained' | 'lost'> & {
  readonly interval: { readonly low: number; readonly high: number; readonly method: string };
};

/** The rule, over the pairs of scores. */
export function marginRule(name: RuleName, pair: GatedPair, rule: MarginRule): RuleVerdict {
  const estimate = pair.isSequential ? stoppedEstimate(pair, rule) : fixedEstimate(pair, rule);
  if (estimate === null) return ruleError(name, 'no item has a score in both runs');
  if (!pair.isSequential) {
    return marginVerdict(name, { pair, rule, estimate, decision: decideByInterval(estimate.interval, rule.margin) });
  }
  const obstacle = sequentialObstacle(pair, rule);
  if (obstacle !== null) return ruleError(name, obstacle.sentence, obstacle.code);
  return marginVerdict(name, { pair, rule, estimate, decision: pair.candidate.stop?.decision ?? 'undecided' });
}

function fixedEstimate({ pairs }: GatedPair, { alpha }: MarginRule): Estimate | null {
  const dependence = pairs.clusters === null ? {} : { clusters: pairs.clusters };
  // Each side of the interval carries one of the two errors.
  return estimateDifference(pairs, { ...dependence, level: 1 - 2 * alpha });
}

function stoppedEstimate({ pairs }: GatedPair, { alpha }: MarginRule): Estimate | null {
  return estimatePair(pairs, alpha);
}

interface Obstacle {
  readonly sentence: string;
  readonly code: string | null;
}

// The test of a run is that of this rule only if it was held against these scores with this margin and alpha.
function sequentialObstacle({ baseline, candidate, aligned }: GatedPair, rule: MarginRule): Obstacle | null {
  const { stop } = candidate.plan;
  const obstacle = baselineObstacle(baseline);
  if (stop === undefined || candidate.stop === null)
    return { sentence: 'the stop rule was not followed', code: 'ERR_STOP' };
  if (obstacle !== null)
    return { sentence: `the candidate cannot be held against the baseline: ${obstacle}`, code: null };
  if (stop.baseline !== baseline.planDigest || stop.scores !== baselineDigest(baseline)) {
    return { sentence: 'the candidate was held against other scores than those of the baseline', code: 'ERR_BASELINE' };
  }
  const wanted = [rule.margin, rule.alpha].map(decimalText);
  if (stop.margin !== wanted[0] || stop.alpha !== wanted[1]) {
    const sentence = `the candidate could stop by margin ${stop.margin} and alpha ${stop.alpha}, the policy has ${wanted.join(' and ')}`;
    return { sentence, code: null };
  }
  if (aligned.items.clusters === null) return null;
  return { sentence: 'items share clusters, for which the test of a run that may stop does not hold', code: null };
}

interface Decided {
  readonly pair: GatedPair;
  readonly rule: MarginRule;
  readonly estimate: Estimate;
  readonly decision: MarginDecision;
}

function marginVerdict(name: RuleName, { pair, rule, estimate, decision }: Decided): RuleVerdict {
  const { margin, alpha } = rule;
  const { difference, interval, n } = estimate;
  const level = 1 - 2 * alpha;
  const needed = decision === 'undecided' ? itemsToDecide(estimate, { margin, alpha }) : null;
  return ruleVerdict(name, {
    verdict: OUTCOMES[decision],
    sentence: `${factText(estimate, level)}: ${CONCLUSIONS[decision](margin)}${stopText(pair)}${neededText(decision, needed)}`,
    observed: difference.toFixed(6),
    required: `> ${decimalText(-margin)}`,
    interval: ruleInterval(interval, level, interval.method),
    n,
    needed,
    items: decision === 'pass' ? [] : lostItems(pair),
  });
}

const CONCLUSIONS: Readonly<Record<MarginDecision, (margin: number) => string>> = {
  pass: (margin) => (margin === 0 ? 'better than the baseline' : `not worse by ${pointsText(margin)} or more`),
  regressed: (margin) => (margin === 0 ? 'worse than the baseline' : `worse by more than ${pointsText(margin)}`),
  undecided: (margin) =>
    margin === 0
      ? 'which of the two is better is not shown'
      : `whether it is worse by ${pointsText(margin)} or more is not shown`,
};

function factText({ difference, interval, gained, lost, n }: Estimate, level: number): string {
  const range = `${points(interval.low, true)} to ${points(interval.high, true)}`;
  return `difference ${pointsText(difference, true)} (${share(level)} interval ${range}, ${interval.method}; ${gained} gained, ${lost} lost of ${n})`;
}

function stopText({ isSequential, candidate }: GatedPair): string {
  if (!isSequential) return '';
  const decidedAt = candidate.stop?.decidedAt ?? null;
  return decidedAt === null ? ', looking after every item' : `, certain after ${decidedAt} items`;
}

function neededText(decision: MarginDecision, needed: number | null): string {
  if (decision !== 'undecided') return '';
  return needed === null ? '; no number of items would decide it' : `; about ${needed} items would decide it`;
}

function lostItems({ pairs, aligned }: GatedPair): readonly string[] {
  const { items } = aligned;
  return pairs.places
    .filter((_, row) => (pairs.candidate[row] ?? 0) < (pairs.baseline[row] ?? 0))
    .map((place) => items.ids[place] ?? `item ${items.index[place] ?? place}`);
}
