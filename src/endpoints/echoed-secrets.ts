/**
 * Keeps credentials out of what is recorded, should a server send them back.
 *
 * A response is recorded as it came, so the only way to leave a key out is to leave the response out. Servers that copy
 * the headers of a request into an error or a debug member exist; one that wants to publish a key has other ways.
 */
import type { Exchange } from './endpoint.ts';
import type { Transport } from './transport.ts';

// Placeholders such as "ollama" or "not-needed" are no secrets, and answers may well hold them.
const MIN_SECRET_LENGTH = 12;

/**
 * The same transport, without the bodies and receipt ids in which a credential stands, and without the bodies that
 * cannot be read because they are compressed.
 *
 * Without its body an exchange that was `ok` is `network`. The code is `ERR_RESPONSE_SECRET`, but for a compressed body,
 * which is refused anyway.
 *
 * @param values - The key and the values of further headers.
 */
export function withholdEchoes(transport: Transport, values: readonly string[]): Transport {
  const secrets = spellings(values);
  if (secrets.length === 0) return transport;
  return { ...transport, exchange: async (request) => withoutEcho(await transport.exchange(request), secrets) };
}

function withoutEcho(given: Exchange, secrets: readonly Buffer[]): Exchange {
  const exchange = holdsAny(Buffer.from(given.receiptId ?? ''), secrets) ? { ...given, receiptId: null } : given;
  const { response, status, errorCode } = exchange;
  if (response === null) return exchange;
  if (errorCode === 'ERR_CONTENT_ENCODING') return { ...exchange, response: null };
  const body = Buffer.from(response.buffer, response.byteOffset, response.byteLength);
  if (!holdsAny(body, secrets)) return exchange;
  const known = { ...exchange, response: null, errorCode: 'ERR_RESPONSE_SECRET' } as const;
  return status === 'ok' ? { ...known, status: 'network' } : known;
}

function holdsAny(bytes: Buffer, secrets: readonly Buffer[]): boolean {
  return secrets.some((secret) => bytes.includes(secret));
}

// The secret of "Bearer sk-…" is its second word; JSON escapes quotes, and some writers of it slashes.
function spellings(values: readonly string[]): readonly Buffer[] {
  const words = values.flatMap((value) => value.split(' ')).filter((word) => word.length >= MIN_SECRET_LENGTH);
  const plain = words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1)]);
  return [...new Set([...plain, ...plain.map((word) => word.replaceAll('/', '\\/'))])].map((word) => Buffer.from(word));
}
