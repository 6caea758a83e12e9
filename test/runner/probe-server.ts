/** A server of a scripted model that does what it is asked, but for what a test takes away from it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request body as the server reads it. */
export interface AskedBody {
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly prompt?: string;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly n?: number;
  readonly logprobs?: boolean | number;
  readonly echo?: boolean;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly response_format?: {
    readonly type: string;
    readonly json_schema?: { readonly schema: { readonly properties: { readonly bird: { readonly enum: string[] } } } };
  };
}

/** What the model makes of a request, before it is cut and counted. */
export interface Made {
  text: string;
  calls?: readonly object[];
}

/** Where a server differs from an honest one. */
export interface Behaviour {
  /** Members and roles that are taken and forgotten. */
  readonly ignores?: readonly (keyof AskedBody | 'system')[];
  /** Members and roles that are answered with the status. */
  readonly refuses?: Readonly<Record<string, number>>;
  /** What the model says in place of a right answer. */
  readonly says?: (asked: AskedBody, made: Made) => Made;
  /** The whole response in place of the honest one; null for none at all. */
  readonly replies?: (asked: AskedBody, honest: Reply, place: number) => Reply | null;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface ProbeServer {
  readonly url: string;
  readonly asked: AskedBody[];
  readonly bodies: string[];
  close(): Promise<void>;
}

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const WORDS = ['grey', 'boat', 'hill', 'umbrella', 'rain', 'moss', 'lamp', 'salt', 'road', 'crow', 'gate', 'snow'];

/** Start one on a free port. */
export async function startProbeServer(behaviour: Behaviour = {}): Promise<ProbeServer> {
  const asked: AskedBody[] = [];
  const bodies: string[] = [];
  let draws = 1;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (text += part));
    request.on('end', () => {
      const body = JSON.parse(text) as AskedBody;
      bodies.push(text);
      const place = asked.push(body) - 1;
      const honest = honestReply(request.url ?? '', body, behaviour, () => draws++);
      const reply = behaviour.replies === undefined ? honest : behaviour.replies(body, honest, place);
      if (reply === null) return;
      response.writeHead(reply.status, {
        'content-type': reply.body.startsWith('data:') ? 'text/event-stream' : 'application/json',
      });
      response.end(reply.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function honestReply(
  path: string,
  whole: AskedBody,
  { ignores = [], refuses = {}, says }: Behaviour,
  draw: () => number,
) {
  const status = refusal(path, whole, refuses);
  if (status !== null) return { status, body: JSON.stringify({ error: { message: 'not supported' } }) };
  const body = Object.fromEntries(
    Object.entries(whole).filter(([name]) => !ignores.includes(name as keyof AskedBody)),
  ) as AskedBody;
  const { messages } = body;
  const heard =
    messages === undefined || !ignores.includes('system')
      ? body
      : { ...body, messages: messages.filter(({ role }) => role !== 'system') };
  if (path.endsWith('/completions') && !path.endsWith('/chat/completions')) return completion(heard);
  return chat(heard, says ?? ((_asked, made) => made), draw);
}

function refusal(path: string, body: AskedBody, refuses: Readonly<Record<string, number>>): number | null {
  const named = Object.keys(body).find((name) => refuses[name] !== undefined);
  if (named !== undefined) return refuses[named] ?? null;
  if (body.messages?.some(({ role }) => refuses[role] !== undefined) === true) return refuses['system'] ?? null;
  return path.endsWith('/chat/completions') ? (refuses['chat'] ?? null) : (refuses['completions'] ?? null);
}

/** Words, so that counts are easy to see. */
function tokensOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}

function chat(body: AskedBody, says: NonNullable<Behaviour['says']>, draw: () => number): Reply {
  const choices = Array.from({ length: body.n ?? 1 }, (_, index) => choice(body, says(body, make(body, draw)), index));
  const prompt_tokens =
    (body.messages ?? []).reduce((sum, { content }) => sum + 3 + content.split(/[\s,;:_-]+/).length, 2) +
    (body.tools === undefined ? 0 : 40);
  const completion_tokens = choices.reduce((sum, { tokens }) => sum + tokens, 0) / choices.length;
  const facts = { id: `r${draw()}`, model: 'probed', usage: { prompt_tokens, completion_tokens } };
  if (body.stream !== true)
    return { status: 200, body: JSON.stringify({ ...facts, choices: choices.map((c) => c.whole) }) };
  const events = choices.flatMap(({ whole }) => [
    { choices: [{ index: whole.index, delta: whole.message, logprobs: whole.logprobs, finish_reason: null }] },
    { choices: [{ index: whole.index, delta: {}, finish_reason: whole.finish_reason }] },
  ]);
  const lines = [...events, { ...facts, choices: [] }].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return { status: 200, body: `${lines.join('')}data: [DONE]\n\n` };
}

function choice(body: AskedBody, made: Made, index: number) {
  const places = (body.stop ?? []).map((stop) => made.text.indexOf(stop)).filter((place) => place >= 0);
  const stopped = places.length === 0 ? made.text : made.text.slice(0, Math.min(...places));
  const all = tokensOf(stopped);
  const kept = all.slice(0, body.max_tokens ?? 1000);
  const content = kept.join('');
  const calls = made.calls === undefined ? {} : { tool_calls: made.calls };
  const scored = kept.map((token, place) => ({ token, logprob: -0.1 * (place + 1), top_logprobs: [] }));
  return {
    tokens: kept.length,
    whole: {
      index,
      message: { role: 'assistant', content, ...calls },
      logprobs: body.logprobs === true ? { content: scored } : null,
      finish_reason: kept.length < all.length ? 'length' : 'stop',
    },
  };
}

function make(body: AskedBody, draw: () => number): Made {
  const question = body.messages?.at(-1)?.content ?? '';
  return told(body) ?? formed(body) ?? set(question) ?? { text: prose(chanceOf(body, draw)) };
}

function told({ messages, tools }: AskedBody): Made | null {
  const system = messages?.find(({ role }) => role === 'system')?.content ?? '';
  const password = /one word (\w+)/.exec(system)?.[1];
  if (password !== undefined) return { text: password };
  if (tools === undefined) return null;
  const named = { name: tools[0]?.function.name, arguments: '{"gauge":7}' };
  return { text: '', calls: [{ id: 'c1', type: 'function', function: named }] };
}

function formed({ response_format: format }: AskedBody): Made | null {
  const bird = format?.json_schema?.schema.properties.bird.enum[0];
  if (bird !== undefined) return { text: JSON.stringify({ bird }) };
  return format?.type === 'json_object' ? { text: '{"greeting":"hello"}' } : null;
}

function set(question: string): Made | null {
  if (question.startsWith('Count')) return { text: NUMBERS.join(' ') };
  if (question.startsWith('Copy')) return { text: question.slice(question.indexOf('\n') + 1) };
  return /^Say hello|hello\. \(/.test(question) ? { text: 'hello' } : null;
}

function chanceOf({ temperature, seed }: AskedBody, draw: () => number): number {
  return temperature === 0 ? 0 : (seed ?? draw());
}

function prose(chance: number): string {
  return Array.from(
    { length: 60 },
    (_, place) => WORDS[(chance * 7 + place * (1 + (chance % 11))) % WORDS.length],
  ).join(' ');
}

function completion({ prompt = '', echo, logprobs, max_tokens = 16 }: AskedBody): Reply {
  const tokens = [...(echo === true ? tokensOf(prompt) : []), ...tokensOf(' and so on').slice(0, max_tokens)];
  let offset = 0;
  const offsets = tokens.map((token) => {
    const start = offset;
    offset += token.length;
    return start;
  });
  const scored = {
    tokens,
    token_logprobs: tokens.map((_, place) => (place === 0 ? null : -0.2 * place)),
    text_offset: offsets,
    top_logprobs: null,
  };
  const whole = {
    index: 0,
    text: tokens.join(''),
    finish_reason: 'length',
    logprobs: logprobs === undefined ? null : scored,
  };
  return { status: 200, body: JSON.stringify({ id: 'c', model: 'probed', choices: [whole] }) };
}
