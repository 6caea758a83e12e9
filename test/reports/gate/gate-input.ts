/** Policies and given runs for the tests of gates. */
import { digest } from '../../../src/core/digest.ts';
import { secretKey } from '../../../src/core/key.ts';
import type { GateVerdict } from '../../../src/reports/gate/model.ts';
import type { GatePolicy, Role, SuiteRules } from '../../../src/reports/gate/policy.ts';
import { decideGate, type GateInput, type GivenPolicy, type GivenRun } from '../../../src/reports/gate/verdict.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { run, sample, type RunChoice } from '../runs.ts';

export const KEY: string = secretKey('release', new Uint8Array(32).fill(7)).publicKey.vkey;

/** The margin rule that most tests ask for. */
export const MARGIN = { 'mean/1': { non_inferiority: { margin: 0.1, alpha: 0.05 } } } as const;

/** A policy about the suite "sums". */
export function policyOf(rules: SuiteRules): GatePolicy {
  return {
    format: 'touchstone/gate-policy/v1',
    signers: { baseline: [KEY], candidate: [KEY] },
    suites: { sums: rules },
  };
}

export function givenPolicy(policy: GatePolicy | null): GivenPolicy {
  const fault = { kind: 'unreadable', code: 'ERR_CONFIG_SCHEMA', message: 'cannot read "gate.yaml" line 3' } as const;
  return { name: 'gate.yaml', sha256: digest('policy'), policy, fault: policy === null ? fault : null };
}

export function given(role: Role, held: VerifiedTranscript): GivenRun {
  return { role, name: `runs/${role}`, file: 'result.dsse.json', sha256: digest(role), run: held, fault: null };
}

/** A run that could not be used. */
export function refused(role: Role, code: string, kind: 'refused' | 'unreadable' = 'refused'): GivenRun {
  return {
    role,
    name: `runs/${role}`,
    file: null,
    sha256: null,
    run: null,
    fault: { kind, code, message: 'it is not' },
  };
}

/** Samples by what each item got: 1 and 0 are scores, words are reasons. */
export function samplesOf(scores: readonly (0 | 1 | NonNullable<VerifiedSample['unscored']>)[]): VerifiedSample[] {
  return scores.map((score, index) =>
    typeof score === 'number'
      ? sample(index, { score: { num: score, den: 1 } })
      : sample(index, { score: null, unscored: score, attempts: ['timeout'] }),
  );
}

/** `right` ones, then `wrong` ones. */
export function scores(right: number, wrong: number): (0 | 1)[] {
  return [...Array.from({ length: right }, () => 1 as const), ...Array.from({ length: wrong }, () => 0 as const)];
}

/** A run with these scores; its name makes it another plan than that of other runs. */
export function runOf(
  name: string,
  held: readonly (0 | 1 | NonNullable<VerifiedSample['unscored']>)[],
  choice: RunChoice = {},
): VerifiedTranscript {
  return run({ samples: samplesOf(held), ...choice, endpoint: { name, ...choice.endpoint } });
}

/** Decide about two runs, or whatever is given instead. */
export function decide(
  policy: GatePolicy | null,
  runs: readonly GivenRun[],
  more: Partial<GateInput> = {},
): GateVerdict {
  return decideGate({
    policy: givenPolicy(policy),
    runs,
    previous: null,
    allowWeaker: false,
    decidedAt: '2026-11-23T15:00:00Z',
    tool: { name: 'touchstone', version: '0.0.0' },
    ...more,
  });
}

/** Decide about a pair of runs. */
export function decidePair(
  rules: SuiteRules,
  baseline: VerifiedTranscript,
  candidate: VerifiedTranscript,
): GateVerdict {
  return decide(policyOf(rules), [given('baseline', baseline), given('candidate', candidate)]);
}
