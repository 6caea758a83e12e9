/** The error of records or content that a verifier does not accept. */
import { VerificationError, type VerificationCode } from '../core/errors.ts';

/** Records that break a rule. */
export function recordsFault(code: VerificationCode, what: string): VerificationError {
  return new VerificationError(code, `cannot accept records: ${what}`);
}
