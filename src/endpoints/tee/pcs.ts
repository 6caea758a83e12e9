/**
 * Intel's provisioning certification service and the caches in front of it.
 *
 * Statements are cut out of their answers as texts and never written anew, because signatures cover their bytes.
 * Nothing is verified here, and a part that a service does not have is left empty: whoever verifies a quote refuses it.
 *
 * @see Intel PCS API v4; Intel SGX PCCS design guide (the same paths, and a path for the root CRL)
 */
import { tryParseObject } from '../../core/foreign-json.ts';
import { memberText } from '../../attestation/reports/member-text.ts';
import { encodeHex, encodeUtf8, tryDecodeUtf8 } from '../../core/bytes.ts';
import { isTouchstoneError } from '../../core/errors.ts';
import { isRetryable } from '../retry.ts';
import { attestationError, unreadableError } from './attestation-error.ts';
import type { CollateralRequest } from '../../attestation/tdx/select.ts';
import type { VendorClients } from './vendor-clients.ts';

/** Where a service answers. */
interface CollateralService {
  /** Base URL, without a slash at the end. */
  readonly baseUrl: string;
  readonly rootCrlUrl: string;
}

interface Fetched {
  readonly body: Uint8Array;
  /** Decoded chain of the header that was asked for; empty if there is none. */
  readonly chain: string;
}

type Fetch = (url: string, chainHeader?: string) => Promise<Fetched>;

const NOTHING: Fetched = { body: new Uint8Array(), chain: '' };

const TDX = '/tdx/certification/v4';
const SGX = '/sgx/certification/v4';
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1024 * 1024;
const DELAYS_MS = [500, 2_000];

/** Intel's own service. */
export const INTEL_PCS: CollateralService = {
  baseUrl: 'https://api.trustedservices.intel.com',
  rootCrlUrl: 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der',
};

/** A cache at a base URL. */
export function pccsAt(baseUrl: string): CollateralService {
  return { baseUrl, rootCrlUrl: `${baseUrl}${SGX}/rootcacrl` };
}

/**
 * The collateral of a platform in one file.
 *
 * @throws {@link EndpointError} `ERR_ATTESTATION`
 * @see `parseCollateral`, which reads it
 */
export async function fetchCollateral(
  { baseUrl, rootCrlUrl }: CollateralService,
  clients: VendorClients,
  { fmspc, ca }: CollateralRequest,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const fetch: Fetch = (url, chainHeader) => fetchPart(clients, { url, chainHeader, signal });
  const [pckCrl, rootCrl, tcbInfo, qeIdentity] = await Promise.all([
    fetch(`${baseUrl}${SGX}/pckcrl?ca=${ca}&encoding=der`, 'sgx-pck-crl-issuer-chain'),
    fetch(rootCrlUrl),
    fetch(`${baseUrl}${TDX}/tcb?fmspc=${fmspc}`, 'tcb-info-issuer-chain'),
    fetch(`${baseUrl}${TDX}/qe/identity`, 'sgx-enclave-identity-issuer-chain'),
  ]);
  const collateral = {
    pck_crl_issuer_chain: pckCrl.chain,
    root_ca_crl: crlHex(rootCrl.body),
    pck_crl: crlHex(pckCrl.body),
    tcb_info_issuer_chain: tcbInfo.chain,
    ...statement('tcb_info', tcbInfo.body, 'tcbInfo'),
    qe_identity_issuer_chain: qeIdentity.chain,
    ...statement('qe_identity', qeIdentity.body, 'enclaveIdentity'),
  };
  return encodeUtf8(JSON.stringify(collateral));
}

async function fetchPart(
  clients: VendorClients,
  { url, chainHeader, signal }: { url: string; chainHeader: string | undefined; signal: AbortSignal },
): Promise<Fetched> {
  const { origin, pathname, search } = new URL(url);
  let chain: string | null = null;
  const client = await clients.at(origin);
  const exchange = await client.ask({
    path: pathname + search,
    signal,
    timeoutMs: TIMEOUT_MS,
    maxResponseBytes: MAX_BYTES,
    isWorthAgain: isRetryable,
    delaysMs: DELAYS_MS,
    onHeaders: (header) => (chain = chainHeader === undefined ? null : header(chainHeader)),
  });
  if (exchange.httpStatus === 404) return NOTHING;
  if (exchange.status !== 'ok' || exchange.response === null) throw attestationError('collateral', exchange);
  return { body: exchange.response, chain: percentDecoded(chain ?? '') };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unreadableError('the issuer chain of collateral', 'percent-encoded PEM');
  }
}

// Intel gives DER; caches give the hex of it in places. DER begins with 30 8x, which is no hex in ASCII.
function crlHex(body: Uint8Array): string {
  const text = tryDecodeUtf8(body)?.trim() ?? '';
  return /^(?:[0-9a-fA-F]{2})+$/.test(text) ? text.toLowerCase() : encodeHex(body);
}

function statement(field: 'tcb_info' | 'qe_identity', body: Uint8Array, member: string): Record<string, string> {
  if (body.length === 0) return { [field]: '', [`${field}_signature`]: '' };
  const text = tryDecodeUtf8(body) ?? '';
  const signature = tryParseObject(text)?.['signature'];
  const raw = typeof signature === 'string' ? statementText(text, member) : null;
  if (raw === null || typeof signature !== 'string') throw unreadableError('collateral', `${member} and its signature`);
  return { [field]: raw, [`${field}_signature`]: signature.toLowerCase() };
}

function statementText(text: string, member: string): string | null {
  try {
    return memberText(text, member);
  } catch (error) {
    if (isTouchstoneError(error)) return null;
    throw error;
  }
}
