/** Self-signed server certificates, made on the spot: a key pair and the DER of a certificate for 127.0.0.1. */
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';

/** What a TLS server needs, and the hash that its clients should see. */
export interface SelfSigned {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  readonly publicKey: KeyObject;
}

/** A certificate over a fresh P-256 key, valid from 2020 to 2049. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Among certificates of one name a client looks at the first only.
  const name = sequence(element(0x31, sequence(COMMON_NAME, element(0x0c, Buffer.from(randomUUID())))));
  const tbs = sequence(
    Buffer.from('a003020102', 'hex'), // version 3
    Buffer.from('020101', 'hex'),
    ECDSA_SHA256,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    EXTENSIONS,
  );
  const cert = sequence(tbs, ECDSA_SHA256, bitString(sign('sha256', tbs, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`,
    publicKey,
  };
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...sizeOf(content)]), content]);
}

function sizeOf({ length }: Buffer): readonly number[] {
  if (length < 128) return [length];
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, ...parts);
}

function bitString(bytes: Buffer): Buffer {
  return element(0x03, Buffer.from([0]), bytes);
}

function utcTime(text: string): Buffer {
  return element(0x17, Buffer.from(text, 'latin1'));
}

const ECDSA_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');

// subjectAltName: IP address 127.0.0.1.
const ALT_NAME = sequence(
  Buffer.from('0603551d11', 'hex'),
  element(0x04, sequence(element(0x87, Buffer.from([127, 0, 0, 1])))),
);
const EXTENSIONS = element(0xa3, sequence(ALT_NAME));
