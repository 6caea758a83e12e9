/** From the errors of sockets, TLS and the HTTP parser to the fixed list of transport codes. */
import type { TransportCode } from './endpoint.ts';

const KNOWN: ReadonlyMap<string, TransportCode> = new Map<string, TransportCode>([
  ['EAI_AGAIN', 'EAI_AGAIN'],
  ['ECONNABORTED', 'ECONNRESET'],
  ['ECONNREFUSED', 'ECONNREFUSED'],
  ['ECONNRESET', 'ECONNRESET'],
  ['EHOSTUNREACH', 'EHOSTUNREACH'],
  ['ENETUNREACH', 'ENETUNREACH'],
  ['ENOTFOUND', 'ENOTFOUND'],
  ['EPIPE', 'ECONNRESET'],
  ['EPROTO', 'ERR_TLS'],
  ['ETIMEDOUT', 'ETIMEDOUT'],
  ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
  ['UND_ERR_HEADERS_OVERFLOW', 'ERR_HTTP_MALFORMED'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_BODY_CUT'],
  ['UND_ERR_SOCKET', 'ECONNRESET'],
]);

// Node names the reasons why a certificate is refused after OpenSSL, without a common prefix.
const TLS = /^(?:ERR_SSL_|ERR_TLS_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/**
 * The transport code of an error.
 *
 * @param bodyBegan - Whether a response was under way; what breaks then cut its body.
 */
export function transportCode(error: unknown, bodyBegan: boolean): TransportCode {
  const named = namedCode(error);
  if (bodyBegan && (named === null || named === 'ECONNRESET')) return 'ERR_BODY_CUT';
  return named ?? 'ERR_NETWORK';
}

function namedCode(error: unknown): TransportCode | null {
  // The parser of undici leaves the code of its errors empty.
  if (textOf(error, 'name') === 'HTTPParserError') return 'ERR_HTTP_MALFORMED';
  const code = textOf(error, 'code');
  return KNOWN.get(code) ?? (TLS.test(code) ? 'ERR_TLS' : null);
}

function textOf(error: unknown, field: 'code' | 'name'): string {
  const text: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  return typeof text === 'string' ? text : '';
}
