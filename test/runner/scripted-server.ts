/** An OpenAI-compatible server that answers by a script, which sees the whole conversation. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/core/canonical-json.ts';

/** A message as it came. */
export interface SaidMessage {
  readonly role: string;
  readonly content: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
  readonly tool_call_id?: string;
}

/** A request as it came. */
export interface ScriptedQuestion {
  /** Such as `/v1/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  readonly messages: readonly SaidMessage[];
  readonly last: SaidMessage;
  /** Zero-based over all requests. */
  readonly n: number;
  /** Zero-based over requests with this body. */
  readonly time: number;
}

/** What the server does; a plain text is an answer. */
export interface ScriptedReply {
  readonly text?: string;
  /** Name and arguments, as JSON or as the text that it is. */
  readonly calls?: readonly (readonly [name: string, args: object | string])[];
  readonly finish?: string;
  /** What the server counts for the prompt; 10 unless told. */
  readonly promptTokens?: number;
  readonly status?: number;
  readonly does?: 'hang' | 'reset';
}

export interface ScriptedServer {
  readonly url: string;
  /** How often each body came. */
  readonly seen: ReadonlyMap<string, number>;
  readonly requests: number;
  close(): Promise<void>;
}

/** Start a server; the script decides each answer. */
export async function startScriptedServer(
  script: (question: ScriptedQuestion) => ScriptedReply | string,
): Promise<ScriptedServer> {
  const seen = new Map<string, number>();
  let requests = 0;
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      // A server without a list of models, which is what an endpoint is asked for first.
      if (text === '') return void response.writeHead(404).end('{}');
      const time = seen.get(text) ?? 0;
      seen.set(text, time + 1);
      const body = JSON.parse(text) as JsonObject;
      const messages = (body['messages'] ?? []) as unknown as readonly SaidMessage[];
      const last = messages.at(-1) ?? { role: 'none', content: '' };
      const said = script({ path: incoming.url ?? '', body, messages, last, n: requests++, time });
      const reply = typeof said === 'string' ? { text: said } : said;
      send(response, reply, body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    get requests() {
      return requests;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function send(response: ServerResponse, reply: ScriptedReply, body: JsonObject): void {
  const { does, status } = reply;
  if (does === 'hang') return;
  if (does === 'reset') return void response.socket?.resetAndDestroy();
  const isStreamed = status === undefined && body['stream'] === true;
  response.writeHead(status ?? 200, { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' });
  if (isStreamed) response.end(streamOf(reply, modelOf(body)));
  else response.end(status === undefined ? bodyOf(reply, modelOf(body)) : '{"error":{"message":"no"}}');
}

function modelOf({ model }: JsonObject): string {
  return typeof model === 'string' ? model : 'unnamed';
}

/** In small pieces: text by words, arguments cut in the middle. */
function streamOf({ text = '', calls = [], finish }: ScriptedReply, model: string): string {
  const words = text.split(/(?<= )/).map((content) => ({ content }));
  const parts = calls.flatMap(([name, args], index) => {
    const whole = typeof args === 'string' ? args : JSON.stringify(args);
    const middle = Math.ceil(whole.length / 2);
    return [
      { index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } },
      { index, function: { arguments: whole.slice(0, middle) } },
      { index, function: { arguments: whole.slice(middle) } },
    ].map((call) => ({ tool_calls: [call] }));
  });
  const chunk = (members: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 0, model, ...members })}\n\n`;
  const reason = finish ?? (calls.length === 0 ? 'stop' : 'tool_calls');
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  return [
    ...[{ role: 'assistant' }, ...words, ...parts].map((delta) => chunk({ choices: [{ index: 0, delta }] })),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('');
}

function bodyOf({ text = '', calls = [], finish, promptTokens = 10 }: ScriptedReply, model: string): string {
  const toolCalls = calls.map(([name, args], i) => ({
    id: `call_${i}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  const message = {
    role: 'assistant',
    content: text,
    ...(calls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
  const reason = finish ?? (calls.length === 0 ? 'stop' : 'tool_calls');
  return JSON.stringify({
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message, finish_reason: reason }],
    usage: { prompt_tokens: promptTokens, completion_tokens: 5, total_tokens: promptTokens + 5 },
  });
}
