/** What a verifier says about a run: seven separate verdicts, each with its scope, never one green tick. */

/** The seven questions, in the order in which they are answered and shown. */
export const AXES = [
  'integrity',
  'authorship',
  'time',
  'completeness',
  'scoring',
  'execution',
  'reproduction',
] as const;

/** One of the seven questions. */
export type Axis = (typeof AXES)[number];

/**
 * `proven`: follows from signed bytes and arithmetic. `declared`: the signer says so. `not evaluated`: nothing to check,
 * or no means to. `failed`: contradicted.
 */
export type Verdict = 'proven' | 'declared' | 'not evaluated' | 'failed';

/** The answer to one question. */
export interface AxisVerdict {
  readonly axis: Axis;
  readonly verdict: Verdict;
  /** One sentence: what the verdict covers and what it does not. */
  readonly scope: string;
  /** How much of what there is was checked; absent where counting makes no sense. */
  readonly coverage?: { readonly checked: number; readonly total: number; readonly unit: string };
  /** Code of the fault, if the verdict is `failed`. */
  readonly code?: string;
}

/** Who signed a run, as far as this verifier can tell. */
export interface SignerVerdict {
  /** `trusted`: by a key the caller named. `unidentified`: a valid signature by a key nobody vouched for. */
  readonly status: 'trusted' | 'unidentified' | 'ephemeral';
  /** The name the caller gave the key if trusted, otherwise the name the plan claims. */
  readonly name: string;
  /** Fingerprint of the key as OpenSSH prints it. */
  readonly fingerprint: string;
}
