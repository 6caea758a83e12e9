/** Checks attestations against a policy. */
import type { VerificationCode } from '../core/errors.ts';
import type { EndpointLevel } from '../core/evidence-names.ts';
import type { AttestedMachine, Claim, SessionAssessment } from './claim.ts';
import { reachesLevel } from './level.ts';
import type { MachinePolicy, Policy } from './policy.ts';

/** Registers that together say which firmware, kernel and root file system were booted. */
const BOOT_MEASUREMENTS: readonly string[] = ['mr_td', 'rtmr0', 'rtmr1', 'rtmr2'];

/** One requirement of a policy and whether it is met. */
export interface PolicyFinding {
  /** Field of the policy. */
  readonly rule: string;
  readonly met: boolean;
  readonly reason: string;
  readonly code?: VerificationCode;
}

/** What a policy says of an endpoint. */
export interface PolicyVerdict {
  /** Whether every requirement is met. */
  readonly pass: boolean;
  readonly findings: readonly PolicyFinding[];
}

/**
 * Check every requirement of a policy against every machine of every attestation.
 *
 * @param assessments - Attestations of one endpoint; with none, nothing passes.
 * @param level - Level of the endpoint, derived after {@link applyPolicy}.
 */
export function checkPolicy(
  policy: Policy,
  assessments: readonly SessionAssessment[],
  level: EndpointLevel,
): PolicyVerdict {
  const machines = assessments.flatMap((assessment) => assessment.machines);
  const findings = [
    ...levelFindings(policy, level),
    ...machines.flatMap((machine) => [...tcbFindings(policy, machine), ...measurementFindings(policy, machine)]),
    ...gpuFindings(policy, assessments),
  ];
  if (machines.length === 0) findings.push({ rule: 'machines', met: false, reason: 'no machine is attested' });
  return { pass: findings.every(({ met }) => met), findings };
}

/**
 * An assessment whose claims `measurements` follow a policy.
 *
 * Asserted where all boot measurements of the machine are listed and everything listed matches; refuted with
 * `ERR_MEASUREMENT` where something listed does not; as it was where the policy does not list enough.
 */
export function applyPolicy(policy: Policy, assessment: SessionAssessment): SessionAssessment {
  const { claims, machines } = assessment;
  const roles = new Set(machines.map(({ role }) => role));
  const isJudged = (claim: Claim): boolean =>
    claim.claim === 'measurements' && [...roles].some((role) => role === claim.subject);
  const judged = [...roles].map((role): Claim => {
    const held = claims.find((claim) => claim.claim === 'measurements' && claim.subject === role);
    const before = held ?? unlisted(role);
    return {
      ...before,
      ...judge(
        policy,
        machines.filter((machine) => machine.role === role),
      ),
    };
  });
  return { ...assessment, claims: [...claims.filter((claim) => !isJudged(claim)), ...judged] };
}

function unlisted(subject: AttestedMachine['role']): Claim {
  const reason = 'no policy lists all boot measurements';
  return { subject, claim: 'measurements', status: 'unknown', source: 'verifier_derived', reason };
}

function judge(policy: Policy, machines: readonly AttestedMachine[]): Partial<Claim> {
  const findings = machines.flatMap((machine) => measurementFindings(policy, machine));
  const unmet = findings.find(({ met }) => !met);
  if (unmet !== undefined) {
    return { status: 'refuted', source: 'verifier_derived', reason: unmet.reason, code: 'ERR_MEASUREMENT' };
  }
  const listed = (machine: AttestedMachine): boolean => isBootListed(policy[machine.role]);
  if (machines.length === 0 || !machines.every(listed)) return {};
  return {
    status: 'asserted',
    source: 'verifier_derived',
    reason: 'every boot measurement is one that the policy lists',
  };
}

function isBootListed({ measurements = {} }: MachinePolicy = {}): boolean {
  return BOOT_MEASUREMENTS.every((name) => Object.hasOwn(measurements, name));
}

function levelFindings({ minimum_level: wanted }: Policy, level: EndpointLevel): readonly PolicyFinding[] {
  if (wanted === undefined) return [];
  const reason = `the level is ${level}, want at least ${wanted}`;
  return [finding('minimum_level', reachesLevel(level, wanted), reason, 'ERR_EVIDENCE_LEVEL')];
}

function tcbFindings(policy: Policy, { role, tcb }: AttestedMachine): readonly PolicyFinding[] {
  const { tcb_statuses: statuses, minimum_tcb_evaluation_data_number: minimum } = policy;
  const findings: PolicyFinding[] = [];
  if (statuses !== undefined) {
    const reason = `the TCB status of the ${role} machine is ${tcb?.status ?? 'not known'}, want ${statuses.join(' or ')}`;
    findings.push(finding('tcb_statuses', tcb !== null && statuses.includes(tcb.status), reason, 'ERR_TCB_LEVEL'));
  }
  if (minimum !== undefined) {
    const number = tcb?.evaluationDataNumber;
    const reason = `the TCB data of the ${role} machine has number ${number ?? '(not known)'}, want at least ${minimum}`;
    const met = number !== undefined && number >= minimum;
    findings.push(finding('minimum_tcb_evaluation_data_number', met, reason, 'ERR_TCB_LEVEL'));
  }
  return findings;
}

function measurementFindings(policy: Policy, machine: AttestedMachine): readonly PolicyFinding[] {
  const { measurements = {}, compose_hashes: hashes } = policy[machine.role] ?? {};
  const rules = Object.entries(measurements).map(([name, accepted]) => ({
    rule: `${machine.role}.measurements.${name}`,
    name,
    accepted,
  }));
  if (hashes !== undefined) {
    rules.push({ rule: `${machine.role}.compose_hashes`, name: 'compose_hash', accepted: hashes });
  }
  return rules.map(({ rule, name, accepted }) => {
    const held = Object.hasOwn(machine.measurements, name) ? machine.measurements[name] : undefined;
    const met = held !== undefined && accepted.includes(held);
    const reason = `${name} of the ${machine.role} machine is ${held ?? 'not known'}, which is${met ? '' : ' not'} listed`;
    return finding(rule, met, reason, 'ERR_MEASUREMENT');
  });
}

// Every attestation has to show its GPUs: an answer may have come from any of the machines.
function gpuFindings(policy: Policy, assessments: readonly SessionAssessment[]): readonly PolicyFinding[] {
  if (policy.gpu_required !== true) return [];
  const shown = assessments.map(({ claims }) => claims.filter(({ claim }) => claim === 'gpu'));
  const met = shown.every((claims) => claims.length > 0 && claims.every(({ status }) => status === 'asserted'));
  return [finding('gpu_required', met, met ? 'the GPU evidence verifies' : 'the GPUs of a machine are not proven')];
}

function finding(rule: string, met: boolean, reason: string, code?: VerificationCode): PolicyFinding {
  return met || code === undefined ? { rule, met, reason } : { rule, met, reason, code };
}
