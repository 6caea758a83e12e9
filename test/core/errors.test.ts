import { describe, expect, it } from 'vitest';
import { EndpointError, InputError, isTouchstoneError, UsageError, VerificationError } from '../../src/core/errors.ts';

describe('errors', () => {
  it('carry code, message, name and cause', () => {
    const cause = new Error('inner');
    const error = new UsageError('ERR_USAGE', 'cannot do both', { cause });
    expect(error).toMatchObject({ code: 'ERR_USAGE', message: 'cannot do both', name: 'UsageError', cause });
  });

  it('have no cause unless one is given', () => {
    expect('cause' in new InputError('ERR_HEX', 'x', { line: 1 })).toBe(false);
    expect(new InputError('ERR_HEX', 'x', { cause: 7 }).cause).toBe(7);
  });

  it('InputError says where', () => {
    expect(new InputError('ERR_HEX', 'x', { path: 'a.yaml', line: 3, pointer: '/b' })).toMatchObject({
      path: 'a.yaml',
      line: 3,
      pointer: '/b',
    });
    expect(new InputError('ERR_HEX', 'x')).toMatchObject({ path: undefined, line: undefined, pointer: undefined });
  });

  it('EndpointError says whether to try again', () => {
    const error = new EndpointError('ERR_ENDPOINT', 'x', { retryable: true, status: null });
    expect(error).toMatchObject({ retryable: true, status: null });
  });

  it('VerificationError carries details for inspection', () => {
    expect(new VerificationError('ERR_SIGNATURE', 'x').detail).toEqual({});
    expect(new VerificationError('ERR_SIGNATURE', 'x', { detail: { a: 1 } }).detail).toEqual({ a: 1 });
  });

  it('isTouchstoneError() knows our errors and their codes', () => {
    const error: unknown = new InputError('ERR_HEX', 'x');
    expect(isTouchstoneError(error)).toBe(true);
    expect(isTouchstoneError(error, 'ERR_UTF8', 'ERR_HEX')).toBe(true);
    expect(isTouchstoneError(error, 'ERR_UTF8')).toBe(false);
    expect(isTouchstoneError(new Error('ERR_HEX'))).toBe(false);
    expect(isTouchstoneError(null)).toBe(false);
  });
});
