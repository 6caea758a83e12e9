/** What evidence shows about the endpoint of a run, as a report has it. */
import type { AttestedMachine, ValidityWindow } from '../attestation/claim.ts';
import type { ExecutionVerdict } from '../verifier/execution.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { EVIDENCE_PHASES } from '../transcript/evidence.ts';
import type { ReportExecution, ReportLevel, ReportMachine } from './model.ts';

/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15;

/** What the execution of a run follows from. */
export type ExecutedRun = Pick<VerifiedTranscript, 'execution' | 'plan' | 'signer'>;

/** What the checked evidence of a run shows; null if there is none. */
export function executionOf({ execution, plan }: ExecutedRun): ReportExecution | null {
  const { tee } = plan.endpoint;
  if (execution === null || tee === undefined) return null;
  const { level, suffixes, levels, answers, checked, simulated, machines, signers, window } = execution;
  return {
    level,
    suffixes,
    provider: tee.provider,
    simulated: simulated || tee.simulated === true,
    required_level: plan.evidence?.require_level ?? null,
    answers,
    checked,
    levels,
    attestations: EVIDENCE_PHASES.flatMap((phase) => {
      const count = execution.sessions[phase];
      return count === undefined ? [] : [{ phase, count }];
    }),
    machines: machines.map(machineOf),
    signers,
    request_hash: requestHashOf(execution),
    window: window && windowOf(window),
    claims: [...execution.claims, ...execution.answerClaims],
  };
}

/** The level of a run; without evidence it says whether somebody signed. Null if there is evidence, and none was checked. */
export function levelOf({ execution, plan, signer }: ExecutedRun): ReportLevel | null {
  if (execution !== null && execution.checked > 0) return { level: execution.level, suffixes: execution.suffixes };
  if (plan.evidence !== undefined) return null;
  return { level: signer.status === 'ephemeral' ? 'L0' : 'L1', suffixes: [] };
}

/** Checkpoints that attested machines name, each once. */
export function declaredCheckpoints(execution: ExecutionVerdict | null): readonly string[] {
  return [...new Set(execution?.machines.flatMap((machine) => machine.declaredCheckpoints))];
}

function machineOf({ role, platform, tcb, measurements }: AttestedMachine): ReportMachine {
  if (tcb === null) return { role, platform, tcb, measurements };
  const { status, advisories, fmspc, evaluationDataNumber: evaluation_data_number } = tcb;
  return { role, platform, tcb: { status, advisories, evaluation_data_number, fmspc }, measurements };
}

function requestHashOf({ answerClaims }: ExecutionVerdict): ReportExecution['request_hash'] {
  return answerClaims
    .filter(({ claim }) => claim === 'request_half')
    .map(({ status, source, reason }) => ({ status, source, reason }));
}

function windowOf({ fromMs, toMs }: ValidityWindow): NonNullable<ReportExecution['window']> {
  return { from: timeText(fromMs), to: timeText(toMs) };
}

// The window of a collateral without bounds is as long as time can be told.
function timeText(ms: number): string {
  return new Date(Math.max(-LAST_MS, Math.min(ms, LAST_MS))).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
