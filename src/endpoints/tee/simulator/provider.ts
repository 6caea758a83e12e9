/** The routes of a simulated provider: those that all have, and those of its mode. */
import type { SimulatedAnswer } from './answer.ts';
import { checkKey, sendJson, type Exchange } from './http.ts';
import { receiptRoutes } from './receipt-routes.ts';
import { refusal } from './refusal.ts';
import { signingRoutes } from './signing-routes.ts';
import type { Simulation } from './simulation.ts';
import type { TlsIdentity } from './tinfoil-report.ts';
import { tinfoilRoutes } from './tinfoil-routes.ts';

/** What a provider needs beside its machines. */
export interface ProviderOptions {
  readonly simulation: Simulation;
  readonly answer: SimulatedAnswer;
  readonly tls: TlsIdentity | null;
  readonly apiKey: string | null;
  readonly operatorToken: string | null;
  readonly signatureTtlMs: number;
  readonly signatureMisses: number;
}

/** Answers one request. */
export type Route = (exchange: Exchange) => Promise<void>;

/** What is served in one mode and not in others. */
export interface ModeRoutes {
  readonly generate: Route;
  /** Whether there is such a page. */
  readonly get: (exchange: Exchange) => Promise<boolean>;
}

const GENERATION = ['/v1/chat/completions', '/v1/completions'];

const MODES = {
  'near-direct': signingRoutes,
  'near-gateway': signingRoutes,
  'vllm-proxy': signingRoutes,
  aci: receiptRoutes,
  tinfoil: tinfoilRoutes,
} as const;

/** The routes of a provider of the simulation's mode. */
export function providerRoutes(options: ProviderOptions): Route {
  const { simulation, apiKey } = options;
  const routes = MODES[simulation.mode](options);
  return async (exchange) => {
    const { request, response, path } = exchange;
    if (request.method === 'POST' && GENERATION.includes(path)) {
      checkKey(request, apiKey);
      return await routes.generate(exchange);
    }
    if (request.method !== 'GET') throw refusal(404, 'Not found');
    if (path === '/v1/models') return sendJson(response, 200, modelList(simulation));
    if (!(await routes.get(exchange))) throw refusal(404, 'Not found');
  };
}

function modelList({ model }: Simulation): object {
  return { object: 'list', data: [{ id: model, object: 'model', created: 0, owned_by: 'touchstone-simulated' }] };
}
