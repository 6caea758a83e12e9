/** The checks of evidence in one piece, as runner and verifier take them. */
import type { AttestationCheck } from './claim.ts';
import { gradeAnswer } from './grade.ts';
import { assessResponse } from './response.ts';
import { assessSession } from './session.ts';
import { SIMULATED_ROOTS, VENDOR_ROOTS } from './trust.ts';

/** Which roots are accepted. */
export interface CheckOptions {
  /** Accept the simulator, whose keys anybody can derive; whatever it shows is capped and says so. */
  readonly allowSimulated: boolean;
}

/** The checks under the roots of the hardware vendors, and of the simulator if that is asked for. */
export function createAttestationCheck({ allowSimulated }: CheckOptions): AttestationCheck {
  const roots = allowSimulated ? [VENDOR_ROOTS, SIMULATED_ROOTS] : [VENDOR_ROOTS];
  return {
    assessSession: (evidence, context) => assessSession(evidence, { ...context, roots }),
    assessResponse,
    gradeAnswer,
  };
}
