/** The few parts of HTTP that the simulator's servers share. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { concatBytes, encodeUtf8 } from '../../../core/bytes.ts';
import { refusal, Refusal } from './refusal.ts';

const MAX_BODY_BYTES = 10_485_760;

/** Header of every response, so that nobody can take one for the real thing. */
const SIMULATED_HEADER = 'x-touchstone-simulated';

/** One request on its way through the routes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Answer a request by routes; whatever they throw becomes a response. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: (exchange: Exchange) => Promise<void>,
): Promise<void> {
  response.setHeader(SIMULATED_HEADER, '1');
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    await route({ request, response, path: url.pathname, query: url.searchParams });
  } catch (error) {
    sendFailure(response, error);
  }
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // A stream that began cannot change its status: cut it, so that the client sees it is not complete.
    response.destroy();
    return;
  }
  const { status, body } = error instanceof Refusal ? error : refusal(500, 'Internal server error');
  sendJson(response, status, body);
}

/** Send JSON, made of an object or already text. */
export function sendJson(response: ServerResponse, status: number, body: object | string): void {
  send(response, status, 'application/json', encodeUtf8(typeof body === 'string' ? body : JSON.stringify(body)));
}

/** Send a whole response. */
export function send(response: ServerResponse, status: number, contentType: string, body: Uint8Array): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length }).end(body);
}

/**
 * The body of a request.
 *
 * @throws Refusal 413 if it is longer than 10 MiB
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw refusal(413, `Request body too large. Maximum: ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

/** A header that may come once. */
export function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/**
 * Check the bearer token of a request.
 *
 * @param key - What it has to be; null asks for none.
 * @throws Refusal 401
 */
export function checkKey(request: IncomingMessage, key: string | null): void {
  if (key !== null && header(request, 'authorization') !== `Bearer ${key}`) {
    throw refusal(401, 'Invalid or missing Authorization header');
  }
}
