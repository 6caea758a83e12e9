/** NVIDIA's remote attestation service: its verdict on the GPU evidence of a report, and the keys that sign it. */
import { tryDecodeUtf8, encodeUtf8 } from '../../core/bytes.ts';
import { isJsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { isList } from '../../schema/keyword.ts';
import { isRetryable } from '../retry.ts';
import type { EvidenceFile } from '../../attestation/claim.ts';
import type { MachineReport } from '../../attestation/reports/machine-report.ts';
import type { VendorClients } from './vendor-clients.ts';

const KEYS_PATH = '/.well-known/jwks.json';
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1024 * 1024;
const DELAYS_MS = [500, 2_000];

/** What to ask for a verdict on. */
export interface VerdictQuery {
  readonly machines: readonly MachineReport[];
  /** Hex of the nonce that the evidence was asked with. */
  readonly nonce: string;
  readonly signal: AbortSignal;
}

/**
 * The verdicts on the GPUs of machines, and the keys of the service.
 *
 * A verdict is a claim beyond the evidence itself, so one that cannot be had is left out.
 *
 * @param url - Where evidence is posted; the keys are found from its origin.
 */
export async function fetchVerdicts(
  url: string,
  clients: VendorClients,
  { machines, nonce, signal }: VerdictQuery,
): Promise<readonly EvidenceFile[]> {
  const payloads = machines.flatMap(({ gpus }) => (isList(gpus) ? [payloadOf(gpus, nonce)] : []));
  if (payloads.length === 0) return [];
  const { origin, pathname, search } = new URL(url);
  const client = await clients.at(origin);
  const fetch = async (path: string, body?: Uint8Array): Promise<readonly Uint8Array[]> => {
    const limits = {
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: MAX_BYTES,
      isWorthAgain: isRetryable,
      delaysMs: DELAYS_MS,
    };
    const { status, response } = await client.ask({ ...limits, path, signal, ...(body === undefined ? {} : { body }) });
    return status === 'ok' && response !== null && tryDecodeUtf8(response) !== null ? [response] : [];
  };
  const verdicts = (await Promise.all(payloads.map((payload) => fetch(pathname + search, payload)))).flat();
  const keys = verdicts.length === 0 ? [] : await fetch(KEYS_PATH);
  return [
    ...verdicts.map((bytes) => ({ role: 'nras' as const, bytes })),
    ...keys.map((bytes) => ({ role: 'jwks' as const, bytes })),
  ];
}

// Older evidence has no nonce of its own in each entry; it is over the one that was asked with.
function payloadOf(gpus: readonly JsonValue[], nonce: string): Uint8Array {
  const first = isJsonObject(gpus[0]) ? gpus[0] : {};
  return encodeUtf8(JSON.stringify({ nonce: first['nonce'] ?? nonce, arch: first['arch'], evidence_list: gpus }));
}
