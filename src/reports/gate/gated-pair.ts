/** The two runs of a suite, side by side, and whether they can be held against each other at all. */
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import { differences } from '../comparable.ts';
import { alignRuns, type AlignedItems, type AlignedRun, type OpenRun } from '../comparison/align.ts';
import { comparedRun } from '../comparison/compared-run.ts';
import { scorePairs, type ScorePairs } from '../comparison/score-pair.ts';
import type { ReportDifference } from '../model.ts';
import { summarizeRun } from '../run-summary.ts';
import { runName } from '../wording.ts';
import type { RuleVerdict } from './model.ts';
import { impliedRule, ruleError, ruleVerdict } from './rule-verdict.ts';

/** Two verified runs over the same items under the same rules. */
export interface GatedPair {
  readonly baseline: VerifiedTranscript;
  readonly candidate: VerifiedTranscript;
  readonly aligned: { readonly baseline: AlignedRun; readonly candidate: AlignedRun; readonly items: AlignedItems };
  /** Items with a score in both. */
  readonly pairs: ScorePairs;
  /** Whether the candidate could stop before every item was asked, so that only its own test may decide. */
  readonly isSequential: boolean;
}

/** What came of putting two runs side by side. */
export interface Opened {
  readonly pair: GatedPair | null;
  readonly differences: readonly ReportDifference[];
  readonly rules: readonly RuleVerdict[];
}

/** Put two runs of a suite side by side. */
export function openPair(baseline: VerifiedTranscript, candidate: VerifiedTranscript): Opened {
  const found = differences(baseline, candidate);
  const rules = [
    signedRule(baseline, candidate),
    comparableRule(baseline, candidate, found),
    completeRule(baseline, candidate),
  ];
  const runs = [baseline, candidate].map((run) => comparedRun(run));
  const open = runs.filter((run): run is OpenRun => run.items !== null);
  const isUsable = open.length === 2 && rules.every(({ verdict }) => verdict === 'pass');
  return { pair: isUsable ? alignPair(baseline, candidate, open) : null, differences: found, rules };
}

function alignPair(baseline: VerifiedTranscript, candidate: VerifiedTranscript, open: readonly OpenRun[]): GatedPair {
  const { runs, items } = alignRuns(open);
  const [first, second] = runs;
  if (first === undefined || second === undefined) throw new RangeError('no pair of runs');
  return {
    baseline,
    candidate,
    aligned: { baseline: first, candidate: second, items },
    pairs: scorePairs(first, second, items),
    isSequential: candidate.plan.stop !== undefined,
  };
}

// Only keys that the policy accepts get this far; who it was, and what was asked, must stand beside every verdict.
function signedRule(baseline: VerifiedTranscript, candidate: VerifiedTranscript): RuleVerdict {
  const texts = Object.entries({ baseline, candidate }).map(([role, run]) => {
    const summary = summarizeRun(run);
    const { signer } = summary;
    return `${role} ${runName(summary)} by ${SIGNERS[signer.status](signer.name)}`;
  });
  return ruleVerdict(impliedRule('signed'), { verdict: 'pass', sentence: texts.join(', ') });
}

const SIGNERS: Readonly<Record<VerifiedTranscript['signer']['status'], (name: string) => string>> = {
  trusted: (name) => name,
  unidentified: (name) => `an unidentified signer who calls itself ${name}`,
  ephemeral: () => 'nobody: with a key made for the run and thrown away',
};

function comparableRule(
  baseline: VerifiedTranscript,
  candidate: VerifiedTranscript,
  found: readonly ReportDifference[],
): RuleVerdict {
  const name = impliedRule('comparable');
  const [first, ...more] = found;
  if (first !== undefined) {
    const rest = more.length === 0 ? '' : `, and ${more.length} more`;
    return ruleError(name, `not comparable: ${first.sentence}${rest}`);
  }
  if (baseline.planDigest === candidate.planDigest) return ruleError(name, 'the candidate is the baseline itself');
  return ruleVerdict(name, { verdict: 'pass', sentence: 'the same items under the same rules' });
}

// A run that ended early for any other reason than its own certainty has asked whatever came first.
function completeRule(baseline: VerifiedTranscript, candidate: VerifiedTranscript): RuleVerdict {
  const name = impliedRule('complete');
  const faults = [fault('baseline', baseline, ['complete']), fault('candidate', candidate, ['complete', 'stop'])];
  const [first] = faults.filter((text) => text !== null);
  if (first !== undefined) return ruleError(name, first);
  return ruleVerdict(name, { verdict: 'pass', sentence: 'every item has its verdict in both runs' });
}

function fault(role: string, { samples, end }: VerifiedTranscript, allowed: readonly string[]): string | null {
  if (samples === null || end === null) return `the ${role} does not publish its verdicts`;
  return allowed.includes(end.reason) ? null : `the ${role} is partial: it ended with "${end.reason}"`;
}
