/** What a run takes from the world around it: time, randomness, waiting and a disk; a test brings its own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openAppend, type OpenAppend } from '../archive/append-file.ts';

/** The world of a run. */
export interface RunEnvironment {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A number in [0, 1) that decides nothing but how long to wait. */
  readonly random: () => number;
  /** Unpredictable bytes, for secrets and nonces. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Resolves after the time, or at once when the signal is aborted; it never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Opens the files that grow while the run goes on. */
  readonly openAppend: OpenAppend;
}

/** The world as it is. */
export const systemEnvironment: RunEnvironment = {
  nowMs: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (cause) {
      if (!signal.aborted) throw cause;
    }
  },
  openAppend,
};

// Many requests begin within one millisecond, and writing a time out costs more than anything else in their records.
let formatted = { ms: 0, text: new Date(0).toISOString() };

/** A time as RFC 3339 UTC with milliseconds. */
export function formatTime(ms: number): string {
  if (ms !== formatted.ms) formatted = { ms, text: new Date(ms).toISOString() };
  return formatted.text;
}
