/** What is shown of the GPUs of a machine: their own evidence, and the vendor's verdict on it. */
import { tryDecodeUtf8 } from '../core/bytes.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { VerificationError } from '../core/errors.ts';
import type { TrustRoots, ValidityWindow } from './claim.ts';
import { find, valueOf, type Finding, type Missing, type Shown } from './finding.ts';
import { verifyNras } from './gpu/nras.ts';
import { parseGpuEvidence, verifySpdm, type VerifiedGpu } from './gpu/spdm.ts';
import type { KeyBinding } from './key-binding.ts';
import { boundedName } from './reports/fields.ts';
import { timeText } from './window.ts';

/** The vendor's verdict on the GPUs of one machine, as archived. */
export interface GpuVerdict {
  /** Body of the service's answer; null if there is none. */
  readonly response: Uint8Array | null;
  /** The keys of the service; null if they were not archived. */
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
  { atMs, roots, verdict }: GpuFindingContext,
): GpuFindings {
  const gpu = find(() => checkGpus(list, (evidence) => verifySpdm(evidence, { nonce, atMs, roots })));
  return { gpu, verdict: find(() => checkVerdict(verdict, nonce, atMs)), used: valueOf(gpu) ?? [] };
}

function checkVerdict({ response, jwks }: GpuVerdict, nonce: Uint8Array, atMs: number): Shown<unknown> | Missing {
  if (response === null) return { missing: 'no verdict of the vendor on the GPUs is archived' };
  if (jwks === null) return { missing: 'the keys of the vendor that signed the verdict are not archived' };
  const [text, keys] = [response, jwks].map((bytes) => tryDecodeUtf8(bytes) ?? '');
  const { deviceCount, issuedAtMs } = verifyNras(text ?? '', keys ?? '', { nonce, atMs });
  const at = timeText(issuedAtMs);
  return {
    value: null,
    reason: `by the archived keys, the vendor found this number of devices good at ${at}: ${deviceCount}`,
  };
}

function checkGpus(
  list: readonly JsonObject[] | null,
  verify: (evidence: ReturnType<typeof parseGpuEvidence>[number]) => VerifiedGpu,
): Shown<readonly VerifiedGpu[]> | Missing {
  if (list === null || list.length === 0) return { missing: 'the report has no GPU evidence' };
  const value = parseGpuEvidence(list).map(verify);
  if (new Set(value.map(({ certificateSha256 }) => certificateSha256)).size < value.length) {
    throw new VerificationError('ERR_GPU_FORM', 'cannot accept GPU evidence: it has one device twice');
  }
  const kinds = [...new Set(value.map(({ kind }) => boundedName(kind)))].join(', ');
  return { value, reason: `genuine evidence over the same nonce; devices: ${value.length}, of kind ${kinds}` };
}
