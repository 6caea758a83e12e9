/**
 * Programs that have to be run again before a verdict is derived: several at once, concluded in the order of their records.
 *
 * Everything else about a record is checked when it is read, so only what follows from the end of a program waits.
 */
import type { Sandbox, Trial, TrialEnd } from '../scoring/trial.ts';

/** What was derived from an answer: what was extracted, null if nothing could be, undefined if nothing is concluded. */
export type Rederived = string | null | undefined;

/** A program whose end decides what is derived. */
export interface Retrial {
  readonly trial: Trial;
  /** @throws {@link VerificationError} if the record says otherwise. */
  conclude(end: TrialEnd): Rederived;
}

/** What waits for programs. */
export interface Retrials {
  /** Pass on what was derived, now if there is nothing to wait for. */
  add(derived: Rederived | Retrial, pass: (derived: Rederived) => void): void;
  /** Resolves when everything has been passed on. */
  settled(): Promise<void>;
}

/** @param sandbox - Where programs run; null if there is none, and then nothing is concluded from them. */
export function createRetrials(sandbox: Sandbox | null): Retrials {
  let waiting: { readonly derived: Rederived | Retrial; readonly pass: (derived: Rederived) => void }[] = [];
  return {
    add(derived, pass) {
      if (sandbox === null || (waiting.length === 0 && !isRetrial(derived)))
        pass(isRetrial(derived) ? undefined : derived);
      else waiting.push({ derived, pass });
    },
    async settled() {
      if (sandbox === null || waiting.length === 0) return;
      const batch = waiting;
      waiting = [];
      const ends = await Promise.all(
        batch.map(async ({ derived }) => (isRetrial(derived) ? await sandbox.run(derived.trial) : null)),
      );
      for (const [position, { derived, pass }] of batch.entries()) {
        const end = ends[position] ?? null;
        pass(isRetrial(derived) ? end && derived.conclude(end) : derived);
      }
    },
  };
}

function isRetrial(derived: Rederived | Retrial): derived is Retrial {
  return typeof derived === 'object' && derived !== null;
}
