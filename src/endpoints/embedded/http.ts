/** The few parts of HTTP that the server needs: a bounded JSON body in, JSON or server-sent events out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { ApiError } from './api-error.ts';

const MAX_BODY_BYTES = 1_048_576;

/**
 * Read a JSON body of at most 1 MiB.
 *
 * @throws ApiError 413 if it is longer, 400 if it is not UTF-8 JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_BODY_BYTES)
      throw new ApiError(413, 'body_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  try {
    return JSON.parse(tryDecodeUtf8(Buffer.concat(chunks)) ?? '');
  } catch {
    throw new ApiError(400, 'invalid_json', 'the body is not UTF-8 JSON');
  }
}

/** Send a whole JSON response. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

/** Begin a stream of events; each call of the returned function sends one, a string as it is. */
export function startEvents(response: ServerResponse): (event: object | string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (event) => {
    response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  };
}

/** A signal that fires when the client goes away before the response is complete. */
export function whenClientLeaves(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished)
      controller.abort(new ApiError(499, 'client_left', 'the client closed the connection'));
  });
  return controller.signal;
}
