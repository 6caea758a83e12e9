/** The error of evidence that could not be fetched. */
import { EndpointError } from '../../core/errors.ts';
import { isRetryable } from '../retry.ts';
import type { Exchange } from '../endpoint.ts';

/** `ERR_ATTESTATION` for an exchange that brought nothing; it never quotes the server. */
export function attestationError(what: string, exchange: Exchange): EndpointError {
  const { errorCode, httpStatus } = exchange;
  return new EndpointError('ERR_ATTESTATION', `cannot fetch ${what}: got ${errorCode ?? `HTTP status ${httpStatus}`}`, {
    retryable: isRetryable(exchange),
    status: httpStatus,
  });
}

/** `ERR_ATTESTATION` for something fetched that is not what it should be. */
export function unreadableError(what: string, wanted: string, cause?: unknown): EndpointError {
  const details = { retryable: false, status: null, cause };
  return new EndpointError('ERR_ATTESTATION', `cannot read ${what}: want ${wanted}`, details);
}
