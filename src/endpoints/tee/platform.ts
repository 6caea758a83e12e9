/** Which platform a quote comes from, as far as one has to know to ask for its collateral; nothing is verified. */
import { parseQuote } from '../../attestation/tdx/quote.ts';
import { pckAuthority, readPlatform, type PckAuthority } from '../../attestation/tdx/pck.ts';
import { parsePemChain } from '../../attestation/x509.ts';
import { isTouchstoneError } from '../../core/errors.ts';

/** A platform. */
export interface QuotedPlatform {
  /** 12 hex digits. */
  readonly fmspc: string;
  readonly ca: PckAuthority;
}

/** The platform in a quote, or null if the quote cannot be read; whoever verifies it says why. */
export function quotedPlatform(quote: Uint8Array): QuotedPlatform | null {
  try {
    const [pck] = parsePemChain(parseQuote(quote).pckChain);
    return pck === undefined ? null : { fmspc: readPlatform(pck).fmspc, ca: pckAuthority(pck.issuer) };
  } catch (error) {
    if (isTouchstoneError(error)) return null;
    throw error;
  }
}
