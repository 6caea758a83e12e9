/** What becomes of evidence that contradicts itself. */
import { VerificationError } from '../core/errors.ts';
import type { Claim } from './claim.ts';

/**
 * Check that nothing is claimed that the evidence contradicts.
 *
 * @param what - What is refused then, such as `cannot trust endpoint`.
 * @throws {@link VerificationError} with the code of the first claim that is refuted
 */
export function refuseRefuted(claims: readonly Claim[], what: string): void {
  const refuted = claims.find(({ status }) => status === 'refuted');
  if (refuted === undefined) return;
  const { subject, claim, reason, code = 'ERR_EVIDENCE_FORM' } = refuted;
  throw new VerificationError(code, `${what}: ${subject} ${claim}: ${reason}`);
}
