/**
 * The embedded models behind a real OpenAI-compatible HTTP server, so that a run against them goes over a socket like
 * any other. It binds to the loopback address, keeps no state between requests and needs no key.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import { EndpointError, isTouchstoneError } from '../../core/errors.ts';
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

/** A running server. */
export interface EmbeddedServer {
  /** Base URL for an OpenAI client, for example `http://127.0.0.1:49152/v1`. */
  readonly url: string;
  /** Ends all connections and workers. */
  close(): Promise<void>;
}

/**
 * Start serving.
 *
 * @throws {@link InputError} `ERR_MODEL_UNKNOWN`, `ERR_WEIGHTS_MALFORMED`
 * @throws {@link EndpointError} `ERR_ENDPOINT` if the address cannot be bound
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const { port = 0, host = LOOPBACK, workers = availableParallelism() } = options;
  const files = options.models ?? (await readEmbeddedModels());
  const models = new Map(files.map((file) => [file.name, serveModel(file, workers)]));
  const server = createServer((request, response) => {
    void handle(models, request, response);
  });
  await listen(server, port, host);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort(server)}/v1`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, ...[...models.values()].map(({ pool }) => pool.close())]);
    },
  };
}

function serveModel({ name, bytes, digestHex }: EmbeddedModel, workers: number): ServedModel {
  const { shape, vocabulary } = parseModelFile(bytes);
  return { name, digestHex, shape, tokenizer: new Tokenizer(vocabulary), pool: openPool(bytes, workers) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new EndpointError('ERR_ENDPOINT', `cannot listen on ${host} port ${port}`, {
          cause,
          retryable: false,
          status: null,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function boundPort(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
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
