/** What the server answers instead of a completion: a status and an OpenAI-shaped error object. */

/** Ends the handling of a request; becomes the HTTP response and never leaves the server as an exception. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** The body field at fault. */
  readonly param: string | null;

  constructor(status: number, code: string, message: string, param: string | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

/** The JSON body of an error response. */
export interface ErrorReply {
  readonly error: {
    readonly message: string;
    readonly type: 'invalid_request_error' | 'server_error';
    readonly param: string | null;
    readonly code: string;
  };
}

/** The response body for an error. */
export function errorReply({ status, code, message, param }: ApiError): ErrorReply {
  return { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param, code } };
}
