/**
 * What cannot be derived at once, because a program or a tool has to run first: several at once, concluded in the order of
 * their records.
 *
 * Everything else about a record is checked when it is read.
 */
import type { Sandbox } from '../scoring/trial.ts';

/** What was derived of a sample: what was extracted, null if nothing is or could be, undefined if nothing is concluded. */
export type Rederived = string | null | undefined;

/**
 * Derives later.
 *
 * @param sandbox - Where programs run; null if there is none, and then nothing is concluded from them.
 * @throws {@link VerificationError} if the record says otherwise.
 */
export type Retrial = (sandbox: Sandbox | null) => Promise<Rederived>;

/** What waits to be derived. */
export interface Retrials {
  /** Pass on what was derived, now if there is nothing to wait for. */
  add(derived: Rederived | Retrial, pass: (derived: Rederived) => void): void;
  /** Resolves when everything has been passed on. */
  settled(): Promise<void>;
}

/** How many are derived at once: enough for every thread of a sandbox, and few enough to stop early. */
const LANES = 8;

/** @param sandbox - As for {@link Retrial}. */
export function createRetrials(sandbox: Sandbox | null): Retrials {
  let waiting: { readonly derived: Rederived | Retrial; readonly pass: (derived: Rederived) => void }[] = [];
  return {
    add(derived, pass) {
      if (waiting.length === 0 && typeof derived !== 'function') pass(derived);
      else waiting.push({ derived, pass });
    },
    async settled() {
      const batch = waiting;
      waiting = [];
      const ends = await derivedInLanes(
        batch.map(({ derived }) => derived),
        sandbox,
      );
      for (const [position, { pass }] of batch.entries()) {
        const end = ends[position];
        // The first fault in the order of the records is the one that is told.
        if (end?.status === 'rejected') throw end.reason;
        pass(end?.value);
      }
    },
  };
}

async function derivedInLanes(
  all: readonly (Rederived | Retrial)[],
  sandbox: Sandbox | null,
): Promise<readonly PromiseSettledResult<Rederived>[]> {
  const ends: PromiseSettledResult<Rederived>[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < all.length) {
      const place = next++;
      const derived = all[place];
      const [end] = await Promise.allSettled([typeof derived === 'function' ? derived(sandbox) : derived]);
      ends[place] = end;
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, all.length) }, lane));
  return ends;
}
