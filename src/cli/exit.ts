/**
 * What the process says with its exit code, and which error means which code.
 *
 * The codes are public API: scripts and CI depend on them.
 */
import { EndpointError, InputError, UsageError, VerificationError } from '../core/errors.ts';

/** The exit codes by meaning. */
export const EXIT = {
  /** Done, and the answer is yes. */
  yes: 0,
  /** The answer is no: unverified, or a bundle that opens but is malformed or forged. */
  no: 1,
  usage: 2,
  /** A path that cannot be read, or a file that is not what it should be. */
  input: 3,
  /** Endpoint or network trouble. */
  endpoint: 4,
  /** Not enough: more unscored than allowed, or a budget reached. */
  insufficient: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const NETWORK_CALLS = new Set(['bind', 'connect', 'getaddrinfo', 'listen']);

/** What Node throws when the operating system refuses a call. */
export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

/** Whether a caught value came from the operating system. */
export function isSystemError(value: unknown): value is SystemError {
  return value instanceof Error && 'syscall' in value && 'code' in value && typeof value.code === 'string';
}

/** The exit code of a caught value; what nobody threw on purpose is a bug of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof InputError) return EXIT.input;
  if (error instanceof EndpointError) return EXIT.endpoint;
  if (error instanceof VerificationError) return EXIT.no;
  if (isSystemError(error)) return NETWORK_CALLS.has(error.syscall) ? EXIT.endpoint : EXIT.input;
  return EXIT.bug;
}

/** The worst of several outcomes, for commands that do several things: 3 wins over 1 over 4 over 5 over 0. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  const order = [EXIT.interrupted, EXIT.bug, EXIT.usage, EXIT.input, EXIT.no, EXIT.endpoint, EXIT.insufficient];
  return order.find((code) => codes.includes(code)) ?? EXIT.yes;
}
