import { describe, expect, it, vi } from 'vitest';
import { exitCodeOf, worstOf } from '../../src/cli/exit.ts';
import { describe as describeError, sayError, withHint } from '../../src/cli/say.ts';
import { EndpointError, InputError, UsageError, VerificationError } from '../../src/core/errors.ts';

function said(error: unknown): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    sayError(error);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: no such thing, ${syscall} 'a'`), { code, syscall, path: 'a' });
}

describe('exitCodeOf()', () => {
  it.each([
    [2, new UsageError('ERR_USAGE', 'x')],
    [3, new InputError('ERR_UTF8', 'x')],
    [4, new EndpointError('ERR_ENDPOINT', 'x', { retryable: false, status: null })],
    [1, new VerificationError('ERR_SIGNATURE', 'x')],
    [3, systemError('ENOENT', 'open')],
    [4, systemError('EADDRINUSE', 'listen')],
    [70, new TypeError('x is not a function')],
    [70, 'a thrown text'],
  ])('gives %i for %s', (code, error) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('worstOf()', () => {
  it('lets 3 win over 1, 1 over 4, 4 over 5, and 5 over 0', () => {
    expect(worstOf([0, 5, 4, 1, 3])).toBe(3);
    expect(worstOf([0, 5, 4, 1])).toBe(1);
    expect(worstOf([0, 5, 4])).toBe(4);
    expect(worstOf([0, 5])).toBe(5);
    expect(worstOf([0, 0])).toBe(0);
    expect(worstOf([])).toBe(0);
    expect(worstOf([0, 3, 130])).toBe(130);
  });
});

describe('sayError()', () => {
  it('says an error with its code and the hint of its place', () => {
    const error = withHint(new InputError('ERR_UTF8', 'cannot read a'), 'try b');
    expect(said(error)).toBe('touchstone: error: cannot read a (ERR_UTF8)\ntouchstone: hint: try b\n');
  });

  it('makes control characters of others visible', () => {
    expect(said(new InputError('ERR_UTF8', 'cannot read \u001b[2Jfile'))).toContain('cannot read ⟨U+001B⟩[2Jfile');
  });

  it('shows a stack trace for a bug only, and asks for a report', () => {
    const bug = said(new TypeError('x is not a function'));
    expect(bug).toContain('this is a bug in touchstone');
    expect(bug).toMatch(/^ {4}at /m);
    expect(bug).toContain('please report it');
    expect(said(new UsageError('ERR_USAGE', 'x'))).not.toMatch(/^ {4}at /m);
  });

  it('turns round what Node says about files', () => {
    expect(describeError(systemError('ENOENT', 'open'))).toBe('cannot open a: no such thing (ENOENT)');
  });
});
