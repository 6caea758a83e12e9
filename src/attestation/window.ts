/** Stretches of time in which evidence is valid. */
import { VerificationError } from '../core/errors.ts';
import type { ValidityWindow } from './claim.ts';

/**
 * Check that a time is one.
 *
 * A comparison with NaN is false whichever way it is written, so such a clock would pass some checks.
 *
 * @throws {@link VerificationError} `ERR_CLOCK`
 */
export function checkClock(atMs: number): void {
  if (!Number.isFinite(atMs)) throw new VerificationError('ERR_CLOCK', `cannot verify at ${atMs}: want a finite time`);
}

/** Whether a time is within a window, both ends included. */
export function isWithin({ fromMs, toMs }: ValidityWindow, atMs: number): boolean {
  return fromMs <= atMs && atMs <= toMs;
}

/** The stretch that all windows share. */
export function intersectWindows(windows: readonly ValidityWindow[]): ValidityWindow {
  return {
    fromMs: Math.max(...windows.map(({ fromMs }) => fromMs)),
    toMs: Math.min(...windows.map(({ toMs }) => toMs)),
  };
}

/** A window and a time as text, for messages. */
export function describeWindow({ fromMs, toMs }: ValidityWindow, atMs: number): string {
  return `valid from ${timeText(fromMs)} to ${timeText(toMs)}, wanted at ${timeText(atMs)}`;
}

/** A time as text; evidence may name one that no calendar has. */
export function timeText(ms: number): string {
  // Beyond this no Date exists.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms}`;
}
