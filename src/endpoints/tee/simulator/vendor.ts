/** What the vendors of the hardware serve: Intel's collateral under the paths of its PCS, NVIDIA's verdicts. */
import { isJsonObject } from '../../../core/canonical-json.ts';
import { tryParseObject } from '../../../core/foreign-json.ts';
import type { Collateral } from './collateral.ts';
import { readBody, send, sendJson, type Exchange } from './http.ts';
import { SIMULATED_FMSPC } from './intel-pki.ts';
import { judgeGpus, nrasKeys, type NrasRequest } from './nras.ts';
import type { Route } from './provider.ts';
import { refusal } from './refusal.ts';
import type { Simulation } from './simulation.ts';

const VERDICT_PATH = '/v3/attest/gpu';
const KEYS_PATH = '/.well-known/jwks.json';

/** Whether a path is one of the vendors' own. */
export function isVendorPath(path: string): boolean {
  return path === VERDICT_PATH || path === KEYS_PATH || Object.hasOwn(PAGES, path);
}

/** The routes of the vendors. */
export function vendorRoutes(simulation: Simulation): Route {
  return async (exchange) => {
    const { request, response, path } = exchange;
    if (request.method === 'POST' && path === VERDICT_PATH) return await judge(simulation, exchange);
    if (request.method === 'GET' && path === KEYS_PATH) return sendJson(response, 200, nrasKeys());
    const page = request.method === 'GET' ? PAGES[path] : undefined;
    if (page === undefined) throw refusal(404, 'Not found');
    page(exchange, simulation.collateral());
  };
}

type Page = (exchange: Exchange, collateral: Collateral) => void;

const PAGES: Readonly<Record<string, Page>> = {
  '/tdx/certification/v4/tcb': sendTcbInfo,
  '/tdx/certification/v4/qe/identity': sendQeIdentity,
  '/sgx/certification/v4/pckcrl': sendPckList,
  '/sgx/certification/v4/rootcacrl': sendRootListHex,
  '/IntelSGXRootCA.der': sendRootList,
  '/collateral.json': ({ response }, collateral) => sendJson(response, 200, collateral),
};

function sendTcbInfo({ response, query }: Exchange, collateral: Collateral): void {
  if (query.get('fmspc')?.toLowerCase() !== SIMULATED_FMSPC) throw refusal(404, 'Unknown FMSPC');
  response.setHeader('TCB-Info-Issuer-Chain', encodeURIComponent(collateral.tcb_info_issuer_chain));
  // Put together as text: what is signed is the very text between the braces.
  sendJson(response, 200, `{"tcbInfo":${collateral.tcb_info},"signature":"${collateral.tcb_info_signature}"}`);
}

function sendQeIdentity({ response }: Exchange, collateral: Collateral): void {
  response.setHeader('SGX-Enclave-Identity-Issuer-Chain', encodeURIComponent(collateral.qe_identity_issuer_chain));
  const { qe_identity: identity, qe_identity_signature: signature } = collateral;
  sendJson(response, 200, `{"enclaveIdentity":${identity},"signature":"${signature}"}`);
}

function sendPckList({ response, query }: Exchange, collateral: Collateral): void {
  if (query.get('ca') !== 'platform' || query.get('encoding') !== 'der') throw refusal(404, 'No such list');
  response.setHeader('SGX-PCK-CRL-Issuer-Chain', encodeURIComponent(collateral.pck_crl_issuer_chain));
  sendList({ response }, collateral.pck_crl);
}

function sendRootList(exchange: Exchange, collateral: Collateral): void {
  sendList(exchange, collateral.root_ca_crl);
}

// A PCCS gives this one list as hex.
function sendRootListHex({ response }: Exchange, { root_ca_crl: list }: Collateral): void {
  if (list === '') throw refusal(404, 'No such list');
  send(response, 200, 'application/octet-stream', Buffer.from(list));
}

function sendList({ response }: Pick<Exchange, 'response'>, hex: string): void {
  if (hex === '') throw refusal(404, 'No such list');
  send(response, 200, 'application/pkix-crl', Buffer.from(hex, 'hex'));
}

async function judge(simulation: Simulation, { request, response }: Exchange): Promise<void> {
  const body = tryParseObject(Buffer.from(await readBody(request)).toString());
  const list = body?.['evidence_list'];
  const isAsked =
    typeof body?.['nonce'] === 'string' &&
    Array.isArray(list) &&
    list.every((entry) => isJsonObject(entry) && typeof entry['evidence'] === 'string');
  if (!isAsked) throw refusal(400, 'Want a nonce and a list of evidence');
  const asked = body as unknown as NrasRequest;
  sendJson(response, 200, judgeGpus(asked, simulation.clock(), simulation.faults()));
}
