/** The routes of the vllm-proxy family: a report, and a signature over each answer under the id of its chat. */
import type { ChatAlgorithm } from '../../../core/evidence-names.ts';
import { checksummed } from './chat-keys.ts';
import { handleExchange, type AnsweredExchange } from './exchange.ts';
import { checkKey, sendJson } from './http.ts';
import { canonicalModel } from './near-report.ts';
import type { ModeRoutes, ProviderOptions } from './provider.ts';
import { refusal } from './refusal.ts';
import { algorithmOf, reportRoute, resolveAlias } from './report-route.ts';
import { createSignatureStore, type SignedExchange } from './signature-store.ts';
import { sha256Hex, type Simulation } from './simulation.ts';

/** Routes with signatures. */
export function signingRoutes(options: ProviderOptions): ModeRoutes {
  const { simulation, apiKey, signatureTtlMs: ttlMs, signatureMisses: misses } = options;
  const store = createSignatureStore({ clock: simulation.clock, ttlMs, misses });
  const report = reportRoute(options);
  return {
    async generate(exchange) {
      if (simulation.mode === 'near-gateway') resolveAlias(simulation, exchange);
      const onAnswered = (answered: AnsweredExchange): void => {
        if (answered.chatId !== null) store.put(answered.chatId, signExchange(simulation, answered));
        simulation.countAnswer();
      };
      await handleExchange(exchange, { ...options, onAnswered });
    },
    async get(exchange) {
      const { request, response, path, query } = exchange;
      if (path === '/v1/attestation/report') {
        if (simulation.mode !== 'near-direct') checkKey(request, apiKey);
        sendJson(response, 200, report(exchange));
        return true;
      }
      if (!path.startsWith('/v1/signature/')) return false;
      checkKey(request, apiKey);
      const chatId = decodeURIComponent(path.slice('/v1/signature/'.length));
      const algo = algorithmOf(query, 'ecdsa');
      sendJson(response, 200, signatureBody(simulation, algo, store.take(chatId, algo)));
      return true;
    },
  };
}

function signExchange(simulation: Simulation, answered: AnsweredExchange): SignedExchange {
  const { mode } = simulation;
  const role = answered.rewritten ? 'gateway' : 'model';
  const isNamed = mode !== 'vllm-proxy' && role === 'model';
  const keys = simulation.signingKeys(role);
  const halves = signedHalves(simulation, answered);
  const text = isNamed ? `${signedModel(simulation)}:${halves}` : halves;
  const honest = mode === 'near-gateway' ? kindOf(role) : null;
  const kind = simulation.faults().has('gateway-kind') ? 'gateway' : honest;
  return { text, keys, kind, disconnected: answered.disconnected };
}

function kindOf(role: 'model' | 'gateway'): 'provider_tee' | 'gateway' {
  return role === 'model' ? 'provider_tee' : 'gateway';
}

function signedModel(simulation: Simulation): string {
  return simulation.faults().has('wrong-model-in-text') ? `${simulation.model}-other` : canonicalModel(simulation);
}

function signedHalves({ faults }: Simulation, { requestSha256, responseSha256 }: AnsweredExchange): string {
  const request = faults().has('foreign-request-hash') ? sha256Hex('another request') : requestSha256;
  const response = faults().has('foreign-response-hash') ? sha256Hex('another response') : responseSha256;
  return `${request}:${response}`;
}

function signatureBody(simulation: Simulation, algo: ChatAlgorithm, exchange: SignedExchange | null): object {
  const faults = simulation.faults();
  if (exchange === null || faults.has('signature-missing')) throw refusal(404, 'Chat id not found or expired');
  const { text, keys, kind, disconnected } = exchange;
  if (disconnected) {
    if (simulation.mode !== 'near-gateway') throw refusal(404, 'Chat id not found or expired');
    return { error_code: 'STREAM_DISCONNECTED', message: 'The stream ended before it was complete' };
  }
  const { address, sign } = keys[algo];
  return {
    text,
    signature: sign(text, faults),
    signing_address: simulation.mode === 'vllm-proxy' && algo === 'ecdsa' ? checksummed(address) : address,
    signing_algo: algo,
    ...(kind === null ? {} : { signature_kind: kind }),
  };
}
