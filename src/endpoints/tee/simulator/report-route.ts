/** The route to the reports of the vllm-proxy family: parameters, defaults and refusals of each mode. */
import { CHAT_ALGORITHMS, type ChatAlgorithm } from '../../../core/evidence-names.ts';
import { header, type Exchange } from './http.ts';
import { buildDirectReport, buildGatewayReport, buildPythonReport, canonicalModel } from './near-report.ts';
import { createOwnNonces, parseNonce } from './nonce.ts';
import type { ProviderOptions } from './provider.ts';
import { Refusal, refusal, reportRefusal } from './refusal.ts';
import { servedReport, type Simulation } from './simulation.ts';

/** Reports as JSON text, by what a query asks for. */
export function reportRoute({ simulation, tls }: ProviderOptions): (exchange: Exchange) => string {
  const { mode, seed, clock } = simulation;
  const own = createOwnNonces(seed, clock);
  return (exchange) => {
    const { query } = exchange;
    const algo = algorithmOf(query, mode === 'near-gateway' ? 'ed25519' : 'ecdsa');
    checkAddress(simulation, algo, query.get('signing_address'));
    const withModel = mode === 'near-gateway' && checkModel(simulation, exchange);
    const isBound = query.get('include_tls_fingerprint') === 'true' && tls !== null;
    const nonce = parseNonce(mode, query);
    const build = (asked: Uint8Array): string =>
      reportText(
        simulation,
        { nonce: asked, algo, tls: isBound },
        { withModel, certificate: tls?.certificate ?? null },
      );
    if (nonce !== null) return build(nonce);
    return mode === 'vllm-proxy' ? build(own.next()) : own.cached(`${algo} ${isBound} ${withModel}`, build);
  };
}

type GatewayOptions = Parameters<typeof buildGatewayReport>[2];

function reportText(
  simulation: Simulation,
  request: Parameters<typeof buildDirectReport>[1],
  gateway: GatewayOptions,
): string {
  const { mode } = simulation;
  if (mode === 'near-gateway') return servedReport(simulation, buildGatewayReport(simulation, request, gateway));
  const build = mode === 'vllm-proxy' ? buildPythonReport : buildDirectReport;
  return servedReport(simulation, build(simulation, request));
}

function checkAddress(simulation: Simulation, algo: ChatAlgorithm, wanted: string | null): void {
  const { address } = simulation.attestedKeys('model')[algo];
  if (wanted !== null && wanted.toLowerCase() !== address) {
    throw reportRefusal(simulation.mode, 404, 'Signing address not found on this server', null);
  }
}

/** Whether a report asks for a model. @throws Refusal 404 for one that the gateway does not have */
function checkModel(simulation: Simulation, exchange: Exchange): boolean {
  const asked = exchange.query.get('model');
  if (asked === null) return false;
  if (asked !== simulation.model) throw refusal(404, `Model '${asked}' not found`, 'model');
  resolveAlias(simulation, exchange);
  return true;
}

/**
 * The algorithm that a query asks for.
 *
 * @throws Refusal 400
 */
export function algorithmOf(query: URLSearchParams, byDefault: ChatAlgorithm): ChatAlgorithm {
  const named = query.get('signing_algo') ?? byDefault;
  const algo = CHAT_ALGORITHMS.find((known) => known === named);
  if (algo !== undefined) return algo;
  const message = "Invalid signing algorithm. Must be 'ed25519' or 'ecdsa'";
  throw new Refusal(400, { error: { message, type: 'invalid_signing_algo', param: null, code: null } });
}

/**
 * Say in a header which model an alias stands for.
 *
 * @throws Refusal 400 if the client would rather have none
 */
export function resolveAlias(simulation: Simulation, { request, response }: Exchange): void {
  const { model } = simulation;
  const canonical = canonicalModel(simulation);
  if (canonical === model) return;
  if (header(request, 'x-no-aliasing') === 'true') throw refusal(400, `Model '${model}' is an alias`, 'model');
  response.setHeader('x-model-alias-resolved', `${model} -> ${canonical}`);
}
