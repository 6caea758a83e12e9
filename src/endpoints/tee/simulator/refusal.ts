/** What a simulated provider answers when it refuses: each kind of provider has its own body. */
import type { TeeProvider } from '../../../core/evidence-names.ts';

/** Ends the handling of a request and becomes its response. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super('refused');
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  404: 'not_found',
  413: 'payload_too_large',
};

/** A refusal in the form that most providers share. */
export function refusal(status: number, message: string, param: string | null = null): Refusal {
  return new Refusal(status, { error: { message, type: TYPES[status] ?? 'server_error', param, code: null } });
}

/** A refusal of a report: the Python proxy has a form of its own for it. */
export function reportRefusal(mode: TeeProvider, status: number, message: string, param: string | null): Refusal {
  return mode === 'vllm-proxy' ? new Refusal(status, { detail: message }) : refusal(status, message, param);
}
