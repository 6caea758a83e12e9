/** Chains of evidence other than quotes: their faults go by the code of what the chain belongs to. */
import { VerificationError, type VerificationCode } from '../core/errors.ts';
import { checkChain, type ChainContext, type CheckedChain } from './chain.ts';
import type { Certificate } from './x509.ts';

/** What a chain belongs to. */
export interface ChainOwner {
  readonly code: VerificationCode;
  /** For messages, such as `GPU evidence`. */
  readonly name: string;
}

/**
 * Check a chain.
 *
 * @param read - Gives the chain, leaf first.
 * @throws {@link VerificationError} the owner's code for whatever is wrong with the chain; `ERR_CLOCK` and
 *   `ERR_EVIDENCE_SIMULATED` as they are
 */
export function checkVendorChain(
  read: () => readonly Certificate[],
  context: ChainContext,
  { code, name }: ChainOwner,
): CheckedChain {
  try {
    return checkChain(read(), context);
  } catch (error) {
    if (!(error instanceof VerificationError) || !error.code.startsWith('ERR_CHAIN_')) throw error;
    throw new VerificationError(code, `cannot accept ${name}: ${error.message}`, { cause: error });
  }
}
