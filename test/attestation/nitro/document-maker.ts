/** A CBOR writer, and Nitro documents under a made-up root. */
import { createHash } from 'node:crypto';
import type { TrustRoots } from '../../../src/attestation/claim.ts';
import { issueCertificate, type Certificate } from '../../../src/endpoints/tee/simulator/certificate.ts';
import { deriveEcKey, type EcKey } from '../../../src/endpoints/tee/simulator/ec-key.ts';

/** Bytes that are written as they are. */
export class Raw {
  readonly bytes: Uint8Array;
  constructor(...bytes: readonly number[]) {
    this.bytes = Uint8Array.from(bytes);
  }
}

/** The CBOR of a value; a Map is a map. */
export function cbor(value: unknown): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return join(head(3, Buffer.byteLength(value)), Buffer.from(value));
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(cbor));
  if (value instanceof Map) return join(head(5, value.size), ...[...value].flat().map(cbor));
  throw new TypeError('no CBOR for this');
}

function head(major: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  if (value < 24) return Uint8Array.of((major << 5) | value);
  const size = [1, 2, 4, 8].find((length) => value < 256 ** length) ?? 8;
  return Uint8Array.of((major << 5) | (24 + Math.log2(size)), ...bytes.subarray(9 - size));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const ca = (commonName: string, issuer?: Certificate): Certificate =>
  issueCertificate({
    commonName,
    key: deriveEcKey('P-384', commonName),
    authority: true,
    ...(issuer === undefined ? {} : { issuer }),
  });
const root = ca('nitro root');
const middle = ca('nitro zone', root);

/** Accepts the made-up documents. */
export const nitroRoots: TrustRoots = {
  intelSpki: [],
  nvidiaCertificates: [],
  nitroCertificates: [createHash('sha256').update(root.der).digest('hex')],
  simulated: false,
};

/** When the made-up documents are from. */
export const documentTimeMs: number = Date.parse('2026-05-01T12:00:00Z');

/** Fields of the payload of a good document. */
export function payloadFields(leafKey: EcKey = deriveEcKey('P-384', 'nitro leaf')): Map<string, unknown> {
  const leaf = issueCertificate({ commonName: 'nitro leaf', key: leafKey, issuer: middle });
  const pcrs = new Map(Array.from({ length: 16 }, (_, i) => [i, new Uint8Array(48).fill(i + 1)]));
  return new Map<string, unknown>([
    ['module_id', 'i-0-enc1'],
    ['digest', 'SHA384'],
    ['timestamp', documentTimeMs],
    ['pcrs', pcrs],
    ['certificate', leaf.der],
    ['cabundle', [root.der, middle.der]],
    ['public_key', null],
    ['user_data', Uint8Array.of(1, 2)],
    ['nonce', new Uint8Array(32).fill(3)],
  ]);
}

/** What to make other than a good document. */
export interface DocumentChanges {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly payload?: Uint8Array;
  /** Replaces entries of the envelope, by index. */
  readonly envelope?: Readonly<Record<number, unknown>>;
  readonly curve?: 'P-256' | 'P-384';
}

/** A document. */
export function nitroDocument(changes: DocumentChanges = {}): Uint8Array {
  const key = deriveEcKey(changes.curve ?? 'P-384', 'nitro leaf');
  const fields = payloadFields(key);
  for (const [name, value] of Object.entries(changes.fields ?? {})) {
    if (value === undefined) fields.delete(name);
    else fields.set(name, value);
  }
  const payload = changes.payload ?? cbor(fields);
  const head = Uint8Array.of(0xa1, 1, 0x38, 0x22);
  const signed = key.sign(cbor(['Signature1', head, new Uint8Array(), payload]));
  const signature = join(signed, new Uint8Array(96 - signed.length));
  return cbor([head, new Map(), payload, signature].map((entry, i) => changes.envelope?.[i] ?? entry));
}
