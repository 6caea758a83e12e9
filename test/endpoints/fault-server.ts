/**
 * A loopback server that answers chat completions well or badly, as it is told for each request.
 *
 * Replies are written as raw bytes, so that a fault is exactly what its name says and nothing of an HTTP library.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What a request is answered with. */
export type Fault =
  | 'answer'
  | 'stream'
  | 'hang'
  | 'reset-before'
  | 'close-before'
  | 'reset-mid-body'
  | 'close-mid-body'
  | 'length-too-long'
  | 'length-too-short'
  | 'html'
  | 'invalid-json'
  | 'invalid-utf8'
  | 'empty-body'
  | 'empty-answer'
  | 'error-200'
  | 'cut-stream'
  | 'error-in-stream'
  | 'rate-limit'
  | 'rate-limit-date'
  | 'rate-limit-cut'
  | 'unavailable'
  | 'bad-request'
  | 'unauthorized'
  | 'redirect'
  | 'oversized'
  | 'trickle'
  | 'gzip'
  | 'not-http'
  | 'models';

/** A request as it arrived. */
export interface SeenRequest {
  /** Zero-based. */
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A running server. */
export interface FaultServer {
  /** Scheme, host, port and `/v1`. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** The text of every good answer. */
export const ANSWER = 'the answer is 42';

/** The body of a good answer. */
export const COMPLETION: string = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_750_000_000,
  model: 'fault-1',
  system_fingerprint: 'fp_fault',
  choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
});

/** A secret-looking text that some replies echo; it must never show up in an error. */
export const ECHO = 'sk-echoed-by-the-server';

function chunk(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'fault-1', choices })}\n\n`;
}

/** The events of a good stream, one after the other. */
export const EVENTS: readonly string[] = [
  chunk({ role: 'assistant', content: '' }, null),
  chunk({ content: 'the answer ' }, null),
  chunk({ content: 'is 42' }, null),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
];

const JSON_TYPE = ['content-type: application/json'];
const STREAM_TYPE = ['content-type: text/event-stream'];
const ERROR_BODY = JSON.stringify({ error: { message: `slow down, ${ECHO}`, type: 'rate_limit', code: 'rate' } });

type Reply = (socket: Socket) => void;

function head(status: string, headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
}

function whole(status: string, body: string | Buffer, headers: readonly string[] = JSON_TYPE): Reply {
  const bytes = Buffer.from(body);
  return (socket) => {
    socket.write(Buffer.concat([Buffer.from(head(status, [...headers, `content-length: ${bytes.length}`])), bytes]));
  };
}

function begun(declaredLength: number, body: string, then: Reply): Reply {
  return (socket) => {
    socket.write(head('200 OK', [...JSON_TYPE, `content-length: ${declaredLength}`]) + body, () => then(socket));
  };
}

// Without a length the end of the body is the end of the connection, as with most streaming servers of HTTP/1.0 habits.
function unsized(parts: readonly string[], pauseMs: number): Reply {
  return (socket) => {
    socket.write(head('200 OK', [...STREAM_TYPE, 'connection: close']));
    const rest = [...parts];
    const next = (): void => {
      const part = rest.shift();
      if (socket.destroyed) return;
      if (part === undefined) return void socket.end();
      socket.write(part);
      setTimeout(next, pauseMs);
    };
    next();
  };
}

function trickle(socket: Socket): void {
  socket.write(head('200 OK', [...JSON_TYPE, 'content-length: 1000000']));
  const timer = setInterval(() => socket.write(' '), 5);
  socket.on('close', () => clearInterval(timer));
}

const REPLIES: Readonly<Record<Fault, Reply>> = {
  answer: whole('200 OK', COMPLETION),
  stream: unsized(EVENTS, 2),
  hang: () => undefined,
  'reset-before': (socket: Socket) => void socket.resetAndDestroy(),
  'close-before': (socket: Socket) => void socket.end(),
  'reset-mid-body': begun(COMPLETION.length, COMPLETION.slice(0, 40), (socket) => void socket.resetAndDestroy()),
  'close-mid-body': begun(COMPLETION.length, COMPLETION.slice(0, 40), (socket) => void socket.end()),
  'length-too-long': begun(COMPLETION.length + 10, COMPLETION, (socket) => void socket.end()),
  'length-too-short': begun(COMPLETION.length - 10, COMPLETION, () => undefined),
  html: whole('200 OK', '<!doctype html><title>It works</title>', ['content-type: text/html']),
  'invalid-json': whole('200 OK', '{"choices":[{"message":'),
  'invalid-utf8': whole('200 OK', Buffer.from([0x7b, 0xff, 0x7d])),
  'empty-body': whole('200 OK', ''),
  'empty-answer': whole('200 OK', COMPLETION.replace(ANSWER, '')),
  'error-200': whole('200 OK', ERROR_BODY),
  'cut-stream': unsized(EVENTS.slice(0, 3), 0),
  'error-in-stream': unsized([...EVENTS.slice(0, 2), `data: ${ERROR_BODY}\n\n`], 0),
  'rate-limit': whole('429 Too Many Requests', ERROR_BODY, [...JSON_TYPE, 'retry-after: 2']),
  'rate-limit-date': whole('429 Too Many Requests', ERROR_BODY, [
    ...JSON_TYPE,
    'retry-after: Fri, 01 Jan 2100 00:00:00 GMT',
  ]),
  'rate-limit-cut': (socket: Socket) => {
    socket.end(head('429 Too Many Requests', ['retry-after: 1', 'content-length: 100']) + 'slow');
  },
  unavailable: whole('503 Service Unavailable', 'try later', ['content-type: text/plain']),
  'bad-request': whole('400 Bad Request', ERROR_BODY),
  unauthorized: whole('401 Unauthorized', ERROR_BODY),
  redirect: whole('307 Temporary Redirect', '', ['location: /elsewhere']),
  oversized: whole('200 OK', 'x'.repeat(300_000)),
  trickle,
  gzip: whole('200 OK', gzipSync(COMPLETION), [...JSON_TYPE, 'content-encoding: gzip']),
  'not-http': (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  models: whole(
    '200 OK',
    '{"object":"list","data":[{"id":"fault-1"},{"id":"fault-2","digest":"sha256:x"},{"id":7},3]}',
  ),
};

/**
 * Start a server on a free port.
 *
 * @param decide - The reply to each request.
 */
export async function startFaultServer(decide: (request: SeenRequest) => Fault): Promise<FaultServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const server = createServer((incoming) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { n: seen.length, method, path: url, headers, body: Buffer.concat(parts) };
      seen.push(request);
      REPLIES[decide(request)](incoming.socket);
    });
    incoming.on('error', () => undefined);
  });
  server.on('connection', (socket) => {
    connections++;
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    connections: () => connections,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The base URL of a port on which nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = await startFaultServer(() => 'hang');
  await server.close();
  return server.url;
}
