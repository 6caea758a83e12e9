/** What a report on one machine shows, as claims. */
import { findApplication, type ApplicationFindings } from './application.ts';
import type { AttestedKey, AttestedMachine, Claim, ClaimName, ClaimSource, ValidityWindow } from './claim.ts';
import { claimOf, find, valueOf, type Finding } from './finding.ts';
import { findGpus, type GpuFindings, type GpuVerdict } from './gpu-findings.ts';
import { bindKeys, unbound, type KeyBinding } from './key-binding.ts';
import { createQuoteVerifier, findQuote, type QuoteFiles, type QuoteFindings } from './quote-findings.ts';
import { boundedName } from './reports/fields.ts';
import type { MachineReport } from './reports/machine-report.ts';
import type { VerifiedQuote } from './tdx/verify.ts';
import { VerificationError } from '../core/errors.ts';

/** What a machine is checked against. */
export interface MachineContext extends QuoteFiles {
  /** The 32 bytes that were asked for. */
  readonly nonce: Uint8Array;
  /** The model that is asked. */
  readonly model: string;
  /** Hex digest of the TLS key that the runner saw, or null. */
  readonly spki: string | null;
  readonly verdict: GpuVerdict;
}

/** What a report on one machine shows. */
export interface MachineAssessment {
  readonly claims: readonly Claim[];
  readonly machine: AttestedMachine;
  /** Empty unless the machine is genuine, closed to its host and bound to key and nonce. */
  readonly keys: readonly AttestedKey[];
  readonly channelSpki: string | null;
  /** When what was used is valid. */
  readonly windows: readonly ValidityWindow[];
  readonly simulated: boolean;
}

interface Findings extends QuoteFindings {
  readonly binding: KeyBinding;
  readonly application: ApplicationFindings;
  /** Null for a gateway, which has none. */
  readonly gpus: GpuFindings | null;
}

/** Assess the report on a machine. Never throws on what is in it. */
export function assessMachine(report: MachineReport, context: MachineContext): MachineAssessment {
  const verify = createQuoteVerifier(context);
  const quote = findQuote(report.quote, verify);
  const verified = valueOf(quote.quote);
  const binding = verified === null ? unbound(context) : bindKeys(report, verified.reportData, context);
  const findings: Findings = {
    ...quote,
    binding,
    application: findApplication(report, quote.quote, { nonce: context.nonce, verify }),
    gpus: report.role === 'model' ? findGpus(report.gpus, binding, context) : null,
  };
  const used = [verified, findings.application.launched, ...(findings.gpus?.used ?? [])].filter(
    (part) => part !== null,
  );
  return {
    claims: claimsOf(report, findings, context),
    machine: describeMachine(report, verified, findings.application),
    keys: attestedKeys(report, findings),
    channelSpki: isGenuine(findings) ? valueOf(binding.tls) : null,
    windows: [...used.map(({ window }) => window), ...binding.windows],
    simulated: used.some(({ simulated }) => simulated),
  };
}

function claimsOf(report: MachineReport, findings: Findings, context: MachineContext): readonly Claim[] {
  const { binding, application, gpus } = findings;
  const claim = (name: ClaimName, source: ClaimSource, finding: Finding<unknown> | null): readonly Claim[] =>
    finding === null ? [] : [claimOf(report.role, name, source, finding)];
  return [
    ...claim('quote', 'hardware_proven', findings.quote),
    ...claim('vendor_root', 'verifier_derived', findings.vendorRoot),
    ...claim('tcb', 'hardware_proven', findings.tcb),
    ...claim('production', 'hardware_proven', findings.production),
    ...claim('key_bound', 'hardware_proven', binding.keys),
    ...claim('nonce', 'hardware_proven', binding.nonce),
    ...claim('tls_bound', 'operator_asserted', binding.tls),
    ...claim('event_log', 'verifier_derived', application.eventLog),
    ...claim('compose', 'hardware_proven', application.compose),
    ...claim('images_pinned', 'verifier_derived', application.images),
    ...claim('measurements', 'verifier_derived', UNLISTED),
    ...claim('actions', 'verifier_derived', application.actions),
    ...claim('gpu', 'hardware_proven', gpus?.gpu ?? null),
    ...claim('gpu_bound', 'hardware_proven', gpus === null ? null : binding.gpu),
    ...claim('gpu_verdict', 'operator_asserted', gpus?.verdict ?? null),
    ...claim('weights', 'verifier_derived', report.role === 'model' ? findWeights(application) : null),
    ...claim('signed_model', 'provider_asserted', findAlias(report, context)),
  ];
}

const UNLISTED: Finding<unknown> = { status: 'unknown', reason: 'no policy lists what may have been booted' };

function findWeights({ declaredCheckpoints: declared }: ApplicationFindings): Finding<unknown> {
  const names = declared.map(boundedName).join(', ');
  const reason = names === '' ? '' : `; the application declares ${names}`;
  return { status: 'unknown', reason: `no measurement covers the weights${reason}` };
}

// Only a contradiction is worth a claim here: what signed the answer names the model again.
function findAlias({ model }: MachineReport, { model: asked }: MachineContext): Finding<unknown> | null {
  if (model === null || model === asked) return null;
  return find(() => {
    const names = `${boundedName(model)}, want ${boundedName(asked)}`;
    throw new VerificationError('ERR_MODEL_ALIAS', `cannot accept machine: its report names the model ${names}`);
  });
}

function describeMachine(
  { role, quote }: MachineReport,
  verified: VerifiedQuote | null,
  { measurements, declaredCheckpoints }: ApplicationFindings,
): AttestedMachine {
  const about = { role, declaredCheckpoints };
  if (verified === null) return { ...about, platform: quote === null ? 'unknown' : 'tdx', tcb: null, measurements: {} };
  const { status, advisories, tcbEvaluationDataNumber: evaluationDataNumber, fmspc } = verified;
  return {
    ...about,
    platform: `tdx-v${verified.version}`,
    tcb: { status, advisories, evaluationDataNumber, fmspc },
    measurements: { ...verified.measurements, ...measurements },
  };
}

function isGenuine({ quote, production, binding }: Findings): boolean {
  return [quote, production, binding.keys, binding.nonce].every(({ status }) => status === 'asserted');
}

function attestedKeys({ role, model }: MachineReport, findings: Findings): readonly AttestedKey[] {
  const keys = isGenuine(findings) ? (valueOf(findings.binding.keys) ?? []) : [];
  return keys.map((key) => ({ role, ...key, model }));
}
