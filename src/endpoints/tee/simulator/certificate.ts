/** Issues certificates and revocation lists. @see RFC 5280 */
import { createHash } from 'node:crypto';
import { concatBytes, encodeBase64, encodeUtf8 } from '../../../core/bytes.ts';
import { deriveBytes, signDer, type EcKey } from './ec-key.ts';
import {
  bitString,
  boolean,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  smallInteger,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** Organisation in every name that the simulator gives itself. */
const ORGANISATION = 'SIMULATED';

const VALID_FROM_MS = Date.UTC(2020, 0, 1);
const VALID_TO_MS = Date.UTC(2049, 11, 31, 23, 59, 59);

/** A certificate with the key that is in it. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly key: EcKey;
  /** Subject in DER. */
  readonly name: Uint8Array;
  readonly serial: Uint8Array;
}

/** What to certify; the issuer is the certificate itself if none is given. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly key: EcKey;
  readonly issuer?: Certificate;
  /** Whether it may sign certificates; default: false. */
  readonly authority?: boolean;
  /** Further extensions, see {@link extension}. */
  readonly extensions?: readonly Uint8Array[];
  /** Default: 2020 to 2049. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Issue a certificate; its bytes depend on the request only. */
export function issueCertificate(request: CertificateRequest): Certificate {
  const { commonName, key, issuer, authority = false, fromMs = VALID_FROM_MS, toMs = VALID_TO_MS } = request;
  const name = distinguishedName(commonName);
  const signer = issuer?.key ?? key;
  const serial = serialOf(commonName, key);
  const content = sequence(
    explicit(0, smallInteger(2)),
    integer(serial),
    signer.signatureAlgorithm,
    issuer?.name ?? name,
    sequence(time(fromMs), time(toMs)),
    name,
    key.spki,
    explicit(3, sequence(...standardExtensions(key, signer, authority), ...(request.extensions ?? []))),
  );
  return { der: signed(content, signer), key, name, serial };
}

function distinguishedName(commonName: string): Uint8Array {
  return sequence(attribute('2.5.4.3', commonName), attribute('2.5.4.10', ORGANISATION));
}

function attribute(type: string, value: string): Uint8Array {
  return setOf(sequence(oid(type), utf8String(value)));
}

// The top bit is clear, as serial numbers are positive, and the next one is set, so that the length is fixed.
function serialOf(commonName: string, key: EcKey): Uint8Array {
  const serial = deriveBytes(20, 'serial', commonName, Buffer.from(key.point).toString('hex'));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function standardExtensions(key: EcKey, signer: EcKey, authority: boolean): Uint8Array[] {
  // Key usage bits: digitalSignature is the first, keyCertSign and cRLSign are the sixth and seventh.
  const usage = authority ? bitString(Uint8Array.of(0x06), 1) : bitString(Uint8Array.of(0x80), 7);
  return [
    extension('2.5.29.35', sequence(tagged(0x80, keyIdentifier(signer)))),
    extension('2.5.29.14', octetString(keyIdentifier(key))),
    extension('2.5.29.15', usage, true),
    extension('2.5.29.19', sequence(...(authority ? [boolean(true)] : [])), true),
  ];
}

function keyIdentifier({ point }: EcKey): Uint8Array {
  return new Uint8Array(createHash('sha1').update(Uint8Array.of(4)).update(point).digest());
}

/** One extension around its DER value. */
export function extension(type: string, value: Uint8Array, critical: boolean = false): Uint8Array {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

const MAX_KNOWN = 1000;
const known = new Map<string, Uint8Array>();

// A signature costs a millisecond, and the same few things are signed again with every machine that starts.
function signed(content: Uint8Array, signer: EcKey): Uint8Array {
  const id = createHash('sha256').update(signer.point).update(content).digest('base64');
  const der = known.get(id) ?? sequence(content, signer.signatureAlgorithm, bitString(signDer(signer, content)));
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(id, der);
  return der;
}

/** What a revocation list says. */
export interface RevocationList {
  readonly issuer: Certificate;
  readonly fromMs: number;
  readonly toMs: number;
  readonly revoked: readonly Certificate[];
  /** Another key than the issuer's, to forge a list. */
  readonly signer?: EcKey;
}

/** A version 2 revocation list in DER. */
export function issueRevocationList({
  issuer,
  fromMs,
  toMs,
  revoked,
  signer = issuer.key,
}: RevocationList): Uint8Array {
  const entries = revoked.map(({ serial }) => sequence(integer(serial), time(fromMs)));
  const content = sequence(
    smallInteger(1),
    signer.signatureAlgorithm,
    issuer.name,
    time(fromMs),
    time(toMs),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(
      0,
      sequence(
        extension('2.5.29.20', smallInteger(1)),
        extension('2.5.29.35', sequence(tagged(0x80, keyIdentifier(issuer.key)))),
      ),
    ),
  );
  return signed(content, signer);
}

/** The PEM form of certificates, leaf first, as vendors concatenate them. */
export function toPem(...certificates: readonly Uint8Array[]): string {
  return certificates.map(pemBlock).join('');
}

function pemBlock(der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** PEM as bytes. */
export function pemBytes(...certificates: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...certificates.map((der) => encodeUtf8(pemBlock(der))));
}
