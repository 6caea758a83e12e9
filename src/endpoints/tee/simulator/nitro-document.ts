/**
 * Attestation documents in the shape of AWS Nitro enclaves, under a simulated root.
 *
 * No provider of the simulator serves them; they exist for the check of such documents.
 *
 * @see RFC 9052 §4.2 (COSE_Sign1), RFC 8949 (CBOR)
 */
import { concatBytes, encodeUtf8 } from '../../../core/bytes.ts';
import { issueCertificate, type Certificate } from './certificate.ts';
import { deriveBytes, deriveEcKey } from './ec-key.ts';

const PCRS = 16;
const PCR_BYTES = 48;
const LEAF_LIFE_MS = 3 * 3_600_000;

/** What a document is over. */
export interface NitroRequest {
  readonly atMs: number;
  readonly nonce: Uint8Array | null;
  readonly userData: Uint8Array | null;
  /** Whether the enclave runs in debug mode, which leaves its first registers empty. */
  readonly debug: boolean;
}

/** A document that a simulated enclave signs. */
export function buildNitroDocument({ atMs, nonce, userData, debug }: NitroRequest): Uint8Array {
  const { leaf, authorities } = buildChain(atMs);
  const payload = map([
    ['module_id', text('i-0000000000simulated-enc0000000000000000')],
    ['digest', text('SHA384')],
    ['timestamp', unsigned(atMs)],
    ['pcrs', pcrs(debug)],
    ['certificate', bytes(leaf.der)],
    ['cabundle', array(authorities.map(({ der }) => bytes(der)))],
    ['public_key', NULL],
    ['user_data', userData === null ? NULL : bytes(userData)],
    ['nonce', nonce === null ? NULL : bytes(nonce)],
  ]);
  // The header says: algorithm (1) is ES384 (-35).
  const header = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);
  const signed = array([text('Signature1'), bytes(header), bytes(new Uint8Array()), bytes(payload)]);
  const signature = leaf.key.sign(signed);
  return array([bytes(header), Uint8Array.of(0xa0), bytes(payload), bytes(signature)]);
}

/** The pinned certificate of the tree. */
export function nitroRoot(): Uint8Array {
  return rootCertificate().der;
}

function rootCertificate(): Certificate {
  return authority('aws.nitro-enclaves.simulated', undefined);
}

function authority(commonName: string, issuer: Certificate | undefined): Certificate {
  const key = deriveEcKey('P-384', 'aws', commonName);
  return issueCertificate({ commonName, key, authority: true, ...(issuer === undefined ? {} : { issuer }) });
}

function buildChain(atMs: number): { readonly leaf: Certificate; readonly authorities: readonly Certificate[] } {
  const root = rootCertificate();
  const region = authority('simulated-region.aws.nitro-enclaves.simulated', root);
  const zone = authority('simulated-zone.aws.nitro-enclaves.simulated', region);
  const instance = authority('simulated-instance.aws.nitro-enclaves.simulated', zone);
  const leaf = issueCertificate({
    commonName: 'simulated-enclave.aws.nitro-enclaves.simulated',
    key: deriveEcKey('P-384', 'aws', 'enclave'),
    issuer: instance,
    fromMs: atMs,
    toMs: atMs + LEAF_LIFE_MS,
  });
  return { leaf, authorities: [root, region, zone, instance] };
}

function pcrs(debug: boolean): Uint8Array {
  const value = (index: number): Uint8Array =>
    index < 3 && !debug ? deriveBytes(PCR_BYTES, 'pcr', String(index)) : new Uint8Array(PCR_BYTES);
  const entries = Array.from({ length: PCRS }, (_, index) => concatBytes(unsigned(index), bytes(value(index))));
  return concatBytes(head(5, PCRS), ...entries);
}

const NULL = Uint8Array.of(0xf6);

/** A CBOR head: three bits of the major type, then a number in its shortest form. @see RFC 8949 §3 */
function head(major: number, value: number): Uint8Array {
  const type = major << 5;
  if (value < 24) return Uint8Array.of(type | value);
  if (value < 0x100) return Uint8Array.of(type | 24, value);
  if (value < 0x1_0000) return Uint8Array.of(type | 25, value >> 8, value);
  const wide = new Uint8Array(9);
  wide[0] = type | 27;
  new DataView(wide.buffer).setBigUint64(1, BigInt(value));
  return wide;
}

function unsigned(value: number): Uint8Array {
  return head(0, value);
}

function bytes(value: Uint8Array): Uint8Array {
  return concatBytes(head(2, value.length), value);
}

function text(value: string): Uint8Array {
  const utf8 = encodeUtf8(value);
  return concatBytes(head(3, utf8.length), utf8);
}

function array(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(head(4, items.length), ...items);
}

function map(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  return concatBytes(head(5, entries.length), ...entries.flatMap(([name, value]) => [text(name), value]));
}
