/**
 * A world in which nothing but the program decides what it does: time passes only when it is looked at, there is one time
 * zone, and chance is the same every time.
 *
 * It replaces the clocks and the chance of its thread, so it is for threads that run programs and nothing else.
 */

/** Time and chance of a thread. */
export interface StillWorld {
  /** Milliseconds since 1970; every look takes one. */
  nowMs(): number;
  /** Make bytes that look random. */
  scatter(bytes: Uint8Array): void;
  /** Back to the beginning. */
  reset(): void;
}

// 2024-01-01, so that dates are plausible.
const START_MS = 1_704_067_200_000;
const SEED = 0x9e37_79b9;

/**
 * Still the thread.
 *
 * @param look - Called at each look at a clock, so that waiting for a time is work.
 */
export function stillWorld(look: () => void): StillWorld {
  let ms = START_MS;
  let state = SEED;
  const nowMs = (): number => {
    look();
    return ms++;
  };
  const next = (): number => {
    // xorshift32, G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  replaceDate(nowMs);
  performance.now = () => nowMs() - START_MS;
  Math.random = () => next() / 2 ** 32;
  return {
    nowMs,
    scatter(bytes) {
      for (let at = 0; at < bytes.length; at++) bytes[at] = next() >>> 24;
    },
    reset() {
      ms = START_MS;
      state = SEED;
    },
  };
}

const PARTS = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'] as const;

// Dates without a zone are in universal time, whatever the zone of this machine is.
function replaceDate(nowMs: () => number): void {
  const System = Date;
  const make = (args: readonly number[]): Date => {
    if (args.length === 0) return new System(nowMs());
    const [year = 0, month = 0, ...rest] = args;
    return args.length === 1 ? new System(year) : new System(System.UTC(year, month, ...rest));
  };
  for (const part of PARTS) System.prototype[`get${part}`] = System.prototype[`getUTC${part}`];
  System.prototype.getTimezoneOffset = () => 0;
  System.now = nowMs;
  globalThis.Date = new Proxy(System, {
    construct: (_target, args: readonly number[]) => make(args),
  });
}
