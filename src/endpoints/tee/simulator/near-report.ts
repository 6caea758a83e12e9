/**
 * Attestation reports of the vllm-proxy family: NEAR's gateway and model servers, and the Python proxy before them.
 *
 * Each has the fields, the order and the quirks that were seen of it: what is an object in one is its JSON text in
 * another, addresses are in lower or mixed case, logs are whole or stripped.
 */
import { encodeHex } from '../../../core/bytes.ts';
import { canonicalize } from '../../../core/canonical-json.ts';
import type { ChatAlgorithm } from '../../../core/evidence-names.ts';
import { checksummed, type ChatKey } from './chat-keys.ts';
import { deriveBytes } from './ec-key.ts';
import { stripped } from './event-log.ts';
import { addressReportData, namedTlsKey, quotedNonce, sha256, type Simulation } from './simulation.ts';

/** What a report is asked for. */
export interface ReportRequest {
  readonly nonce: Uint8Array;
  readonly algo: ChatAlgorithm;
  /** Whether the TLS key is to be bound. */
  readonly tls: boolean;
}

/** The name that a provider resolves a model to under an alias. */
export function canonicalModel({ faults, model }: Simulation): string {
  return faults().has('model-alias') ? `${model}-FP8` : model;
}

/** The report of a model server that clients reach directly. */
export function buildDirectReport(simulation: Simulation, request: ReportRequest): object {
  const tlsKey = request.tls ? namedTlsKey(simulation) : null;
  const { all, more } = buildModelReport(simulation, request, tlsKey);
  return { ...all, all_attestations: [all], ...more };
}

/** The report of a gateway, with that of the model server behind it if a model was named. */
export function buildGatewayReport(
  simulation: Simulation,
  request: ReportRequest,
  options: { readonly withModel: boolean; readonly certificate: string | null },
): object {
  const nonce = quotedNonce(simulation, request.nonce);
  const key = simulation.attestedKeys('gateway')[request.algo];
  const tlsKey = request.tls ? namedTlsKey(simulation) : null;
  const machine = simulation.machine('gateway');
  const reportData = addressReportData(simulation, key, tlsKey, nonce);
  // The connection to the model server is the gateway's; no client sees its key.
  const inner = request.tls ? deriveBytes(32, 'model server TLS key', simulation.seed) : null;
  const { all, more } = buildModelReport(simulation, request, inner);
  return {
    gateway_attestation: {
      signing_address: key.address,
      signing_algo: key.algo,
      intel_quote: encodeHex(machine.quote(reportData)),
      event_log: JSON.stringify(machine.log.events),
      report_data: encodeHex(reportData),
      request_nonce: encodeHex(nonce),
      info: machine.info,
      vpc: { vpc_server_app_id: machine.info['app_id'], vpc_hostname: 'gateway.simulated.internal' },
      ...fingerprint(tlsKey),
    },
    ...(options.withModel ? { model_attestations: [{ ...all, ...more }] } : {}),
    ...(tlsKey === null ? {} : { tls_certificate: options.certificate }),
  };
}

/** The report of the Python proxy. */
export function buildPythonReport(simulation: Simulation, request: ReportRequest): object {
  const nonce = quotedNonce(simulation, request.nonce);
  const key = simulation.attestedKeys('model')[request.algo];
  const machine = simulation.machine('model');
  const quote = encodeHex(machine.quote(addressReportData(simulation, key, null, nonce)));
  const { tcb_info: tcbInfo, ...info } = machine.info;
  const report = {
    signing_address: key.algo === 'ecdsa' ? checksummed(key.address) : key.address,
    signing_algo: key.algo,
    request_nonce: encodeHex(nonce),
    intel_quote: quote,
    ...nvidiaPayload(simulation, request.nonce, false),
    info: { ...info, tcb_info: JSON.stringify(tcbInfo) },
    quote,
    event_log: JSON.stringify(stripped(machine.log.events)),
    vm_config: machine.vmConfig,
    signing_public_key: encodeHex(key.publicKey),
  };
  return { ...report, all_attestations: [report] };
}

interface ModelReport {
  /** What `all_attestations` repeats. */
  readonly all: object;
  readonly more: object;
}

function buildModelReport(simulation: Simulation, request: ReportRequest, tlsKey: Uint8Array | null): ModelReport {
  const nonce = quotedNonce(simulation, request.nonce);
  const key = simulation.attestedKeys('model')[request.algo];
  const machine = simulation.machine('model');
  const all = {
    model_name: canonicalModel(simulation),
    signing_address: key.address,
    signing_algo: key.algo,
    signing_public_key: publicKeyText(key),
    request_nonce: encodeHex(nonce),
    intel_quote: encodeHex(machine.quote(addressReportData(simulation, key, tlsKey, nonce))),
    ...nvidiaPayload(simulation, request.nonce, true),
    event_log: machine.log.events,
    info: machine.info,
    ...fingerprint(tlsKey),
  };
  return { all, more: { compose_manager_attestation: buildActionReport(simulation, nonce) } };
}

function publicKeyText({ algo, publicKey }: ChatKey): string {
  return `${algo === 'ecdsa' ? '04' : ''}${encodeHex(publicKey)}`;
}

function fingerprint(tlsKey: Uint8Array | null): object {
  return tlsKey === null ? {} : { tls_cert_fingerprint: encodeHex(tlsKey) };
}

function nvidiaPayload(simulation: Simulation, nonce: Uint8Array, nonceInEach: boolean): object {
  const evidence = simulation.gpuEvidence(nonce);
  if (evidence.length === 0) return {};
  const list = nonceInEach
    ? evidence
    : evidence.map(({ certificate, evidence: exchange, arch }) => ({ certificate, evidence: exchange, arch }));
  return { nvidia_payload: JSON.stringify({ arch: 'HOPPER', evidence_list: list, nonce: encodeHex(nonce) }) };
}

/** The log of what the launcher was asked to start, with a quote of its own; hashed with sorted keys. */
function buildActionReport(simulation: Simulation, nonce: Uint8Array): object {
  const machine = simulation.machine('model');
  const actions = [
    { timestamp: '2026-01-01T00:00:00+00:00', action: 'compose_manager_started' },
    {
      timestamp: '2026-01-01T00:00:01+00:00',
      action: 'compose_up',
      tag: 'v0.0.0',
      commit: encodeHex(deriveBytes(20, 'commit')),
      file: 'simulated.yaml',
      file_sha256: encodeHex(deriveBytes(32, 'compose file')),
    },
  ];
  const hash = sha256(canonicalize(actions));
  const reportData = Buffer.concat([hash, nonce]);
  const edited = actions.map((action) => ({ ...action, timestamp: '2026-01-02T00:00:00+00:00' }));
  return {
    actions: simulation.faults().has('actions-edited') ? edited : actions,
    actions_hash: encodeHex(hash),
    nonce: encodeHex(nonce),
    nonce_source: 'client',
    quote: encodeHex(machine.quote(reportData)),
    event_log: JSON.stringify(machine.log.events),
    report_data: encodeHex(reportData),
    vm_config: machine.vmConfig,
  };
}
