/** The evidence of an ACI gateway: its attested keyset, its receipts and its session with the model behind it. */
import { encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import { canonicalize } from '../../../core/canonical-json.ts';
import { publicKeyFromSeed, sign } from '../../../core/ed25519.ts';
import { deriveBytes } from './ec-key.ts';
import { namedTlsKey, quotedNonce, sha256, sha256Hex, type Simulation } from './simulation.ts';

const NOT_AFTER_S = 4_102_444_800;
const KEY_ID = 'simulated-receipt-ed25519';
const API_VERSION = 'aci/1';

/** What a receipt is about. */
export interface ReceiptFacts {
  readonly receiptId: string;
  readonly chatId: string | null;
  readonly model: string | null;
  readonly endpoint: string;
  readonly servedAtMs: number;
  readonly requestSha256: string;
  readonly responseSha256: string;
}

function receiptSeed({ seed }: Simulation, which: string): Uint8Array {
  return deriveBytes(32, 'receipt signing key', seed, which);
}

function keysetOf(simulation: Simulation): object {
  const { seed } = simulation;
  const tlsKey = namedTlsKey(simulation);
  const receiptKey = encodeHex(publicKeyFromSeed(receiptSeed(simulation, 'attested')));
  const tlsKeys = tlsKey === null ? [] : [{ spki_sha256: encodeHex(tlsKey), domain: 'localhost' }];
  return {
    subject: `dstack-app://${String(simulation.machine('gateway').info['app_id'])}`,
    not_after: NOT_AFTER_S,
    receipt_signing_keys: [{ key_id: KEY_ID, algo: 'ed25519', public_key: receiptKey }],
    e2ee_public_keys: [
      {
        key_id: 'simulated-e2ee-x25519',
        algo: 'x25519-aes-256-gcm-hkdf-sha256',
        public_key: encodeHex(deriveBytes(32, 'e2ee key', seed)),
      },
    ],
    tls_public_keys: tlsKeys,
  };
}

/** Digest of the keyset, as reports, receipts and response headers state it. */
export function keysetDigest(simulation: Simulation): string {
  return `sha256:${sha256Hex(canonicalize(keysetOf(simulation)))}`;
}

/** The attestation report; a null nonce is stated as null. */
export function buildAciReport(simulation: Simulation, nonce: Uint8Array | null): object {
  const machine = simulation.machine('gateway');
  const digest = keysetDigest(simulation);
  const bound = simulation.faults().has('foreign-address') ? `sha256:${sha256Hex('another keyset')}` : digest;
  const asked = nonce === null ? null : encodeHex(quotedNonce(simulation, nonce));
  const statement = { keyset_digest: bound, nonce: asked, purpose: 'aci.report_data.v1' };
  const reportData = sha256(canonicalize(statement));
  const padded = Buffer.concat([reportData, Buffer.alloc(32)]);
  return {
    api_version: API_VERSION,
    workload_keyset_digest: digest,
    attestation: {
      tee_type: 'tdx',
      workload_keyset: keysetOf(simulation),
      report_data: encodeHex(reportData),
      source_provenance: {
        repo_url: 'https://example.invalid/simulated-gateway',
        repo_commit: encodeHex(deriveBytes(20, 'commit')),
        image_digest: null,
        image_provenance: null,
      },
      evidence: {
        quote: encodeHex(machine.quote(padded)),
        quote_report_data: encodeHex(padded),
        event_log: machine.log.events,
        app_compose: machine.appCompose,
        vm_config: JSON.parse(machine.vmConfig) as object,
        key_custody: null,
      },
    },
    service_capabilities: { supported_e2ee_versions: [], serving: 'aggregator' },
  };
}

/** The session with the model server, by which receipts say that it was verified. */
export function buildSession({ model, clock }: Simulation): { readonly id: string; readonly document: object } {
  const data = 'simulated evidence';
  const day = Math.floor(clock() / 86_400_000) * 86_400;
  const document = {
    api_version: API_VERSION,
    upstream_name: 'simulated-upstream',
    endpoint: 'https://upstream.invalid',
    verifier_id: 'simulated/1',
    established_at: day,
    expires_at: day + 86_400,
    channel_binding: [],
    claims: { extra: { model }, tee_attested: { status: 'asserted', source: 'hardware_proven', reason: 'simulated' } },
    evidence: {
      digest: `sha256:${sha256Hex(data)}`,
      data: `data:text/plain;base64,${Buffer.from(data).toString('base64')}`,
    },
  };
  return { id: sha256Hex(canonicalize(document)), document };
}

/** A signed receipt. */
export function buildReceipt(simulation: Simulation, facts: ReceiptFacts): object {
  const faults = simulation.faults();
  const named = faults.has('wrong-model-in-text') ? `${facts.model ?? ''}-other` : facts.model;
  const response = faults.has('receipt-response-hash') ? sha256Hex(facts.responseSha256) : facts.responseSha256;
  const body = (hash: string, type: string): object => ({ type, body_hash: `sha256:${hash}` });
  const document = {
    api_version: API_VERSION,
    receipt_id: facts.receiptId,
    chat_id: facts.chatId,
    model: named,
    workload_keyset_digest: keysetDigest(simulation),
    endpoint: facts.endpoint,
    method: 'POST',
    served_at: Math.floor(facts.servedAtMs / 1000),
    event_log: [
      body(facts.requestSha256, 'request.received'),
      body(facts.requestSha256, 'request.forwarded'),
      upstreamVerified(simulation, named),
      body(response, 'response.returned'),
    ],
    key_id: KEY_ID,
  };
  const key = receiptSeed(simulation, faults.has('receipt-unattested') ? 'another' : 'attested');
  const signature = sign(key, encodeUtf8(canonicalize(document)));
  if (faults.has('flip-receipt')) signature.set([(signature[40] ?? 0) ^ 1], 40);
  return { ...document, signature: encodeHex(signature) };
}

function upstreamVerified(simulation: Simulation, model: string | null): object {
  const { id } = buildSession(simulation);
  return { type: 'upstream.verified', result: 'verified', required: true, model_id: model, session_id: id };
}
