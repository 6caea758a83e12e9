/** What a verifier may have found out about an endpoint, for the tests of reports. */
import type { Claim } from '../../src/attestation/claim.ts';
import type { ExecutionVerdict } from '../../src/verifier/execution.ts';
import type { PlanTee } from '../../src/transcript/plan.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { run, type RunChoice } from './runs.ts';

const HALF: Claim = {
  subject: 'response',
  claim: 'request_half',
  status: 'unknown',
  source: 'operator_asserted',
  reason: 'any caller could choose the request hash with a header',
};

/** Ten answers of a model server, eight at L4 and two unsigned ones. */
export function execution(choice: Partial<ExecutionVerdict> = {}): ExecutionVerdict {
  return {
    level: 'L1',
    suffixes: ['~req', '~time'],
    levels: [
      { level: 'L1', suffixes: [], reasons: ['neither an attested key nor an attested connection'], answers: 2 },
      {
        level: 'L4',
        suffixes: ['~req', '~time'],
        reasons: ['an attested model server signed these bytes'],
        answers: 8,
      },
    ],
    answers: 10,
    checked: 10,
    simulated: false,
    sessions: { before: 2, after: 2 },
    claims: [{ subject: 'model', claim: 'quote', status: 'asserted', source: 'hardware_proven', reason: 'genuine' }],
    machines: [
      {
        role: 'model',
        platform: 'tdx-v4',
        tcb: { status: 'OutOfDate', advisories: ['INTEL-SA-01036'], evaluationDataNumber: 17, fmspc: 'b0c06f000000' },
        measurements: { mr_td: 'ab'.repeat(48) },
        declaredCheckpoints: ['zai-org/GLM-5.1-AWQ@0123'],
      },
    ],
    signers: [{ role: 'model', algo: 'ed25519', address: 'cd'.repeat(32), model: 'zai-org/GLM-5.1-FP8', answers: 8 }],
    signedModels: new Map([['zai-org/GLM-5.1-FP8', 8]]),
    answerClaims: [HALF],
    window: { fromMs: Date.UTC(2026, 10, 20), toMs: Date.UTC(2026, 11, 20) },
    ...choice,
  };
}

/** A run of a TEE endpoint. */
export function teeRun(verdict: ExecutionVerdict | null = execution(), choice: RunChoice = {}): VerifiedTranscript {
  const provider = 'near-direct';
  const tee: PlanTee = verdict?.simulated === true ? { provider, simulated: true } : { provider };
  const endpoint: RunChoice['endpoint'] = { kind: 'tee', name: 'enclave', model: 'zai-org/GLM-5.1', tee };
  const planned = run({
    ...choice,
    endpoint: { ...endpoint, ...choice.endpoint },
    run: { ...choice.run, execution: verdict },
  });
  return { ...planned, plan: { ...planned.plan, evidence: { max_pending: 64 } } };
}
