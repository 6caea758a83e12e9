/** The checks of evidence, loaded only where there is evidence to check, so that everything else starts as fast without. */
import type { AttestationCheck } from '../attestation/claim.ts';
import type { PolicyFinding } from '../attestation/check-policy.ts';
import type { Policy } from '../attestation/policy.ts';
import type { RunSource } from '../transcript/source.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import type { VerifyOptions } from '../verifier/verify.ts';
import { momentOf } from './moment.ts';

/** What evidence is checked with. */
export interface EvidenceChoice {
  /** Accept the simulator, whose evidence proves nothing. */
  readonly allowSimulated: boolean;
  /** When evidence has to be valid, in milliseconds since 1970; null for the moments that the records state. */
  readonly atMs: number | null;
  /** What is accepted of the machines; null if nothing is required. */
  readonly policy: Policy | null;
}

/** The options that decide how evidence is checked. */
export const EVIDENCE_OPTIONS = {
  policy: {
    type: 'string',
    requiresArg: true,
    describe: 'file that names the measurements, TCB statuses and level you accept, see docs/tee.md',
  },
  'allow-simulated': {
    type: 'boolean',
    default: false,
    describe: 'accept a simulator, whose evidence proves nothing',
  },
} as const;

/**
 * The choice in the words of a user.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 * @throws {@link InputError} `ERR_CONFIG_YAML`, `ERR_CONFIG_SCHEMA` of the policy
 */
export async function readEvidenceChoice(args: {
  readonly allowSimulated: boolean;
  readonly policy?: string | undefined;
  readonly at?: string | undefined;
}): Promise<EvidenceChoice> {
  const atMs = momentOf('at', args.at);
  if (args.policy === undefined) return { allowSimulated: args.allowSimulated, atMs, policy: null };
  const { readPolicy } = await import('./policy-file.ts');
  return { allowSimulated: args.allowSimulated, atMs, policy: await readPolicy(args.policy) };
}

/** The checks; under a policy, measurements are judged by it. */
export async function loadEvidenceCheck(choice: Omit<EvidenceChoice, 'atMs'>): Promise<AttestationCheck> {
  const { allowSimulated, policy } = choice;
  const { createAttestationCheck } = await import('../attestation/check.ts');
  const check = createAttestationCheck({ allowSimulated });
  if (policy === null) return check;
  const { applyPolicy } = await import('../attestation/check-policy.ts');
  return {
    ...check,
    assessSession: (evidence, context) => applyPolicy(policy, check.assessSession(evidence, context)),
  };
}

/** What `verifyRun` needs to check the evidence in a source. */
export async function evidenceOptions(
  source: RunSource,
  choice: EvidenceChoice,
): Promise<Pick<VerifyOptions, 'attestation' | 'evidenceAtMs'>> {
  if (!plansEvidence(source)) return {};
  const attestation = await loadEvidenceCheck(choice);
  return { attestation, ...(choice.atMs === null ? {} : { evidenceAtMs: choice.atMs }) };
}

/** What a policy requires and a verified run does not show. */
export async function unmetRequirements(
  { execution }: VerifiedTranscript,
  policy: Policy,
): Promise<readonly PolicyFinding[]> {
  const { checkPolicy } = await import('../attestation/check-policy.ts');
  const { claims = [], machines = [], simulated = false } = execution ?? {};
  // What could not be checked may be anything.
  const level = execution === null || execution.checked < execution.answers ? 'L0' : execution.level;
  const shown = { claims, machines, simulated, keys: [], channelSpki: null, window: null };
  return checkPolicy(policy, [shown], level).findings.filter(({ met }) => !met);
}

// In canonical JSON these bytes are a key and never part of a text, where the quotation marks would be escaped.
function plansEvidence({ files }: RunSource): boolean {
  return Buffer.from(files.get('plan.json') ?? '').includes('"evidence":');
}
