/** What is shown of the GPUs of a machine: their own evidence, and the vendor's verdict on it. */
import { VerificationError } from '../core/errors.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import type { TrustRoots, ValidityWindow } from './claim.ts';
import { find, valueOf, type Finding, type Missing, type Shown } from './finding.ts';
import { parseGpuEvidence, verifySpdm, type VerifiedGpu } from './gpu/spdm.ts';
import type { KeyBinding } from './key-binding.ts';

/** The vendor's verdict as archived, each file null if there is none. */
export interface GpuVerdict {
  readonly nras: Uint8Array | null;
  readonly jwks: Uint8Array | null;
}

/** What GPU evidence is checked against. */
export interface GpuFindingContext {
  readonly atMs: number;
  readonly roots: readonly TrustRoots[];
  readonly verdict: GpuVerdict;
}

/** What is shown of GPUs. */
export interface GpuFindings {
  readonly gpu: Finding<readonly VerifiedGpu[]>;
  readonly verdict: Finding<unknown>;
  /** What was used, for how long it is valid and whether it is simulated. */
  readonly used: readonly { readonly window: ValidityWindow; readonly simulated: boolean }[];
}

/** Find out what is shown of the GPUs of a machine. */
export function findGpus(
  list: readonly JsonObject[] | null,
  { gpuNonce: nonce }: KeyBinding,
  { atMs, roots }: GpuFindingContext,
): GpuFindings {
  const gpu = find(() => checkGpus(list, (evidence) => verifySpdm(evidence, { nonce, atMs, roots })));
  return { gpu, verdict: { status: 'unknown', reason: 'no verdict' }, used: valueOf(gpu) ?? [] };
}

function checkGpus(
  list: readonly JsonObject[] | null,
  verify: (evidence: ReturnType<typeof parseGpuEvidence>[number]) => VerifiedGpu,
): Shown<readonly VerifiedGpu[]> | Missing {
  if (list === null) return { missing: 'the report has no GPU evidence' };
  const value = parseGpuEvidence(list).map(verify);
  if (new Set(value.map(({ certificateSha256 }) => certificateSha256)).size < value.length) {
    throw new VerificationError('ERR_GPU_FORM', 'cannot accept GPU evidence: it has one device twice');
  }
  const kinds = [...new Set(value.map(({ kind }) => kind))].join(', ');
  return { value, reason: `evidence of ${value.length} devices (${kinds}) over the same nonce is genuine` };
}
