/**
 * Every word that is said about the command itself: errors, hints, notes and next steps.
 *
 * Results go to stdout through `print`; everything else goes to stderr with the prefix `touchstone:`, in lower case and
 * without a final period. Control characters are made visible, so that text of others cannot draw on a terminal.
 */
import { styleText } from 'node:util';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import { printable, printableJson, printableLine } from '../reports/printable.ts';
import { exitCodeOf, EXIT, isSystemError, type SystemError } from './exit.ts';
import { HINTS } from './hints.ts';

/** How a piece of text is meant; shown as colour where colours are wanted. */
export type Tone = 'good' | 'bad' | 'warning' | 'faint' | 'strong';

const STYLES = { good: 'green', bad: 'red', warning: 'yellow', faint: 'dim', strong: 'bold' } as const;

const hints = new WeakMap<Error, string>();

/** Text in a tone, if the stream shows colours and nobody asked for none. @see https://no-color.org */
export function paint(tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY && !NO_COLOR && TERM !== 'dumb' ? styleText(STYLES[tone], text) : text;
}

/** A line of the result, on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The result as JSON, on stdout. */
export function printJson(value: unknown): void {
  print(printableJson(JSON.stringify(value, null, 2)));
}

/** A note on stderr. */
export function say(message: string): void {
  process.stderr.write(`touchstone: ${printable(message)}\n`);
}

/** Something that the user should not miss, on stderr. */
export function warn(message: string): void {
  process.stderr.write(`touchstone: ${paint('warning', 'warning', process.stderr)}: ${printable(message)}\n`);
}

/** An error with the way out of it; the hint of the place that knows most wins over that of the error code. */
export function withHint<E extends Error>(error: E, hint: string): E {
  hints.set(error, hint);
  return error;
}

/** Say what went wrong and what to do about it. */
export function sayError(error: unknown): void {
  if (exitCodeOf(error) === EXIT.bug) return sayBug(error);
  // What is wrong with a run may be told in words of its author, who must not write lines of ours.
  const text = error instanceof VerificationError ? printableLine(describe(error)) : printable(describe(error));
  process.stderr.write(`touchstone: ${paint('bad', 'error', process.stderr)}: ${text}\n`);
  const hint = hintOf(error);
  if (hint !== null) process.stderr.write(`touchstone: hint: ${printable(hint)}\n`);
}

/** An error in one line, with its code where it has one. */
export function describe(error: unknown): string {
  if (isTouchstoneError(error)) return error.code === 'ERR_USAGE' ? error.message : `${error.message} (${error.code})`;
  if (isSystemError(error)) return describeSystemError(error);
  return error instanceof Error ? error.message : String(error);
}

// Node says "ENOENT: no such file or directory, open 'a.yaml'"; people read it better the other way round.
function describeSystemError({ message, code, path, syscall }: SystemError): string {
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? code;
  return `cannot ${syscall} ${path ?? 'address'}: ${reason} (${code})`;
}

function hintOf(error: unknown): string | null {
  const own = error instanceof Error ? hints.get(error) : undefined;
  if (own !== undefined) return own;
  const code = isTouchstoneError(error) || isSystemError(error) ? error.code : '';
  return HINTS[code] ?? null;
}

function sayBug(error: unknown): void {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `touchstone: ${paint('bad', 'error', process.stderr)}: unexpected fault, this is a bug in touchstone\n`,
  );
  process.stderr.write(`${printable(trace)}\n`);
  process.stderr.write(
    'touchstone: hint: please report it with the lines above, the command you typed and the output of touchstone --version;\n' +
      'touchstone: hint: a run that was going on is kept: touchstone run --resume <folder> continues it\n',
  );
}
