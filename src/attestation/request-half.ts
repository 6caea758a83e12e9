/**
 * Who else could have chosen the request hash of a signed answer.
 *
 * Some deployments sign a hash that the caller or a gateway hands them in place of that of the body. Then a signature
 * shows what the model answered, but not to what.
 */
import type { TeeProvider } from '../core/evidence-names.ts';
import type { AttestedKey, Claim } from './claim.ts';

/** A signature or receipt that verified, by an attested key. */
export interface SignedAnswer {
  readonly signer: AttestedKey;
  /** Model that the signed text names, or null. */
  readonly model: string | null;
  readonly by: 'signature' | 'receipt';
}

/** The claim `request_half` of a signed answer. */
export function requestHalf(answer: SignedAnswer, provider: TeeProvider): Claim {
  const about = { subject: 'response', claim: 'request_half' } as const;
  const { chosenBy, reason } = readHalf(answer, provider);
  return chosenBy === null
    ? { ...about, status: 'asserted', source: 'provider_asserted', reason }
    : { ...about, status: 'unknown', source: 'operator_asserted', reason: `${chosenBy} ${reason}` };
}

function readHalf(
  { signer, model, by }: SignedAnswer,
  provider: TeeProvider,
): { chosenBy: string | null; reason: string } {
  if (by === 'receipt') {
    return { chosenBy: null, reason: 'the gateway hashes the body that it received, whatever headers say' };
  }
  if (signer.role === 'gateway') return { chosenBy: null, reason: 'the gateway hashes the body that it received' };
  if (provider === 'near-gateway' || provider === 'aci') {
    return { chosenBy: 'the gateway', reason: 'hands the request hash to the model server' };
  }
  // A text of two parts is of the older server, which takes the hash from a header of any caller.
  if (provider === 'vllm-proxy' || model === null) {
    return { chosenBy: 'any caller', reason: 'could choose the request hash with a header' };
  }
  return {
    chosenBy: null,
    reason: 'the model server hashes the body that it received; only a holder of the operator token could choose it',
  };
}
