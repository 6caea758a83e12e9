/** Rules about items: those that have to be right, how many there have to be, and how many may lack a score. */
import { treatmentOf } from '../../transcript/plan.ts';
import type { GatedPair } from './gated-pair.ts';
import type { RuleVerdict } from './model.ts';
import { decimalText } from './policy.ts';
import { impliedRule, ruleError, ruleVerdict, type RuleName } from './rule-verdict.ts';
import { counted, share } from './wording.ts';

/** Items that the candidate has to answer right in every repeat. */
export function mustPassRule(name: RuleName, pair: GatedPair, ids: readonly string[]): RuleVerdict {
  const { run, rows } = pair.aligned.candidate;
  const places = placesById(pair);
  const unknown = ids.filter((id) => !places.has(id));
  if (unknown.length > 0) return unknownItems(name, unknown, pair);
  const standing = (id: string): 'right' | 'wrong' | 'open' => {
    const row = rows[places.get(id) ?? -1] ?? -1;
    const score = run.items.score[row] ?? NaN;
    if (score < 1) return 'wrong';
    return score === 1 && run.items.unscored[row] === 0 ? 'right' : 'open';
  };
  const wrong = ids.filter((id) => standing(id) === 'wrong');
  const open = ids.filter((id) => standing(id) === 'open');
  const facts = {
    observed: String(ids.length - wrong.length - open.length),
    required: String(ids.length),
    n: ids.length,
  };
  const of = (part: readonly string[]): string => `${part.length} of ${counted(ids.length, 'item')} that must pass`;
  if (wrong.length > 0) {
    return ruleVerdict(name, { verdict: 'regressed', sentence: `not right: ${of(wrong)}`, items: wrong, ...facts });
  }
  if (open.length > 0) {
    const sentence = `not asked, or without a score: ${of(open)}`;
    return ruleVerdict(name, { verdict: 'inconclusive', sentence, items: open, ...facts });
  }
  return ruleVerdict(name, { verdict: 'pass', sentence: `right: ${of(ids)}`, ...facts });
}

// The ids are those of the candidate or of the baseline: the items are the same.
function placesById({ aligned }: GatedPair): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const { run, rows } of [aligned.baseline, aligned.candidate]) {
    for (const [place, row] of rows.entries()) {
      const id = run.items.ids[row] ?? null;
      if (id !== null) places.set(id, place);
    }
  }
  return places;
}

function unknownItems(name: RuleName, ids: readonly string[], { aligned }: GatedPair): RuleVerdict {
  const isClosed = [aligned.baseline, aligned.candidate].every(({ run }) => run.items.ids.some((id) => id === null));
  const reason = isClosed ? 'no such item is disclosed, so nobody can tell which one it is' : 'there is no such item';
  return ruleVerdict(name, { verdict: 'error', sentence: `${reason}: ${ids.slice(0, 5).join(', ')}`, items: ids });
}

/** The least number of items; a run that was certain before the end counts with all that it planned. */
export function minItemsRule(name: RuleName, { pairs, isSequential }: GatedPair, minimum: number): RuleVerdict {
  const compared = pairs.places.length;
  const certain = isSequential ? pairs.leftOut.not_asked : 0;
  const verdict = compared + certain >= minimum ? 'pass' : 'inconclusive';
  const rest = certain === 0 ? '' : ` and ${certain} more that were not asked because the difference was certain`;
  return ruleVerdict(name, {
    verdict,
    sentence: `${counted(compared, 'item')} with a score in both runs${rest}, wanted are at least ${minimum}`,
    observed: String(compared + certain),
    required: `>= ${minimum}`,
    n: compared,
    needed: verdict === 'pass' ? null : minimum,
  });
}

/** Samples of the candidate without a score, of those that it asked. */
export function maxUnscoredRule(name: RuleName, pair: GatedPair, limit: number): RuleVerdict {
  const { asked, unscored } = unscoredOf(pair);
  if (asked === 0) return ruleError(name, 'the candidate asked nothing');
  const verdict = unscored / asked <= limit ? 'pass' : 'inconclusive';
  return ruleVerdict(name, {
    verdict,
    sentence: `${unscored} of ${counted(asked, 'sample')} without a score (${share(unscored / asked)}), allowed are ${share(limit)}`,
    observed: (unscored / asked).toFixed(6),
    required: `<= ${decimalText(limit)}`,
    n: asked,
  });
}

/**
 * What holds where the policy says nothing about unscored samples: none may be left out.
 *
 * Otherwise a candidate could pass by failing to answer what it would get wrong.
 */
export function noneExcludedRule(pair: GatedPair): RuleVerdict {
  const name = impliedRule('max_unscored');
  const { plan, samples } = pair.candidate;
  const excluded = (samples ?? []).filter(
    ({ unscored }) =>
      unscored !== null && unscored !== 'skipped' && treatmentOf(plan.rules.unscored, unscored) !== 'wrong',
  ).length;
  const { asked } = unscoredOf(pair);
  const sentence = `${excluded} of ${counted(asked, 'sample')} without a score are left out; the policy allows none, max_unscored would`;
  return ruleVerdict(name, {
    verdict: excluded === 0 ? 'pass' : 'inconclusive',
    sentence: excluded === 0 ? 'no sample is left out for want of a score' : sentence,
    observed: String(excluded),
    required: '0',
    n: asked,
  });
}

function unscoredOf({ aligned, candidate }: GatedPair): { readonly asked: number; readonly unscored: number } {
  const { items } = aligned.candidate.run;
  const notAsked = items.notAsked.reduce((sum, flag) => sum + flag, 0);
  return {
    asked: (candidate.samples?.length ?? 0) - notAsked,
    unscored: items.unscored.reduce((sum, count) => sum + count, 0),
  };
}
