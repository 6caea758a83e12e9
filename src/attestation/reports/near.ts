/**
 * Reports of the vllm-proxy family: NEAR's gateway and model servers, and the Python proxies before them.
 *
 * They differ in what is a text and what an object: `event_log`, `tcb_info` and `nvidia_payload` occur as both. The
 * gateway wraps one report of its own and one for each model server; the others are a single report, which a list
 * `all_attestations` repeats.
 */
import type { JsonObject } from '../../core/canonical-json.ts';
import { CHAT_ALGORITHMS, type ChatAlgorithm } from '../../core/evidence-names.ts';
import { isChutesReport, readChutes } from './chutes.ts';
import {
  digestField,
  hexField,
  listField,
  malformed,
  MAX_MACHINES,
  nameField,
  objectField,
  parseReportText,
  textField,
} from './fields.ts';
import { MAX_GPUS } from '../gpu/spdm.ts';
import { MAX_QUOTE_BYTES } from '../tdx/quote.ts';
import type { ActionReport, KeyStatement, MachineReport } from './machine-report.ts';

const ADDRESS_BYTES = { ecdsa: 20, ed25519: 32 } as const;

/**
 * Read a report of the vllm-proxy family.
 *
 * @returns The machines that it is about, a gateway first.
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`
 */
export function parseNearReport(bytes: Uint8Array): readonly MachineReport[] {
  const { root } = parseReportText(bytes);
  const gateway = objectField(root, 'gateway_attestation');
  if (gateway === null) return readModel(root, true);
  const models = listField(root, 'model_attestations', MAX_MACHINES) ?? ownReport(root);
  return [readMachine(gateway, 'gateway', true), ...models.flatMap((model) => readModel(model, false))];
}

// Before `model_attestations` there was one model, at the top level.
function ownReport(root: JsonObject): readonly JsonObject[] {
  return root['intel_quote'] === undefined ? [] : [root];
}

function readModel(report: JsonObject, endsConnection: boolean): readonly MachineReport[] {
  return isChutesReport(report) ? readChutes(report) : [readMachine(report, 'model', endsConnection)];
}

function readMachine(report: JsonObject, role: 'model' | 'gateway', endsConnection: boolean): MachineReport {
  const info = objectField(report, 'info');
  const tcbInfo = info === null ? null : objectField(info, 'tcb_info');
  return {
    role,
    endsConnection,
    quote: hexField(report, 'intel_quote', MAX_QUOTE_BYTES),
    keys: readKeys(report),
    model: nameField(report, 'model_name'),
    eventLog: report['event_log'] ?? tcbInfo?.['event_log'] ?? null,
    appCompose: tcbInfo === null ? null : textField(tcbInfo, 'app_compose'),
    gpus: readGpus(report),
    actions: readActions(report),
  };
}

function readKeys(report: JsonObject): KeyStatement | null {
  const address = hexField(report, 'signing_address', 32);
  if (address === null) return null;
  const algo = readAlgorithm(report, address.length);
  if (address.length !== ADDRESS_BYTES[algo]) throw malformed(`signing_address is not one for ${algo}`);
  return {
    layout: 'address',
    algo,
    address,
    publicKey: hexField(report, 'signing_public_key', 65),
    tlsKey: digestField(report, 'tls_cert_fingerprint'),
  };
}

function readAlgorithm(report: JsonObject, addressBytes: number): ChatAlgorithm {
  const named = nameField(report, 'signing_algo');
  const algo = CHAT_ALGORITHMS.find((known) =>
    named === null ? ADDRESS_BYTES[known] === addressBytes : known === named,
  );
  if (algo === undefined) throw malformed(`signing_algo is neither ${CHAT_ALGORITHMS.join(' nor ')}`);
  return algo;
}

function readGpus(report: JsonObject): readonly JsonObject[] | null {
  const payload = objectField(report, 'nvidia_payload');
  return payload === null ? null : listField(payload, 'evidence_list', MAX_GPUS);
}

function readActions(report: JsonObject): ActionReport | null {
  const attestation = objectField(report, 'compose_manager_attestation');
  if (attestation === null) return null;
  return { actions: attestation['actions'], quote: hexField(attestation, 'quote', MAX_QUOTE_BYTES) };
}
