/** The APIs of an OpenAI-compatible server: where each is asked, and which endpoints have it. */
import { UsageError } from '../core/errors.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';
import type { Api } from '../transcript/wire/dialogue.ts';

/** Path that follows the base URL. */
export const API_PATHS: Readonly<Record<Api, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
};

/**
 * Check that an endpoint may be asked through an API.
 *
 * Enclaves sign and attest chat completions only, so any other answer of one would look proven and be unproven.
 *
 * @throws {@link UsageError} `ERR_ENDPOINT_API`
 */
export function checkApi({ kind, name }: Pick<PlanEndpoint, 'kind' | 'name'>, api: Api): void {
  if (kind !== 'tee' || api === 'chat') return;
  const message = `cannot ask ${name} through ${API_PATHS[api]}: endpoints that give evidence are asked for chat only`;
  throw new UsageError('ERR_ENDPOINT_API', message);
}
