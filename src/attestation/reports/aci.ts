/**
 * Reports of ACI gateways: a set of keys whose digest, with the nonce, is in the report data.
 *
 * @see ACI specification §3 (keyset), §4 (attestation report)
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { canonicalize, type JsonObject } from '../../core/canonical-json.ts';
import { isTouchstoneError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import {
  digestField,
  hexField,
  listField,
  malformed,
  nameField,
  objectField,
  parseReportText,
  textField,
} from './fields.ts';
import { MAX_QUOTE_BYTES } from '../tdx/quote.ts';
import type { KeyStatement, MachineReport } from './machine-report.ts';

const MAX_KEYS = 64;

/**
 * Read a report of an ACI gateway.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`
 */
export function parseAciReport(bytes: Uint8Array): readonly MachineReport[] {
  const { root } = parseReportText(bytes);
  if (root['api_version'] !== 'aci/1') throw malformed('api_version is not aci/1');
  const attestation = objectField(root, 'attestation');
  const evidence = attestation === null ? null : objectField(attestation, 'evidence');
  if (attestation === null || evidence === null) throw malformed('attestation has no evidence');
  const isTdx = attestation['tee_type'] === 'tdx';
  return [
    {
      role: 'gateway',
      endsConnection: true,
      quote: isTdx ? hexField(evidence, 'quote', MAX_QUOTE_BYTES) : null,
      keys: readKeys(root, attestation),
      model: null,
      eventLog: evidence['event_log'] ?? null,
      appCompose: textField(evidence, 'app_compose'),
      gpus: null,
      actions: null,
    },
  ];
}

function readKeys(root: JsonObject, attestation: JsonObject): KeyStatement | null {
  const keyset = objectField(attestation, 'workload_keyset');
  const statedDigest = nameField(root, 'workload_keyset_digest');
  if (keyset === null || statedDigest === null) return null;
  return {
    layout: 'aci',
    statedDigest,
    keysetDigest: `sha256:${sha256Hex(encodeUtf8(canonicalText(keyset)))}`,
    receiptKeys: digestsOf(keyset, 'receipt_signing_keys', 'public_key', ({ algo }) => algo === 'ed25519'),
    tlsKeys: digestsOf(keyset, 'tls_public_keys', 'spki_sha256', () => true),
    notAfterMs: readNotAfter(keyset),
  };
}

function canonicalText(keyset: JsonObject): string {
  try {
    return canonicalize(keyset);
  } catch (cause) {
    if (!isTouchstoneError(cause, 'ERR_CANONICAL_JSON')) throw cause;
    throw malformed('workload_keyset has no canonical form');
  }
}

function digestsOf(
  keyset: JsonObject,
  list: string,
  field: string,
  isWanted: (entry: JsonObject) => boolean,
): readonly Uint8Array[] {
  const entries = listField(keyset, list, MAX_KEYS) ?? [];
  return entries.filter(isWanted).flatMap((entry) => digestField(entry, field) ?? []);
}

function readNotAfter(keyset: JsonObject): number {
  const seconds = keyset['not_after'];
  if (seconds === undefined || seconds === null) return Number.POSITIVE_INFINITY;
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds)) throw malformed('not_after is not in seconds');
  return seconds * 1000;
}
