/** What is shown of a machine by its quote alone: that it is genuine, how its platform stands, and that it is closed. */
import type { VerificationCode } from '../core/errors.ts';
import type { TrustRoots } from './claim.ts';
import { find, findAfter, type Finding, type Missing, type Shown } from './finding.ts';
import { checkProduction } from './tdx/policy.ts';
import { parseQuote } from './tdx/quote.ts';
import { collateralFits } from './tdx/select.ts';
import { verifyQuote, type VerifiedQuote } from './tdx/verify.ts';

/** Verifies a quote; throws as {@link verifyQuote} does, null where no collateral is archived. */
export type QuoteVerifier = (quote: Uint8Array) => VerifiedQuote | null;

/** What a quote is checked with. */
export interface QuoteFiles {
  readonly collateral: readonly Uint8Array[];
  readonly roots: readonly TrustRoots[];
  readonly atMs: number;
}

/** What a quote shows. */
export interface QuoteFindings {
  readonly quote: Finding<VerifiedQuote>;
  readonly vendorRoot: Finding<unknown>;
  readonly tcb: Finding<unknown>;
  readonly production: Finding<unknown>;
}

// Faults of the platform under a quote whose signature is genuine.
const TCB_CODES: readonly VerificationCode[] = ['ERR_TCB_LEVEL', 'ERR_TCB_REVOKED', 'ERR_TDX_MODULE'];

/**
 * A verifier with the archived collateral.
 *
 * Of several files a quote takes the one about its platform; with none of them, the first says what is wrong.
 */
export function createQuoteVerifier({ collateral, roots, atMs }: QuoteFiles): QuoteVerifier {
  return (quote) => {
    const fitting = collateral.length > 1 ? collateral.find((file) => collateralFits(file, quote)) : undefined;
    const file = fitting ?? collateral[0];
    if (file !== undefined) return verifyQuote(quote, file, { roots, atMs });
    // Collateral is found by what is in a quote, so one that cannot be read has none; that is not for want of an archive.
    parseQuote(quote);
    return null;
  };
}

/** Find out what a quote shows; null is that of a report without one. */
export function findQuote(bytes: Uint8Array | null, verify: QuoteVerifier): QuoteFindings {
  const found = find(() => checkQuote(bytes, verify));
  const isTcb = found.status === 'refuted' && TCB_CODES.includes(found.code);
  const quote: Finding<VerifiedQuote> = isTcb ? { status: 'unknown', reason: 'its platform is refused' } : found;
  return {
    quote,
    vendorRoot: findAfter(quote, 'the quote', findRoot),
    tcb: isTcb ? found : findAfter(quote, 'the quote', describeTcb),
    production: findAfter(quote, 'the quote', findProduction),
  };
}

function checkQuote(bytes: Uint8Array | null, verify: QuoteVerifier): Shown<VerifiedQuote> | Missing {
  if (bytes === null) return { missing: 'the report has no TDX quote' };
  const value = verify(bytes);
  if (value === null) return { missing: 'there is no collateral to check the quote with' };
  return { value, reason: `a genuine TDX quote of version ${value.version}, by collateral that is valid at its time` };
}

function describeTcb({ status, parts, advisories, ...quote }: VerifiedQuote): Shown<unknown> {
  const listed = advisories.length === 0 ? 'no advisories' : `advisories ${advisories.join(', ')}`;
  const detail = `quoting enclave ${parts.qe}, module ${parts.tdxModule}, platform ${parts.platform}`;
  const source = `FMSPC ${quote.fmspc}, evaluation data number ${quote.tcbEvaluationDataNumber}`;
  return { value: status, reason: `${status} (${detail}), ${listed}, ${source}` };
}

function findProduction({ report }: VerifiedQuote): Shown<unknown> {
  checkProduction(report);
  return { value: null, reason: 'no debugging, and the host cannot change its memory unnoticed' };
}

function findRoot({ simulated }: VerifiedQuote): Shown<unknown> | Missing {
  if (simulated) return { missing: 'the quote is under the root of a simulator, which proves nothing' };
  return { value: null, reason: 'the quote is under the pinned root of Intel' };
}
