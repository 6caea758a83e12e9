/** The routes of a Tinfoil enclave, which attests its connection and signs nothing. */
import { handleExchange } from './exchange.ts';
import { sendJson } from './http.ts';
import { createOwnNonces, parseNonce } from './nonce.ts';
import type { ModeRoutes, ProviderOptions } from './provider.ts';
import { servedReport } from './simulation.ts';
import { buildTinfoilReport } from './tinfoil-report.ts';

/** Routes with a report alone. */
export function tinfoilRoutes(options: ProviderOptions): ModeRoutes {
  const { simulation, tls } = options;
  const own = createOwnNonces(simulation.seed, simulation.clock);
  return {
    generate: (exchange) => handleExchange(exchange, { ...options, onAnswered: () => {} }),
    async get({ response, path, query }) {
      if (path !== '/.well-known/tinfoil-attestation') return false;
      const nonce = parseNonce('tinfoil', query) ?? own.next();
      sendJson(response, 200, servedReport(simulation, buildTinfoilReport(simulation, nonce, tls)));
      return true;
    },
  };
}
