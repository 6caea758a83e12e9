/** The assurance that a policy asks of both runs: a gate is as sound as the weaker of them. */
import type { Axis } from '../../verifier/verdict.ts';
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import { executionOf, levelOf } from '../execution.ts';
import { levelCell } from '../standing.ts';
import type { GatedPair } from './gated-pair.ts';
import type { RuleVerdict } from './model.ts';
import { ROLES, type AssuranceRule } from './policy.ts';
import { ruleError, ruleVerdict } from './rule-verdict.ts';

/** One rule for the level, and one per axis. */
export function assuranceRules(
  pair: GatedPair,
  { level, axes = {} }: AssuranceRule,
  pointer: string,
): readonly RuleVerdict[] {
  const verdicts = Object.entries(axes).map(([axis, wanted]) => axisRule(pair, axis as Axis, { wanted, pointer }));
  return level === undefined ? verdicts : [levelRule(pair, level, pointer), ...verdicts];
}

function levelRule(pair: GatedPair, wanted: string, pointer: string): RuleVerdict {
  const name = { rule: 'assurance_level', pointer: `${pointer}/level`, metric: null };
  const found = ROLES.map((role) => ({ role, ...standingOf(pair[role]) }));
  const text = found.map(({ role, shown }) => `${role} ${shown}`).join(', ');
  const isReached = found.every(({ level }) => level !== null && level >= wanted);
  const facts = { observed: text, required: `>= ${wanted}` };
  if (!isReached)
    return {
      ...ruleError(name, `the level of the endpoint is ${text}; wanted is ${wanted}`, 'ERR_EVIDENCE_LEVEL'),
      ...facts,
    };
  return ruleVerdict(name, { verdict: 'pass', sentence: `the level of the endpoint is ${text}`, ...facts });
}

function standingOf(run: VerifiedTranscript): { readonly level: string | null; readonly shown: string } {
  const level = levelOf(run);
  return { level: level?.level ?? null, shown: levelCell({ level, execution: executionOf(run) }) };
}

function axisRule(
  pair: GatedPair,
  axis: Axis,
  { wanted, pointer }: { readonly wanted: 'declared' | 'proven'; readonly pointer: string },
): RuleVerdict {
  const name = { rule: `assurance_${axis}`, pointer: `${pointer}/axes/${axis}`, metric: null };
  const found = ROLES.map((role) => ({ role, verdict: verdictOf(pair[role], axis) }));
  const text = found.map(({ role, verdict }) => `${role} ${verdict}`).join(', ');
  const facts = { observed: text, required: wanted };
  const isReached = found.every(
    ({ verdict }) => verdict === 'proven' || (wanted === 'declared' && isDeclared(verdict)),
  );
  if (!isReached) return { ...ruleError(name, `${axis} is ${text}; wanted is ${wanted}`), ...facts };
  return ruleVerdict(name, { verdict: 'pass', sentence: `${axis} is ${text}`, ...facts });
}

function isDeclared(verdict: string): boolean {
  return verdict !== 'failed' && verdict !== 'not evaluated';
}

// A proof of some answers is none of all, whose rest is declared.
function verdictOf({ axes }: VerifiedTranscript, axis: Axis): string {
  const found = axes.find((candidate) => candidate.axis === axis);
  if (found === undefined) return 'not evaluated';
  const { verdict, coverage } = found;
  const isPartial = verdict === 'proven' && coverage !== undefined && coverage.checked < coverage.total;
  return isPartial ? `proven for ${coverage.checked} of ${coverage.total}` : verdict;
}
