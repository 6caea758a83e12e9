/** Somebody who is asked in a run: an endpoint, with what makes the requests for it. */
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Plan } from '../transcript/plan.ts';
import type { Role } from '../transcript/wire/dialogue.ts';
import { requestBuilders, type RequestBuilder } from '../transcript/wire/request.ts';

/** One of those who are asked. */
export interface Party {
  readonly endpoint: Pick<Endpoint, 'send'>;
  readonly build: RequestBuilder;
}

/** The parties of a plan. */
export function createParties(
  plan: Plan,
  endpoints: { readonly endpoint: Party['endpoint']; readonly judge: Party['endpoint'] | null },
): Readonly<Partial<Record<Role, Party>>> {
  const build = requestBuilders(plan);
  const party = (endpoint: Party['endpoint'] | null, role: Role): Readonly<Partial<Record<Role, Party>>> => {
    const builder = build[role];
    return endpoint === null || builder === undefined ? {} : { [role]: { endpoint, build: builder } };
  };
  return { ...party(endpoints.endpoint, 'subject'), ...party(endpoints.judge, 'judge') };
}
