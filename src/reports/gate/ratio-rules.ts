/** Rules about effort: how much longer, longer-winded and dearer the candidate may be. */
import { ratiosOf } from '../comparison/ratios.ts';
import type { ComparedRatio } from '../comparison/model.ts';
import type { GatedPair } from './gated-pair.ts';
import type { RuleOutcome, RuleVerdict } from './model.ts';
import { decimalText, RATIO_RULES, type RatioRule, type SuiteRules } from './policy.ts';
import { ruleError, ruleVerdict } from './rule-verdict.ts';
import { counted } from './wording.ts';

/** What each rule is about, and what it needs. */
const RATIOS = {
  max_latency_ratio: { key: 'latency', what: 'latency', needs: 'at least six items that both runs answered' },
  max_prompt_token_ratio: { key: 'prompt_tokens', what: 'prompt tokens', needs: 'token counts of several items' },
  max_completion_token_ratio: {
    key: 'completion_tokens',
    what: 'answered tokens',
    needs: 'token counts of several items',
  },
  max_cost_ratio: { key: 'cost', what: 'cost', needs: 'token counts and prices of both runs' },
} as const;

/** Confidence of the intervals. */
const LEVEL = '0.95';

/** All rules about ratios. */
export function ratioRules(pair: GatedPair, rules: SuiteRules, pointer: string): readonly RuleVerdict[] {
  const wanted = RATIO_RULES.filter((rule) => rules[rule] !== undefined);
  if (wanted.length === 0) return [];
  const { baseline, candidate, items } = pair.aligned;
  const ratios = ratiosOf(baseline, candidate, items);
  return wanted.map((rule) => ratioRule(rule, rules[rule] ?? NaN, { pointer, ratio: ratios[RATIOS[rule].key] }));
}

function ratioRule(
  rule: RatioRule,
  limit: number,
  { pointer, ratio }: { readonly pointer: string; readonly ratio: ComparedRatio | null },
): RuleVerdict {
  const name = { rule, pointer: `${pointer}/${rule}`, metric: null };
  const { what, needs } = RATIOS[rule];
  if (ratio === null) return ruleError(name, `the ratio of ${what} cannot be had: that needs ${needs}`);
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map(Number) as [number, number, number];
  const verdict = outcomeOf(low, high, limit);
  const needed = verdict === 'inconclusive' ? itemsForRatio({ n: ratio.n, value, low, high }, limit) : null;
  const more = needed === null ? '' : `; about ${needed} items would decide it`;
  const range = `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}, ${counted(ratio.n, 'item')}`;
  return ruleVerdict(name, {
    verdict,
    sentence: `${what} × ${value.toFixed(2)} (${range}), allowed is × ${decimalText(limit)}${more}`,
    observed: ratio.value,
    required: `<= ${decimalText(limit)}`,
    interval: { low: ratio.low, high: ratio.high, level: LEVEL, method: ratio.method },
    n: ratio.n,
    needed,
  });
}

function outcomeOf(low: number, high: number, limit: number): RuleOutcome {
  if (high <= limit) return 'pass';
  return low > limit ? 'regressed' : 'inconclusive';
}

// On the scale of logarithms an interval shrinks with the root of the number of items.
function itemsForRatio(
  { n, value, low, high }: { readonly n: number; readonly value: number; readonly low: number; readonly high: number },
  limit: number,
): number | null {
  const half = Math.log(high / low) / 2;
  const needed = Math.ceil(n * (half / Math.log(limit / value)) ** 2);
  return Number.isSafeInteger(needed) && needed > n ? needed : null;
}
