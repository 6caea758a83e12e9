/** The routes of a simulated provider, in each of its modes. */
import { CHAT_ALGORITHMS, type ChatAlgorithm } from '../../../core/evidence-names.ts';
import { buildAciReport, buildReceipt, buildSession, keysetDigest } from './aci.ts';
import type { SimulatedAnswer } from './answer.ts';
import { checksummed, type ChatKeys } from './chat-keys.ts';
import { handleExchange, type AnsweredExchange } from './exchange.ts';
import { checkKey, header, sendJson, type Exchange } from './http.ts';
import { buildDirectReport, buildGatewayReport, buildPythonReport, canonicalModel } from './near-report.ts';
import { createOwnNonces, parseNonce } from './nonce.ts';
import { refusal, Refusal, reportRefusal } from './refusal.ts';
import { createSignatureStore, type SignedExchange } from './signature-store.ts';
import { sha256Hex, type Simulation } from './simulation.ts';
import { buildTinfoilReport, type TlsIdentity } from './tinfoil-report.ts';

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

/** The routes of a provider of the simulation's mode. */
export function providerRoutes(options: ProviderOptions): Route {
  const { simulation, apiKey } = options;
  const { mode } = simulation;
  const specific = SPECIFIC[mode](options);
  return async (exchange) => {
    const { request, response, path } = exchange;
    if (request.method === 'GET' && path === '/v1/models') return sendJson(response, 200, modelList(simulation));
    if (request.method === 'POST' && GENERATION.includes(path)) {
      checkKey(request, apiKey);
      return await specific.generate(exchange);
    }
    if (request.method === 'GET' && (await specific.get(exchange))) return;
    throw refusal(404, 'Not found');
  };
}

const GENERATION = ['/v1/chat/completions', '/v1/completions'];

interface ModeRoutes {
  readonly generate: Route;
  /** Whether there is such a page. */
  readonly get: (exchange: Exchange) => Promise<boolean>;
}

const SPECIFIC = {
  'near-direct': signingRoutes,
  'near-gateway': signingRoutes,
  'vllm-proxy': signingRoutes,
  aci: aciRoutes,
  tinfoil: tinfoilRoutes,
} as const;

function modelList({ model }: Simulation): object {
  return { object: 'list', data: [{ id: model, object: 'model', created: 0, owned_by: 'touchstone-simulated' }] };
}

function signingRoutes(options: ProviderOptions): ModeRoutes {
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

/** The name that the gateway resolves is in a header, unless the client would rather be refused. */
function resolveAlias(simulation: Simulation, { request, response }: Exchange): void {
  const { model } = simulation;
  const canonical = canonicalModel(simulation);
  if (canonical === model) return;
  if (header(request, 'x-no-aliasing') === 'true') throw refusal(400, `Model '${model}' is an alias`, 'model');
  response.setHeader('x-model-alias-resolved', `${model} -> ${canonical}`);
}

function reportRoute({ simulation, tls }: ProviderOptions): (exchange: Exchange) => string {
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
  if (mode === 'near-gateway') return served(simulation, buildGatewayReport(simulation, request, gateway));
  const build = mode === 'vllm-proxy' ? buildPythonReport : buildDirectReport;
  return served(simulation, build(simulation, request));
}

function served({ faults }: Simulation, report: object | string): string {
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  return faults().has('truncated-report') ? text.slice(0, 1000) : text;
}

function algorithmOf(query: URLSearchParams, byDefault: ChatAlgorithm): ChatAlgorithm {
  const named = query.get('signing_algo') ?? byDefault;
  const algo = CHAT_ALGORITHMS.find((known) => known === named);
  if (algo !== undefined) return algo;
  const message = "Invalid signing algorithm. Must be 'ed25519' or 'ecdsa'";
  throw new Refusal(400, { error: { message, type: 'invalid_signing_algo', param: null, code: null } });
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

function signExchange(simulation: Simulation, answered: AnsweredExchange): SignedExchange {
  const { mode } = simulation;
  const role = answered.rewritten ? 'gateway' : 'model';
  const isNamed = mode !== 'vllm-proxy' && role === 'model';
  const keys: ChatKeys = simulation.signingKeys(role);
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

function aciRoutes(options: ProviderOptions): ModeRoutes {
  const { simulation, apiKey } = options;
  const receipts = new Map<string, string>();
  return {
    async generate(exchange) {
      const receiptId = `rcpt-${sha256Hex(simulation.seed, String(simulation.countAnswer())).slice(0, 32)}`;
      exchange.response.setHeader('x-receipt-id', receiptId);
      exchange.response.setHeader('x-aci-keyset-digest', keysetDigest(simulation));
      const onAnswered = (answered: AnsweredExchange): void => {
        if (answered.disconnected) return;
        const facts = { receiptId, endpoint: exchange.path, servedAtMs: simulation.clock(), ...answered };
        const receipt = JSON.stringify(buildReceipt(simulation, facts));
        for (const id of [receiptId, answered.chatId]) if (id !== null) receipts.set(id, receipt);
      };
      await handleExchange(exchange, { ...options, onAnswered });
    },
    async get({ request, response, path, query }) {
      if (path === '/v1/aci/attestation') {
        sendJson(response, 200, served(simulation, buildAciReport(simulation, parseNonce('aci', query))));
        return true;
      }
      const session = buildSession(simulation);
      if (path === `/v1/aci/sessions/${session.id}`) {
        sendJson(response, 200, session.document);
        return true;
      }
      const receipt = receipts.get(path.slice('/v1/aci/receipts/'.length));
      if (!path.startsWith('/v1/aci/receipts/') || receipt === undefined) return false;
      checkKey(request, apiKey);
      sendJson(response, 200, receipt);
      return true;
    },
  };
}

function tinfoilRoutes(options: ProviderOptions): ModeRoutes {
  const { simulation, tls } = options;
  const own = createOwnNonces(simulation.seed, simulation.clock);
  return {
    generate: (exchange) => handleExchange(exchange, { ...options, onAnswered: () => {} }),
    async get({ response, path, query }) {
      if (path !== '/.well-known/tinfoil-attestation') return false;
      const nonce = parseNonce('tinfoil', query) ?? own.next();
      sendJson(response, 200, served(simulation, buildTinfoilReport(simulation, nonce, tls)));
      return true;
    },
  };
}
