/** Which collateral a quote needs; read from bytes that nothing has vouched for, so good for choosing only. */
import { isTouchstoneError } from '../../core/errors.ts';
import { parsePemChain } from '../x509.ts';
import { parseCollateral } from './collateral.ts';
import { pckAuthority, readPlatform } from './pck.ts';
import type { PckAuthority } from './pck.ts';
import { parseQuote } from './quote.ts';
import { parseTcbInfo } from './statements.ts';

/** What Intel's service is asked for. */
export interface CollateralRequest {
  /** Family, model, stepping, platform and custom SKU, in lower-case hex. */
  readonly fmspc: string;
  readonly ca: PckAuthority;
}

/**
 * The collateral that a quote needs.
 *
 * @throws {@link VerificationError} `ERR_QUOTE_FORM`, `ERR_CHAIN_FORM`, `ERR_CHAIN_LEAF`
 */
export function collateralRequest(quoteBytes: Uint8Array): CollateralRequest {
  const [pck] = parsePemChain(parseQuote(quoteBytes).pckChain);
  // parsePemChain gives at least one.
  if (pck === undefined) throw new RangeError('bad math in parsePemChain');
  return { fmspc: readPlatform(pck).fmspc, ca: pckAuthority(pck.issuer) };
}

/**
 * Whether collateral is about the platform and of the authority of a quote; false if either cannot be read.
 *
 * Verification says what is wrong, so with a single file there is nothing to choose.
 */
export function collateralFits(collateralBytes: Uint8Array, quoteBytes: Uint8Array): boolean {
  try {
    const { fmspc, ca } = collateralRequest(quoteBytes);
    const { tcbInfo, pckCrlIssuerChain } = parseCollateral(collateralBytes);
    const [authority] = parsePemChain(pckCrlIssuerChain);
    return (
      authority !== undefined && pckAuthority(authority.subject) === ca && parseTcbInfo(tcbInfo.bytes).fmspc === fmspc
    );
  } catch (error) {
    if (isTouchstoneError(error)) return false;
    throw error;
  }
}
