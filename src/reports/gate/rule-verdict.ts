/** Verdicts of single rules, and what several of them add up to. */
import type { Interval } from '../../stats/wilson.ts';
import type { RuleInterval, RuleOutcome, RuleVerdict } from './model.ts';

/** Which rule it is. */
export type RuleName = Pick<RuleVerdict, 'rule' | 'pointer' | 'metric'>;

/** What it found; what is left out is null or empty. */
export type RuleFinding = Pick<RuleVerdict, 'verdict' | 'sentence'> & Partial<Omit<RuleVerdict, keyof RuleName>>;

const NOTHING = {
  observed: null,
  required: null,
  interval: null,
  n: null,
  needed: null,
  items: [],
  code: null,
} as const;

// What may not pass is worst, whatever the reason; what is only open comes after what is known to be bad.
const RANKS: readonly RuleOutcome[] = ['error', 'regressed', 'inconclusive', 'pass'];

/** Most items that a verdict names. */
const MAX_ITEMS = 100;

/** The verdict of a rule. */
export function ruleVerdict(name: RuleName, finding: RuleFinding): RuleVerdict {
  const { items = [] } = finding;
  return { ...name, ...NOTHING, ...finding, items: items.slice(0, MAX_ITEMS) };
}

/** A rule that could not be asked. */
export function ruleError(name: RuleName, sentence: string, code: string | null = null): RuleVerdict {
  return ruleVerdict(name, { verdict: 'error', sentence, code });
}

/** The name of a rule that holds without being asked for. */
export function impliedRule(rule: string): RuleName {
  return { rule, pointer: null, metric: null };
}

/** The worst of several outcomes; nothing at all is an error, because nothing was shown. */
export function worstOutcome(outcomes: readonly RuleOutcome[]): RuleOutcome {
  return RANKS.find((rank) => outcomes.includes(rank)) ?? 'error';
}

/** An interval with six places. */
export function ruleInterval({ low, high }: Interval, level: number, method: string): RuleInterval {
  return { low: low.toFixed(6), high: high.toFixed(6), level: Number(level.toFixed(6)).toString(), method };
}
