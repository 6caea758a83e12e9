import { describe, expect, it } from 'vitest';
import { transportCode } from '../../src/endpoints/transport-code.ts';

function coded(code: string, name = 'Error'): Error {
  return Object.assign(new Error('text with sk-secret'), { code, name });
}

describe('transportCode()', () => {
  it.each([
    ['EAI_AGAIN', 'EAI_AGAIN'],
    ['ECONNREFUSED', 'ECONNREFUSED'],
    ['EPIPE', 'ECONNRESET'],
    ['ECONNABORTED', 'ECONNRESET'],
    ['UND_ERR_SOCKET', 'ECONNRESET'],
    ['EHOSTUNREACH', 'EHOSTUNREACH'],
    ['ENETUNREACH', 'ENETUNREACH'],
    ['ENOTFOUND', 'ENOTFOUND'],
    ['ETIMEDOUT', 'ETIMEDOUT'],
    ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
    ['UND_ERR_HEADERS_OVERFLOW', 'ERR_HTTP_MALFORMED'],
    ['CERT_HAS_EXPIRED', 'ERR_TLS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS'],
    ['sk-secret', 'ERR_NETWORK'],
  ])('%s is %s', (code, want) => {
    expect(transportCode(coded(code), false)).toBe(want);
  });

  it('knows the parser errors of undici by name, because they have no code', () => {
    expect(transportCode(coded('', 'HTTPParserError'), true)).toBe('ERR_HTTP_MALFORMED');
  });

  it.each(['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'unknown'])(
    '%s while a body comes in has cut it',
    (code) => {
      expect(transportCode(coded(code), true)).toBe('ERR_BODY_CUT');
    },
  );

  it.each([undefined, null, 'text', 7, { code: 7 }])('%j is ERR_NETWORK', (error) => {
    expect(transportCode(error, false)).toBe('ERR_NETWORK');
  });
});
