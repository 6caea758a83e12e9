/** A chat server on a loopback port that behaves as the first part of the path says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Texts that no output of the command may ever contain. */
export const SECRETS: readonly string[] = ['sk-mock-secret-0123456789'];

/** A running server; the base URL of a behaviour is `${url}/<behaviour>/v1`. */
export interface MockServer {
  readonly url: string;
  readonly close: () => void;
}

type Behaviour = (response: ServerResponse, question: string) => void;

/** Adds and multiplies, so that suites of sums have right answers. */
function answerOf(question: string): string {
  const [, a = '', operator = '', b = ''] = /(\d+)\s*([+*])\s*(\d+)/.exec(question) ?? [];
  return String(operator === '*' ? Number(a) * Number(b) : Number(a) + Number(b));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendAnswer(response: ServerResponse, content: string): void {
  sendJson(response, 200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'mock-model',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  });
}

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  right: (response, question) => sendAnswer(response, answerOf(question)),
  wrong: (response) => sendAnswer(response, 'I do not know'),
  half: (response, question) => sendAnswer(response, question.includes('1') ? answerOf(question) : 'no idea'),
  slow: (response, question) => void setTimeout(() => sendAnswer(response, answerOf(question)), 300),
  empty: (response) => sendAnswer(response, ''),
  hang: () => undefined,
  html: (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'),
  cut: (response) =>
    void response.writeHead(200, { 'content-length': '1000' }).write('{"id":', () => response.destroy()),
  reset: (response) => void response.destroy(),
  body: (response) => sendJson(response, 200, { error: { message: 'no', code: 'overloaded' } }),
  deny: (response) => sendJson(response, 401, { error: { message: 'bad key sk-mock-secret-0123456789' } }),
  storm: (response) => void response.writeHead(429, { 'retry-after': '0' }).end('{"error":{"message":"slow down"}}'),
  broken: (response) => sendJson(response, 500, { error: { message: 'broken' } }),
};

async function lastQuestion(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (text === '') return '';
  const { messages } = JSON.parse(text) as { readonly messages?: readonly { readonly content: string }[] };
  return messages?.at(-1)?.content ?? '';
}

/** Start a server on a free port. */
export async function startMockServer(): Promise<MockServer> {
  const server = createServer((request, response) => {
    const [, behaviour = '', , route] = (request.url ?? '').split('/');
    void lastQuestion(request).then((question) => {
      if (route === 'models')
        return sendJson(response, 200, { object: 'list', data: [{ id: 'mock-model', object: 'model' }] });
      return BEHAVIOURS[behaviour]?.(response, question);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
