import { describe, expect, it } from 'vitest';
import { redirectTarget } from '../../../src/suites/pull/download.ts';

describe('redirectTarget()', () => {
  const target = (from: string, location: string): string => redirectTarget(new URL(from), location).href;

  it('follows to anything that is as protected', () => {
    expect(target('https://a.org/x/y', '../z')).toBe('https://a.org/z');
    expect(target('https://a.org/', 'https://b.org/c?d')).toBe('https://b.org/c?d');
    expect(target('http://a.org/', 'http://b.org/')).toBe('http://b.org/');
    expect(target('http://a.org/', 'https://b.org/')).toBe('https://b.org/');
    expect(target('https://a.org/', 'http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080/');
    expect(target('https://a.org/', 'http://localhost/')).toBe('http://localhost/');
  });

  it.each([
    'http://b.org/',
    'http://localhost.b.org/',
    'http://127.0.0.1.b.org/',
    'ftp://b.org/',
    'data:text/plain,x',
    'file:///etc/passwd',
    'https://',
  ])('refuses to go from https to %s', (location) => {
    expect(() => target('https://a.org/', location)).toThrow(expect.objectContaining({ code: 'ERR_DOWNLOAD' }));
  });
});
