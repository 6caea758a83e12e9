/** Reports of Chutes, which relays hand on: one quote for each instance, and no key that signs answers. */
import type { JsonObject } from '../../core/canonical-json.ts';
import { base64Field, listField, MAX_MACHINES, nameField, textField } from './fields.ts';
import { MAX_GPUS } from '../gpu/spdm.ts';
import { MAX_QUOTE_BYTES } from '../tdx/quote.ts';
import type { KeyStatement, MachineReport } from './machine-report.ts';

/** Whether a report is one of Chutes. */
export function isChutesReport(report: JsonObject): boolean {
  return report['attestation_type'] === 'chutes';
}

/**
 * Read a report of Chutes.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`
 */
export function readChutes(report: JsonObject): readonly MachineReport[] {
  const instances = listField(report, 'all_attestations', MAX_MACHINES) ?? [];
  return instances.map((instance) => ({
    role: 'model',
    // What the relay shows is the connection to itself.
    endsConnection: false,
    quote: base64Field(instance, 'intel_quote', MAX_QUOTE_BYTES),
    keys: readKeys(instance, report),
    model: nameField(report, 'model_name'),
    eventLog: null,
    appCompose: null,
    gpus: listField(instance, 'gpu_evidence', MAX_GPUS),
    actions: null,
  }));
}

function readKeys(instance: JsonObject, report: JsonObject): KeyStatement | null {
  const nonceText = nameField(instance, 'nonce') ?? nameField(report, 'nonce');
  const keyText = textField(instance, 'e2e_pubkey');
  return nonceText === null || keyText === null ? null : { layout: 'chutes', nonceText, keyText };
}
