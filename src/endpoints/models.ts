/** The list of models that a server offers. */
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { isDigest } from '../core/digest.ts';
import { EndpointError } from '../core/errors.ts';
import { isRetryable } from './retry.ts';
import type { Exchange, ListedModel } from './endpoint.ts';

/** Longest list that is shown; a longer one is cut. */
const MAX_LISTED_MODELS = 10_000;

const MAX_ID_LENGTH = 512;

/**
 * The models in an answer to `GET /models`.
 *
 * @throws {@link EndpointError} `ERR_ENDPOINT_MODELS` if there was no answer, or it is no list of models. The message
 *   never quotes the server.
 */
export function parseModels(exchange: Exchange): readonly ListedModel[] {
  if (exchange.status !== 'ok' || exchange.response === null) throw modelsError(exchange, `got ${outcome(exchange)}`);
  const list = listIn(exchange.response);
  if (list === null) throw modelsError(exchange, 'got a body that is not a list of models');
  return list.slice(0, MAX_LISTED_MODELS).flatMap((entry) => listedModel(entry));
}

function listIn(body: Uint8Array): readonly unknown[] | null {
  try {
    const data = field(JSON.parse(tryDecodeUtf8(body) ?? ''), 'data');
    return Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

function listedModel(entry: unknown): readonly ListedModel[] {
  const id = field(entry, 'id');
  if (typeof id !== 'string' || id.length > MAX_ID_LENGTH) return [];
  return [{ id, digest: sha256Of(field(entry, 'digest')) }];
}

function sha256Of(digest: unknown): string | null {
  const hex = typeof digest === 'string' && digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : null;
  return isDigest(hex) ? hex : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function outcome({ httpStatus, errorCode }: Exchange): string {
  return errorCode ?? `HTTP status ${httpStatus}`;
}

function modelsError(exchange: Exchange, fault: string): EndpointError {
  return new EndpointError('ERR_ENDPOINT_MODELS', `cannot list models: ${fault}`, {
    retryable: isRetryable(exchange),
    status: exchange.httpStatus,
  });
}
