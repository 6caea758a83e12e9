/**
 * Chains of certificates: every signature, name, right and validity, down from a pinned root.
 *
 * @see RFC 5280 §6.1, of which the parts that these vendors use are all required
 */
import { equalBytes } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import type { TrustRoots, ValidityWindow } from './claim.ts';
import { isSignedBy } from './signed-der.ts';
import { checkRoot } from './trust.ts';
import type { RootKind } from './trust.ts';
import { checkClock, describeWindow, intersectWindows, isWithin } from './window.ts';
import { MAX_CHAIN, commonName } from './x509.ts';
import type { Certificate } from './x509.ts';

/** What a chain is checked against. */
export interface ChainContext {
  readonly atMs: number;
  readonly roots: readonly TrustRoots[];
  readonly kind: RootKind;
  /** Whether the first certificate has to be one of a CA, or must not; default: it must not. */
  readonly leaf?: 'authority' | 'end-entity';
}

/** A chain that holds. */
export interface CheckedChain {
  readonly leaf: Certificate;
  /** From the issuer of the leaf up to the one below the root. */
  readonly intermediates: readonly Certificate[];
  readonly root: Certificate;
  /** When all of its certificates are valid. */
  readonly window: ValidityWindow;
  /** Whether its root is that of a simulator. */
  readonly simulated: boolean;
}

/**
 * Check a chain from a leaf to its self-signed root, which must be pinned.
 *
 * @param chain - Leaf first, root last, 2 to {@link MAX_CHAIN} certificates.
 * @throws {@link VerificationError} `ERR_CLOCK`; `ERR_CHAIN_FORM` for another length; `ERR_CHAIN_ROOT` and
 *   `ERR_EVIDENCE_SIMULATED` for the root; `ERR_CHAIN_LEAF` for a leaf of the wrong kind; `ERR_CHAIN_CA` for an issuer
 *   without the right to be one; `ERR_CHAIN_SIGNATURE` for a name or a signature that is not the issuer's;
 *   `ERR_CHAIN_TIME`.
 */
export function checkChain(chain: readonly Certificate[], context: ChainContext): CheckedChain {
  const { atMs, roots, kind } = context;
  checkClock(atMs);
  const [leaf] = chain;
  const root = chain.at(-1);
  if (leaf === undefined || root === undefined || chain.length < 2 || chain.length > MAX_CHAIN) {
    throw new VerificationError('ERR_CHAIN_FORM', `cannot check a chain of ${chain.length}: want 2 to ${MAX_CHAIN}`);
  }
  const { simulated } = checkRoot(kind, sha256Hex(kind === 'intelSpki' ? root.spki : root.der), roots);
  if ((leaf.ca !== null) !== (context.leaf === 'authority')) {
    throw new VerificationError('ERR_CHAIN_LEAF', `cannot use ${named(leaf)}: want an ${context.leaf ?? 'end-entity'}`);
  }
  for (const [index, certificate] of chain.entries()) {
    const authoritiesBelow = chain.slice(0, index + 1).filter((below) => below !== root && below.ca !== null).length;
    checkIssued(certificate, chain[index + 1] ?? root, authoritiesBelow);
    checkValid(certificate, atMs);
  }
  return {
    leaf,
    intermediates: chain.slice(1, -1),
    root,
    window: intersectWindows(chain.map(({ window }) => window)),
    simulated,
  };
}

function checkIssued(certificate: Certificate, issuer: Certificate, authoritiesBelow: number): void {
  if (issuer.ca === null || !issuer.keyUsage.has('keyCertSign') || issuer.ca.pathLength < authoritiesBelow) {
    throw new VerificationError('ERR_CHAIN_CA', `cannot accept ${named(issuer)} as an issuer: it is no CA for this`);
  }
  if (!equalBytes(certificate.issuer, issuer.subject) || !isSignedBy(certificate, issuer.spki)) {
    throw new VerificationError('ERR_CHAIN_SIGNATURE', `cannot accept ${named(certificate)}: not by ${named(issuer)}`);
  }
}

function checkValid(certificate: Certificate, atMs: number): void {
  if (isWithin(certificate.window, atMs)) return;
  const when = describeWindow(certificate.window, atMs);
  throw new VerificationError('ERR_CHAIN_TIME', `cannot accept ${named(certificate)}: ${when}`);
}

/** A certificate by its common name, for messages. */
export function named({ subject }: Certificate): string {
  return `certificate ${JSON.stringify(commonName(subject).slice(0, 64))}`;
}
