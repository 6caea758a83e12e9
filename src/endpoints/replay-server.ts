/**
 * Recordings behind the chat completions API, so that a replay goes over a socket like any other endpoint.
 *
 * Every answer says in its `system_fingerprint` that it is a replay, and of which recording. Of the sampling
 * parameters only the seed is looked at, and only where the recording has an answer for it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { canonicalize } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import { isTouchstoneError } from '../core/errors.ts';
import { ApiError, errorReply } from './embedded/api-error.ts';
import { readJson, sendJson, startEvents } from './embedded/http.ts';
import { listen, type LocalServer } from './listen.ts';
import { seededDigest, type RecordedAnswer, type Recording } from './replay.ts';

/** What to serve, and where. */
export interface ReplayServerOptions {
  /** By name of the model. */
  readonly recordings: ReadonlyMap<string, Recording>;
  /** 0, the default, lets the system choose a free port. */
  readonly port?: number;
  /** Default: the loopback address. */
  readonly host?: string;
}

type Recordings = ReplayServerOptions['recordings'];

/** Code points of an answer in one event of a stream. */
const PIECE_LENGTH = 16;

/**
 * Start serving recordings.
 *
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN`
 */
export async function startReplayServer(options: ReplayServerOptions): Promise<LocalServer> {
  const { recordings, port = 0, host = '127.0.0.1' } = options;
  const server = createServer((request, response) => {
    void handle(recordings, request, response);
  });
  return await listen(server, port, host);
}

/** The `system_fingerprint` of every answer from a recording. */
function replayFingerprint(recording: Recording): string {
  return `touchstone-replay:${recording.digest.slice(0, 16)}`;
}

async function handle(recordings: Recordings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const route = `${request.method ?? ''} ${(request.url ?? '').split('?', 1)[0] ?? ''}`;
    if (route === 'GET /v1/models') return sendJson(response, 200, modelList(recordings));
    if (route !== 'POST /v1/chat/completions') throw new ApiError(404, 'not_found', 'no such route');
    reply(recordings, (await readJson(request)) as RequestFields, response);
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError(500, 'internal_error', 'the server failed');
    if (known.status === 413) response.setHeader('connection', 'close');
    sendJson(response, known.status, errorReply(known));
  }
}

function modelList(recordings: Recordings): object {
  const data = [...recordings].map(([id, recording]) => {
    return { id, object: 'model', created: 0, owned_by: 'touchstone-replay', digest: `sha256:${recording.digest}` };
  });
  return { object: 'list', data };
}

/** The members of a request body that matter here, unchecked. */
type RequestFields = {
  readonly model?: unknown;
  readonly messages?: unknown;
  readonly seed?: unknown;
  readonly stream?: unknown;
  readonly stream_options?: { readonly include_usage?: unknown } | null;
} | null;

function reply(recordings: Recordings, body: RequestFields, response: ServerResponse): void {
  const model = body?.model;
  const recording = typeof model === 'string' ? recordings.get(model) : undefined;
  if (recording === undefined) throw new ApiError(404, 'model_not_found', 'no recording has that name', 'model');
  const key = messagesKey(body?.messages);
  const found = answerTo(recording, key, body?.seed);
  if (found === undefined)
    throw new ApiError(404, 'replay_miss', 'no answer to these messages is recorded', 'messages');
  // Nothing in the reply changes from one time to the next, so equal requests get equal bytes.
  const head = {
    id: `replay-${key.slice(0, 24)}`,
    created: 0,
    model,
    system_fingerprint: replayFingerprint(recording),
  };
  if (body?.stream === true) streamAnswer(response, head, found, body.stream_options?.include_usage === true);
  else sendJson(response, 200, completion(head, found));
}

function answerTo({ answers }: Recording, messages: Digest, seed: unknown): RecordedAnswer | undefined {
  const seeded =
    typeof seed === 'number' && Number.isSafeInteger(seed) ? answers.get(seededDigest(messages, seed)) : null;
  return seeded ?? answers.get(messages);
}

function messagesKey(messages: unknown): Digest {
  if (!Array.isArray(messages)) throw new ApiError(400, 'invalid_value', 'want a list of messages', 'messages');
  try {
    return digest(canonicalize(messages));
  } catch (error) {
    if (!isTouchstoneError(error)) throw error;
    throw new ApiError(400, 'invalid_value', 'want messages of well-formed text', 'messages');
  }
}

function completion(head: object, { answer, finish, usage }: RecordedAnswer): object {
  const message = { role: 'assistant', content: answer, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return { ...head, object: 'chat.completion', choices, ...(usage === null ? {} : { usage: totals(usage) }) };
}

function streamAnswer(response: ServerResponse, head: object, found: RecordedAnswer, includeUsage: boolean): void {
  const send = startEvents(response);
  const chunk = (choices: readonly object[], more: object = {}): void =>
    send({ ...head, object: 'chat.completion.chunk', choices, ...more });
  chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  for (const content of pieces(found.answer)) chunk([{ index: 0, delta: { content }, finish_reason: null }]);
  chunk([{ index: 0, delta: {}, finish_reason: found.finish }]);
  if (includeUsage && found.usage !== null) chunk([], { usage: totals(found.usage) });
  send('[DONE]');
  response.end();
}

function* pieces(answer: string): Generator<string> {
  const points = Array.from(answer);
  for (let at = 0; at < points.length; at += PIECE_LENGTH) yield points.slice(at, at + PIECE_LENGTH).join('');
}

function totals(usage: NonNullable<RecordedAnswer['usage']>): object {
  return { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
}
