/** Findings: what a check came to, before it is worded as a claim. */
import { VerificationError, type VerificationCode } from '../core/errors.ts';
import type { Claim, ClaimName, ClaimSource, ClaimSubject } from './claim.ts';

/** What a check shows, with the value that later checks build on. */
export interface Shown<T> {
  readonly value: T;
  /** One clause; text of a provider only as bounded names and hex. */
  readonly reason: string;
}

/** That there is nothing to check, and why. */
export interface Missing {
  readonly missing: string;
}

/** The outcome of a check. */
export type Finding<T> =
  | ({ readonly status: 'asserted' } & Shown<T>)
  | { readonly status: 'refuted'; readonly reason: string; readonly code: VerificationCode }
  | { readonly status: 'unknown'; readonly reason: string };

/** What a check that throws where evidence is contradicted comes to. Any other error is a fault of ours and escapes. */
export function find<T>(check: () => Shown<T> | Missing): Finding<T> {
  try {
    const outcome = check();
    return 'missing' in outcome ? { status: 'unknown', reason: outcome.missing } : { status: 'asserted', ...outcome };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return { status: 'refuted', reason: error.message, code: error.code };
  }
}

/**
 * A check on top of another one, whose value it takes.
 *
 * @param name - What the other one is called where it failed, such as `the quote`.
 */
export function findAfter<T, U>(first: Finding<T>, name: string, check: (value: T) => Shown<U> | Missing): Finding<U> {
  return first.status === 'asserted'
    ? find(() => check(first.value))
    : { status: 'unknown', reason: `${name} shows nothing to build on` };
}

/** The value of a finding, or null if it is not asserted. */
export function valueOf<T>(finding: Finding<T>): T | null {
  return finding.status === 'asserted' ? finding.value : null;
}

/** A finding as a claim. */
export function claimOf(
  subject: ClaimSubject,
  claim: ClaimName,
  source: ClaimSource,
  finding: Finding<unknown>,
): Claim {
  const { status, reason } = finding;
  const about = { subject, claim, status, source, reason };
  return finding.status === 'refuted' ? { ...about, code: finding.code } : about;
}
