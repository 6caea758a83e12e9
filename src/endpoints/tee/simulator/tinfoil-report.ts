/** The attestation report of a Tinfoil enclave, version 3: a statement over its keys, the nonce and the GPU evidence. */
import { encodeBase64, encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import { deriveBytes, signDer, type EcKey } from './ec-key.ts';
import { namedTlsKey, quotedNonce, sha256, type Simulation } from './simulation.ts';

/** What the report shows of the TLS connection. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: EcKey;
}

/** The report as JSON text, since the GPU evidence is hashed as it stands in it. */
export function buildTinfoilReport(simulation: Simulation, nonce: Uint8Array, tls: TlsIdentity | null): string {
  const asked = quotedNonce(simulation, nonce);
  const evidences = simulation.gpuEvidence(nonce);
  const gpu = evidences.length === 0 ? null : JSON.stringify({ evidences });
  const named = namedTlsKey(simulation) ?? deriveBytes(32, 'unused TLS key', simulation.seed);
  const hpke = deriveBytes(32, 'hpke key', simulation.seed);
  const gpuHash = gpu === null ? null : sha256(gpu);
  const bound = simulation.faults().has('foreign-address') ? deriveBytes(32, 'foreign') : named;
  const digest = sha256(bound, hpke, asked, ...(gpuHash === null ? [] : [gpuHash]));
  const quote = simulation.machine('model').quote(Buffer.concat([digest, Buffer.alloc(32)]));
  const reportData = {
    tls_key_fp: encodeHex(named),
    hpke_key: encodeHex(hpke),
    nonce: encodeHex(asked),
    ...(gpuHash === null ? {} : { gpu_evidence_hash: encodeHex(gpuHash) }),
  };
  const members = [
    ['format', JSON.stringify('https://tinfoil.sh/predicate/attestation/v3')],
    ['report_data', JSON.stringify(reportData)],
    ['cpu', JSON.stringify({ platform: 'tdx', report: encodeBase64(quote) })],
    ...(gpu === null ? [] : [['gpu', gpu]]),
    ...(tls === null ? [] : [['certificate', JSON.stringify(tls.certificate)]]),
  ];
  const head = members.map(([name, value]) => `"${name}":${value}`).join(',');
  const signature =
    tls === null ? '' : `,"signature":${JSON.stringify(encodeBase64(signDer(tls.key, encodeUtf8(`{${head}}`))))}`;
  return `{${head}${signature}}`;
}
