/** A web server on this machine that serves files well and badly. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the server does for a path. */
export type Answer = RequestListener;

/** A mirror that runs. */
export interface Mirror {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
}

/** Start a mirror that ends with the test; a path without an answer is 404. */
export async function startMirror(answers: Readonly<Record<string, Answer>>): Promise<Mirror> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (answer === undefined) response.writeHead(404).end('there is nothing here');
    else answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A file, whole. */
export function file(content: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => void response.writeHead(200, headers).end(content);
}

/** A file of which the server promises more than it sends. */
export function cutFile(content: string): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(content.length + 10) });
    response.write(content, () => response.destroy());
  };
}

/** Somewhere else. */
export function redirect(location: string): Answer {
  return (_, response) => void response.writeHead(302, { location }).end();
}

/** A beginning, and then nothing for ever. */
export function stall(content: string): Answer {
  return (_, response) => void response.writeHead(200).write(content);
}

/** Bytes without end. */
export function flood(): Answer {
  return (_, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536, 'x')));
    };
    response.writeHead(200).on('drain', more);
    more();
  };
}
