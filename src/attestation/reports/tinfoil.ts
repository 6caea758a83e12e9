/**
 * Reports of Tinfoil enclaves, version 3: a statement over the TLS and HPKE keys, the nonce and the GPU evidence, whose
 * hash is in the report data.
 *
 * The GPU evidence is hashed as it stands in the report, so its bytes are cut out of the text.
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import type { JsonObject } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/sha256.ts';
import { base64Field, digestField, listField, malformed, objectField, parseReportText } from './fields.ts';
import { MAX_GPUS } from '../gpu/spdm.ts';
import { MAX_QUOTE_BYTES } from '../tdx/quote.ts';
import type { KeyStatement, MachineReport } from './machine-report.ts';
import { memberText } from './member-text.ts';

const FORMAT = /\/predicate\/attestation\/v3$/;

/**
 * Read a report of a Tinfoil enclave.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`, also for the versions before, which have no nonce.
 */
export function parseTinfoilReport(bytes: Uint8Array): readonly MachineReport[] {
  const { text, root } = parseReportText(bytes);
  const { format } = root;
  if (typeof format !== 'string' || !FORMAT.test(format)) throw malformed('format is not attestation/v3');
  const cpu = objectField(root, 'cpu');
  const gpu = objectField(root, 'gpu');
  return [
    {
      role: 'model',
      endsConnection: true,
      quote: cpu?.['platform'] === 'tdx' ? base64Field(cpu, 'report', MAX_QUOTE_BYTES) : null,
      keys: readStatement(root, gpu === null ? null : memberText(text, 'gpu')),
      model: null,
      eventLog: null,
      appCompose: null,
      gpus: gpu === null ? null : listField(gpu, 'evidences', MAX_GPUS),
      actions: null,
    },
  ];
}

function readStatement(root: JsonObject, gpuText: string | null): KeyStatement | null {
  const data = objectField(root, 'report_data');
  if (data === null) return null;
  const tlsKey = digestField(data, 'tls_key_fp');
  const hpkeKey = digestField(data, 'hpke_key');
  const nonce = digestField(data, 'nonce');
  if (tlsKey === null || hpkeKey === null || nonce === null) throw malformed('report_data lacks a key or the nonce');
  const gpuEvidence = digestField(data, 'gpu_evidence_hash');
  const switchEvidence = digestField(data, 'nvswitch_evidence_hash');
  return {
    layout: 'tinfoil',
    statement: { tlsKey, hpkeKey, nonce, gpuEvidence, switchEvidence },
    gpuEvidence: gpuText === null ? null : sha256(encodeUtf8(gpuText)),
  };
}
