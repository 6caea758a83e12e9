/**
 * One file over HTTP.
 *
 * The bytes are taken as they are sent, because a digest is over them and not over what a library makes of them.
 *
 * @see https://github.com/nodejs/undici/issues/5360
 */
import type { Dispatcher } from 'undici';
import { EndpointError, isTouchstoneError } from '../../core/errors.ts';
import { receive, tooLong, type Expected, type Received } from './receive.ts';

const MAX_REDIRECTS = 5;
const IDLE_LIMIT_MS = 30_000;
/** How long one file may take, unless somebody says otherwise. */
const TIME_LIMIT_MS: number = 15 * 60_000;

/** How a file is downloaded. */
export interface DownloadOptions {
  readonly expected: Expected;
  readonly timeLimitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @param total - Null if the server does not say. */
  readonly onBytes?: (bytes: number, total: number | null) => void;
}

/**
 * Download a file.
 *
 * @param url - http or https. Redirects are followed, but never from https to http except to this machine.
 * @param path - There must be nothing there; what was written so far stays there if this rejects.
 * @throws {@link EndpointError} `ERR_DOWNLOAD` if the server cannot be reached, does not answer with the file, or cuts it;
 *   {@link InputError} `ERR_ORIGIN_LIMIT`, `ERR_ORIGIN_FORM`; the reason of the signal
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<Received> {
  const { expected, timeLimitMs = TIME_LIMIT_MS, signal, onBytes = () => {} } = options;
  const { Agent } = await import('undici');
  const agent = new Agent({ connect: { timeout: IDLE_LIMIT_MS } });
  const limit = AbortSignal.timeout(timeLimitMs);
  const call: Call = { agent, signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) };
  try {
    const { body, headers } = await follow(call, new URL(url));
    const total = checkHeaders(url, expected, headers);
    const received = await receive(body, path, expected, (bytes) => onBytes(bytes, total));
    if (total !== null && received.bytes !== total)
      throw failed(url, `it was cut after ${received.bytes} of ${total} bytes`);
    return received;
  } catch (cause) {
    signal?.throwIfAborted();
    if (isTouchstoneError(cause)) throw cause;
    throw failed(url, limit.aborted ? `it took longer than ${timeLimitMs / 1000} s` : faultOf(cause), { cause });
  } finally {
    await agent.destroy();
  }
}

interface Call {
  readonly agent: Dispatcher;
  readonly signal: AbortSignal;
}

async function follow(call: Call, first: URL): Promise<Dispatcher.ResponseData> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await get(call, url);
    const { statusCode: status, headers, body } = response;
    if (status === 200) return response;
    await body.dump();
    if (![301, 302, 303, 307, 308].includes(status)) throw failed(url.href, `HTTP status ${status}`, { status });
    url = redirectTarget(url, headers['location']);
  }
  throw failed(first.href, `it was redirected more than ${MAX_REDIRECTS} times`);
}

async function get({ agent, signal }: Call, url: URL): Promise<Dispatcher.ResponseData> {
  return await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: { 'accept-encoding': 'identity', 'user-agent': 'touchstone' },
    headersTimeout: IDLE_LIMIT_MS,
    bodyTimeout: IDLE_LIMIT_MS,
    // undici 7 throws where nobody can catch it if the server closes while the body waits, so it never waits. What comes
    // is read as fast as the disk takes it, and ended where it is longer than the file may be.
    highWaterMark: Number.MAX_SAFE_INTEGER,
    signal,
  });
}

/**
 * Where a redirect leads.
 *
 * @throws {@link EndpointError} `ERR_DOWNLOAD` if it is no address, or one that is less protected than the one before
 */
export function redirectTarget(from: URL, location: string | string[] | undefined): URL {
  const target = URL.canParse(String(location), from.href) ? new URL(String(location), from.href) : null;
  if (target === null) throw failed(from.href, 'it was redirected to no address');
  if (
    target.protocol === 'https:' ||
    (target.protocol === 'http:' && (from.protocol === 'http:' || isLoopback(target)))
  )
    return target;
  throw failed(from.href, `it was redirected to ${shownUrl(target.href)}, want https`);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The length that the server promises, or null. */
function checkHeaders(
  url: string,
  { name, maxBytes }: Expected,
  headers: Dispatcher.ResponseData['headers'],
): number | null {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  // Servers label a .gz file as a compressed answer; its bytes are those of the file all the same.
  const isOwn = encoding === 'identity' || (/^(x-)?gzip$/.test(encoding) && /\.gz$/i.test(name));
  if (!isOwn) throw failed(url, `the answer is compressed (${encoding}), want the bytes of the file`);
  const length = headers['content-length'];
  if (typeof length !== 'string' || !/^\d{1,15}$/.test(length)) return null;
  if (Number(length) > maxBytes) throw tooLong(name, maxBytes);
  return Number(length);
}

function faultOf(cause: unknown): string {
  const { code = '' } = cause as { readonly code?: string };
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'UND_ERR_SOCKET' || code === 'ECONNRESET')
    return `the connection was cut (${code})`;
  if (/TIMEOUT/.test(code)) return `nothing came for ${IDLE_LIMIT_MS / 1000} s`;
  return code === '' ? 'the request failed' : code;
}

function failed(
  url: string,
  fault: string,
  { status = null, cause }: { readonly status?: number | null; readonly cause?: unknown } = {},
): EndpointError {
  const message = `cannot download ${shownUrl(url)}: ${fault}`;
  return new EndpointError('ERR_DOWNLOAD', message, { retryable: true, status, cause });
}

/** An address without what may be secret in it: name, password and query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
