/**
 * Certificate revocation lists.
 *
 * @see RFC 5280 §5.1
 */
import { equalBytes } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { named } from './chain.ts';
import type { ValidityWindow } from './claim.ts';
import { TAG, contextTag, derIntegerHex, derSmallInteger, derTimeMs } from './der.ts';
import type { DerReader } from './der.ts';
import { isSignedBy, openSigned, readAlgorithm, readExtensions } from './signed-der.ts';
import type { SignedDer } from './signed-der.ts';
import { checkClock, describeWindow, isWithin } from './window.ts';
import type { Certificate } from './x509.ts';

const MAX_CRL_BYTES = 1 << 20;
// A list for certain reasons only, an indirect or a delta list would say so in a critical extension.
const UNDERSTOOD = new Set<string>();

/** A revocation list, of which nothing is trusted yet. */
export interface RevocationList extends SignedDer {
  /** Name of the issuer in DER. */
  readonly issuer: Uint8Array;
  readonly window: ValidityWindow;
  /** Serial numbers of revoked certificates, as {@link Certificate} has them. */
  readonly revoked: ReadonlySet<string>;
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_COLLATERAL_FORM', `cannot read a revocation list: ${fault}`);
}

/**
 * The revocation list in some DER.
 *
 * @throws {@link VerificationError} `ERR_COLLATERAL_FORM` unless it is one complete version 2 list that says until
 *   when it holds, and nothing else.
 */
export function parseCrl(der: Uint8Array): RevocationList {
  if (der.length > MAX_CRL_BYTES) throw malformed(`it has more than ${MAX_CRL_BYTES} bytes`);
  const { content, ...envelope } = openSigned(der, malformed);
  if (derSmallInteger(content.content(TAG.integer), malformed) !== 1) throw malformed('it is not of version 2');
  if (readAlgorithm(content, malformed) !== envelope.algorithm) throw malformed('it names two algorithms');
  const issuer = content.element(TAG.sequence).raw;
  const window = { fromMs: derTimeMs(content.element(), malformed), toMs: derTimeMs(content.element(), malformed) };
  const revoked = content.peek() === TAG.sequence ? readRevoked(content.inside(TAG.sequence)) : new Set<string>();
  if (content.peek() !== null) readExtensions(content.inside(contextTag(0)), UNDERSTOOD, malformed);
  content.end();
  return { ...envelope, issuer, window, revoked };
}

function readRevoked(entries: DerReader): ReadonlySet<string> {
  const revoked = new Set<string>();
  while (entries.peek() !== null) {
    const entry = entries.inside(TAG.sequence);
    revoked.add(derIntegerHex(entry.content(TAG.integer), malformed));
    // When it was revoked and, in extensions, why: whatever they say, it is on the list.
    entry.element();
    if (entry.peek() !== null) entry.element(TAG.sequence);
    entry.end();
  }
  return revoked;
}

/**
 * Check that a revocation list is the issuer's and holds at a time.
 *
 * @param issuer - A CA whose own chain is checked.
 * @throws {@link VerificationError} `ERR_CLOCK`, `ERR_CRL_MISSING` if it is the list of somebody else,
 *   `ERR_CRL_SIGNATURE`, `ERR_CRL_TIME`.
 */
export function checkCrl(crl: RevocationList, issuer: Certificate, atMs: number): void {
  checkClock(atMs);
  if (!equalBytes(crl.issuer, issuer.subject)) {
    throw new VerificationError('ERR_CRL_MISSING', `cannot find the revocation list of ${named(issuer)}`);
  }
  if (!issuer.keyUsage.has('crlSign') || !isSignedBy(crl, issuer.spki)) {
    throw new VerificationError('ERR_CRL_SIGNATURE', `cannot accept a revocation list: not by ${named(issuer)}`);
  }
  if (isWithin(crl.window, atMs)) return;
  throw new VerificationError(
    'ERR_CRL_TIME',
    `cannot use the revocation list of ${named(issuer)}: ${describeWindow(crl.window, atMs)}`,
  );
}

/**
 * Check that a certificate is not on the list of its issuer.
 *
 * @param crl - A list that {@link checkCrl} accepts for the issuer of the certificate.
 * @throws {@link VerificationError} `ERR_CERT_REVOKED`
 */
export function checkNotRevoked(certificate: Certificate, crl: RevocationList): void {
  if (!equalBytes(certificate.issuer, crl.issuer)) {
    throw new VerificationError('ERR_CRL_MISSING', `cannot find the revocation list for ${named(certificate)}`);
  }
  if (!crl.revoked.has(certificate.serial)) return;
  throw new VerificationError('ERR_CERT_REVOKED', `cannot accept ${named(certificate)}: its issuer has revoked it`);
}
