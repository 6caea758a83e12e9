/**
 * From one attestation as it was fetched to what it shows: claims, machines, keys.
 *
 * Every byte comes from a provider or a bundle. What contradicts is a refuted claim with its code, what is missing an
 * unknown one; nothing in the files makes this throw.
 */
import type { TeeProvider } from '../core/evidence-names.ts';
import type {
  Claim,
  ClaimSubject,
  EvidenceFile,
  SessionAssessment,
  SessionContext,
  SessionEvidence,
  ValidityWindow,
} from './claim.ts';
import { claimOf, find, type Finding } from './finding.ts';
import type { GpuVerdict } from './gpu-findings.ts';
import { assessMachine, type MachineAssessment, type MachineContext } from './machine.ts';
import type { MachineReport } from './reports/machine-report.ts';
import { parseReport } from './reports/parse-report.ts';
import { intersectWindows } from './window.ts';

type Subject = MachineReport['role'];

/** Machines that the report of a provider has to be about. */
const MACHINES: Readonly<Record<TeeProvider, readonly Subject[]>> = {
  'near-direct': ['model'],
  'near-gateway': ['gateway', 'model'],
  'vllm-proxy': ['model'],
  aci: ['gateway'],
  tinfoil: ['model'],
};

/**
 * Assess one attestation.
 *
 * @param context - The nonce that was asked for, the time at which all has to be valid, and the accepted roots.
 * @returns Claims about each machine that the provider has to attest. Keys are those of genuine machines only.
 */
export function assessSession(evidence: SessionEvidence, context: SessionContext): SessionAssessment {
  const machines = MACHINES[evidence.provider];
  const [file] = filesOf(evidence, 'report');
  const reports = find(() =>
    file === undefined
      ? { missing: 'no report is archived' }
      : { value: parseReport(evidence.provider, file), reason: 'it can be read' },
  );
  if (reports.status !== 'asserted') return nothing(machines.map((subject) => quoteClaim(subject, reports)));
  const verdicts = verdictsOf(evidence, reports.value);
  const assessed = reports.value.map((report, index) =>
    assessMachine(report, { ...contextOf(evidence, context), verdict: verdicts[index] ?? NO_VERDICT }),
  );
  const missing = machines.filter((role) => !reports.value.some((report) => report.role === role));
  return combine(
    assessed,
    missing.map((subject) => quoteClaim(subject, ABSENT)),
  );
}

const NO_VERDICT: GpuVerdict = { response: null, jwks: null };

const ABSENT: Finding<unknown> = { status: 'unknown', reason: 'the report does not attest this machine' };

function quoteClaim(subject: ClaimSubject, finding: Finding<unknown>): Claim {
  return claimOf(subject, 'quote', 'hardware_proven', finding);
}

function filesOf({ files }: SessionEvidence, role: EvidenceFile['role']): readonly Uint8Array[] {
  return files.filter((file) => file.role === role).map(({ bytes }) => bytes);
}

function contextOf(evidence: SessionEvidence, { nonce, atMs, roots }: SessionContext): Omit<MachineContext, 'verdict'> {
  const { model, spki } = evidence;
  return { nonce, atMs, roots, model, spki, collateral: filesOf(evidence, 'collateral') };
}

// Verdicts are archived in the order of the machines that have GPUs; if one is missing, it is open whose they are.
function verdictsOf(evidence: SessionEvidence, reports: readonly MachineReport[]): readonly GpuVerdict[] {
  const [jwks = null] = filesOf(evidence, 'jwks');
  const responses = filesOf(evidence, 'nras');
  const withGpus = reports.filter(({ gpus }) => gpus !== null);
  if (responses.length !== withGpus.length) return [];
  return reports.map((report) => ({ response: responses[withGpus.indexOf(report)] ?? null, jwks }));
}

function combine(assessed: readonly MachineAssessment[], more: readonly Claim[]): SessionAssessment {
  const windows = assessed.flatMap((machine) => machine.windows);
  return {
    claims: [...assessed.flatMap(({ claims }) => claims), ...more],
    machines: assessed.map(({ machine }) => machine),
    keys: assessed.flatMap(({ keys }) => keys),
    channelSpki: assessed.find(({ channelSpki }) => channelSpki !== null)?.channelSpki ?? null,
    window: windowOf(windows),
    simulated: assessed.some(({ simulated }) => simulated),
  };
}

function windowOf(windows: readonly ValidityWindow[]): ValidityWindow | null {
  return windows.length === 0 ? null : intersectWindows(windows);
}

function nothing(claims: readonly Claim[]): SessionAssessment {
  return { claims, machines: [], keys: [], channelSpki: null, window: null, simulated: false };
}
