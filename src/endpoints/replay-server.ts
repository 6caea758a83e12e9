/**
 * Recordings behind an OpenAI-compatible API, so that a replay goes over a socket like any other endpoint.
 *
 * Every answer says in its `system_fingerprint` that it is a replay, and of which recording. Sampling parameters are not
 * looked at, unless the recording names them: it has one answer for the same question.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject } from '../core/canonical-json.ts';
import type { Digest } from '../core/digest.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Api } from '../transcript/wire/dialogue.ts';
import { API_PATHS } from './api-paths.ts';
import { ApiError, errorReply } from './embedded/api-error.ts';
import { readJson, sendJson, startEvents } from './embedded/http.ts';
import { listen, type LocalServer } from './listen.ts';
import { streamedChoices } from './replay-body.ts';
import { ASKED, requestKeys, type AskedMember } from './replay-question.ts';
import type { Recording } from './replay.ts';

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

const APIS: readonly Api[] = ['chat', 'completions', 'embeddings'];

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
    const api = APIS.find((name) => route === `POST /v1${API_PATHS[name]}`);
    if (api === undefined) throw new ApiError(404, 'not_found', 'no such route');
    reply(recordings, api, await readJson(request), response);
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

function reply(recordings: Recordings, api: Api, body: unknown, response: ServerResponse): void {
  const request = isJsonObject(body) ? body : {};
  const { model, stream, stream_options: options = null } = request;
  const recording = typeof model === 'string' ? recordings.get(model) : undefined;
  if (recording === undefined) throw new ApiError(404, 'model_not_found', 'no recording has that name', 'model');
  const asked = ASKED[api];
  const { key, found } = findResponse(recording, request, asked);
  // Nothing in the reply changes from one time to the next, so equal requests get equal bytes.
  const head = {
    id: `replay-${key.slice(0, 24)}`,
    created: 0,
    model,
    system_fingerprint: replayFingerprint(recording),
  };
  if (stream !== true || api === 'embeddings')
    return sendJson(response, 200, { ...head, object: OBJECTS[api], ...found });
  const includeUsage = isJsonObject(options) && options['include_usage'] === true;
  sendStream(response, { head: { ...head, object: EVENT_OBJECTS[api] }, found, asked, includeUsage });
}

/** Value of `object` in a whole reply. */
const OBJECTS: Readonly<Record<Api, string>> = {
  chat: 'chat.completion',
  completions: 'text_completion',
  embeddings: 'list',
};

/** Value of `object` in the events of a stream. */
const EVENT_OBJECTS = { chat: 'chat.completion.chunk', completions: 'text_completion' } as const;

interface Found {
  readonly key: Digest;
  readonly found: JsonObject;
}

function findResponse({ responses, shapes }: Recording, request: JsonObject, asked: AskedMember): Found {
  const value = request[asked];
  const isAsked = Array.isArray(value) || (asked !== 'messages' && typeof value === 'string');
  if (!isAsked) throw new ApiError(400, 'invalid_value', `want ${asked}`, asked);
  try {
    for (const key of requestKeys(request, asked, shapes)) {
      const found = responses.get(key);
      if (found !== undefined) return { key, found };
    }
  } catch (error) {
    if (!isTouchstoneError(error)) throw error;
    throw new ApiError(400, 'invalid_value', `want ${asked} of well-formed text`, asked);
  }
  throw new ApiError(404, 'replay_miss', `no answer to this ${asked} is recorded`, asked);
}

interface Streamed {
  readonly head: object;
  readonly found: JsonObject;
  readonly asked: AskedMember;
  readonly includeUsage: boolean;
}

function sendStream(response: ServerResponse, { head, found, asked, includeUsage }: Streamed): void {
  const send = startEvents(response);
  for (const choice of streamedChoices(found, asked)) send({ ...head, choices: [choice] });
  const { usage } = found;
  if (includeUsage && usage !== undefined) send({ ...head, choices: [], usage });
  send('[DONE]');
  response.end();
}
