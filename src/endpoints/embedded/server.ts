/**
 * The embedded models behind a real OpenAI-compatible HTTP server, so that a run against them goes over a socket like
 * any other. It binds to the loopback address, keeps no state between requests and needs no key.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import { isTouchstoneError } from '../../core/errors.ts';
import { listen, type LocalServer } from '../listen.ts';
import { ApiError, errorReply } from './api-error.ts';
import { readJson, sendJson } from './http.ts';
import { parseModelFile } from './model-file.ts';
import { readEmbeddedModels, type EmbeddedModel } from './models.ts';
import { openPool } from './pool.ts';
import { handleChat, handleCompletion, type ServedModel, type ServedModels } from './routes.ts';
import { Tokenizer } from './tokenizer.ts';

const LOOPBACK = '127.0.0.1';

/** How to start a server; everything has a default. */
export interface EmbeddedServerOptions {
  /** 0, the default, lets the system pick a free port. */
  readonly port?: number;
  /** Default: the loopback address. The server has no access control: widen it only on purpose. */
  readonly host?: string;
  /** Default: all models that ship with the package. */
  readonly models?: readonly EmbeddedModel[];
  /** Worker threads per model, started when first needed; default: one per processor. 0 computes in this thread. */
  readonly workers?: number;
}

/**
 * Start serving; `close` ends all connections and workers.
 *
 * @throws {@link InputError} `ERR_MODEL_UNKNOWN`, `ERR_WEIGHTS_MALFORMED`
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN`
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<LocalServer> {
  const { port = 0, host = LOOPBACK, workers = availableParallelism() } = options;
  const files = options.models ?? (await readEmbeddedModels());
  const models = new Map(files.map((file) => [file.name, serveModel(file, workers)]));
  const server = createServer((request, response) => {
    void handle(models, request, response);
  });
  const listening = await listen(server, port, host);
  return {
    url: listening.url,
    async close() {
      await Promise.all([listening.close(), ...[...models.values()].map(({ pool }) => pool.close())]);
    },
  };
}

function serveModel({ name, bytes, digestHex }: EmbeddedModel, workers: number): ServedModel {
  const { shape, vocabulary } = parseModelFile(bytes);
  return { name, digestHex, shape, tokenizer: new Tokenizer(vocabulary), pool: openPool(bytes, workers) };
}

async function handle(models: ServedModels, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(models, request, response);
  } catch (error) {
    sendFailure(response, toApiError(error));
  }
}

async function route(models: ServedModels, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const { method } = request;
  if (method === 'POST' && path === '/v1/chat/completions')
    return await handleChat(models, await readJson(request), response);
  if (method === 'POST' && path === '/v1/completions')
    return await handleCompletion(models, await readJson(request), response);
  if (method === 'GET' && path === '/v1/models') {
    return sendJson(response, 200, { object: 'list', data: [...models.values()].map(describe) });
  }
  const model =
    method === 'GET' && path.startsWith('/v1/models/') ? models.get(path.slice('/v1/models/'.length)) : undefined;
  if (model === undefined) throw new ApiError(404, 'not_found', 'no such route or model');
  sendJson(response, 200, describe(model));
}

function describe({ name, digestHex, shape }: ServedModel): object {
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: 'touchstone',
    digest: `sha256:${digestHex}`,
    context_length: shape.ctx,
  };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isTouchstoneError(error, 'ERR_ENDPOINT'))
    return new ApiError(503, 'unavailable', 'the model cannot take the job');
  // The message of an unexpected error may hold anything, so the client gets none of it.
  return new ApiError(500, 'internal_error', 'the server failed');
}

function sendFailure(response: ServerResponse, error: ApiError): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    // A stream that began cannot change its status: cut it, so that the client sees it is not complete.
    response.destroy();
    return;
  }
  // The rest of a refused body is not read, so the connection cannot be used again.
  if (error.status === 413) response.setHeader('connection', 'close');
  sendJson(response, error.status, errorReply(error));
}
