/** Somebody who is asked in a run: an endpoint, with what makes the requests for it. */
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Plan } from '../transcript/plan.ts';
import type { Role } from '../transcript/wire/dialogue.ts';
import { requestBuilder, type RequestBuilder } from '../transcript/wire/request.ts';

/** One of those who are asked. */
export interface Party {
  readonly endpoint: Pick<Endpoint, 'send'>;
  readonly build: RequestBuilder;
}

/** The parties of a plan. */
export function createParties(
  { endpoint, judge, rules }: Plan,
  endpoints: { readonly endpoint: Party['endpoint']; readonly judge: Party['endpoint'] | null },
): Readonly<Partial<Record<Role, Party>>> {
  const subject = { endpoint: endpoints.endpoint, build: requestBuilder({ endpoint, rules }) };
  if (judge === undefined || endpoints.judge === null) return { subject };
  return { subject, judge: { endpoint: endpoints.judge, build: requestBuilder({ endpoint: judge, rules }) } };
}
