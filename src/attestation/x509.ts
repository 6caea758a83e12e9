/**
 * Certificates, read by the strict DER reader alone. Nothing in one is trusted before its chain is checked.
 *
 * @see RFC 5280 §4.1; {@link checkChain}
 */
import { tryDecodeBase64, tryDecodeUtf8 } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import type { ValidityWindow } from './claim.ts';
import { TAG, contextTag, createDerReader, derIntegerHex, derOid, derSmallInteger, derTimeMs } from './der.ts';
import type { DerReader } from './der.ts';
import { openSigned, readAlgorithm, readExtensions, readTrue } from './signed-der.ts';
import type { SignedDer } from './signed-der.ts';

/** Longest accepted chain, in certificates. */
export const MAX_CHAIN = 8;
const MAX_CERTIFICATE_BYTES = 16_384;
const MAX_PEM_CHARACTERS = 131_072;

/** A right that a certificate gives its key. */
export type KeyUsage = 'digitalSignature' | 'keyCertSign' | 'crlSign';

/** A certificate. */
export interface Certificate extends SignedDer {
  readonly der: Uint8Array;
  /** Content of the serial number in hex. */
  readonly serial: string;
  /** Names in DER; two names are the same if their bytes are. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly window: ValidityWindow;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** Whether it is one of a CA, and how many further CAs may stand below it. */
  readonly ca: { readonly pathLength: number } | null;
  readonly keyUsage: ReadonlySet<KeyUsage>;
  /** Contents of the extensions by object identifier. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const COMMON_NAME = '2.5.4.3';
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE]);
// RFC 5280 §4.2.1.3: bit 0 is the highest of the first byte.
const KEY_USAGE_BITS: readonly (readonly [KeyUsage, number])[] = [
  ['digitalSignature', 0x80],
  ['keyCertSign', 0x04],
  ['crlSign', 0x02],
];

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_CHAIN_FORM', `cannot read a certificate: ${fault}`);
}

/**
 * The certificate in some DER.
 *
 * @throws {@link VerificationError} `ERR_CHAIN_FORM` unless it is one version 3 certificate and nothing else.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw malformed(`it has more than ${MAX_CERTIFICATE_BYTES} bytes`);
  const { content, ...envelope } = openSigned(der, malformed);
  checkVersion(content.inside(contextTag(0)));
  const serial = derIntegerHex(content.content(TAG.integer), malformed);
  if (readAlgorithm(content, malformed) !== envelope.algorithm) throw malformed('it names two algorithms');
  const issuer = content.element(TAG.sequence).raw;
  const window = readValidity(content.inside(TAG.sequence));
  const subject = content.element(TAG.sequence).raw;
  const spki = content.element(TAG.sequence).raw;
  const extensions = readExtensions(content.inside(contextTag(3)), UNDERSTOOD, malformed);
  content.end();
  const rights = { ca: readCa(extensions), keyUsage: readKeyUsage(extensions) };
  return { der, ...envelope, serial, issuer, subject, window, spki, ...rights, extensions };
}

function checkVersion(reader: DerReader): void {
  if (derSmallInteger(reader.content(TAG.integer), malformed) !== 2) throw malformed('it is not of version 3');
  reader.end();
}

function readValidity(reader: DerReader): ValidityWindow {
  const window = { fromMs: derTimeMs(reader.element(), malformed), toMs: derTimeMs(reader.element(), malformed) };
  reader.end();
  return window;
}

function readCa(extensions: ReadonlyMap<string, Uint8Array>): Certificate['ca'] {
  const extension = extensions.get(BASIC_CONSTRAINTS);
  if (extension === undefined) return null;
  const outer = createDerReader(extension, malformed);
  const reader = outer.inside(TAG.sequence);
  outer.end();
  const ca = reader.peek() === TAG.boolean && readTrue(reader, malformed);
  const limited = ca && reader.peek() === TAG.integer;
  const pathLength = limited ? derSmallInteger(reader.content(TAG.integer), malformed) : MAX_CHAIN;
  reader.end();
  return ca ? { pathLength } : null;
}

function readKeyUsage(extensions: ReadonlyMap<string, Uint8Array>): ReadonlySet<KeyUsage> {
  const extension = extensions.get(KEY_USAGE);
  if (extension === undefined) return new Set();
  const reader = createDerReader(extension, malformed);
  const [, first = 0] = reader.content(TAG.bitString);
  reader.end();
  return new Set(KEY_USAGE_BITS.filter(([, bit]) => (first & bit) !== 0).map(([usage]) => usage));
}

/**
 * The common name in a name, or an empty text if it has none or several.
 *
 * @param name - A name in DER.
 * @throws {@link VerificationError} `ERR_CHAIN_FORM`
 */
export function commonName(name: Uint8Array): string {
  const found: string[] = [];
  const sets = createDerReader(name, malformed).inside(TAG.sequence);
  while (sets.peek() !== null) {
    const pairs = sets.inside(TAG.set);
    while (pairs.peek() !== null) {
      const pair = pairs.inside(TAG.sequence);
      const type = derOid(pair.content(TAG.oid), malformed);
      const text = tryDecodeUtf8(pair.element().content);
      if (type === COMMON_NAME) found.push(text ?? '');
    }
  }
  return found.length === 1 ? (found[0] ?? '') : '';
}

/**
 * The certificates in PEM text, in its order.
 *
 * Between and after certificates there may be nothing but line ends and, as in quotes, a final NUL.
 *
 * @throws {@link VerificationError} `ERR_CHAIN_FORM` on anything else, on none, and on more than {@link MAX_CHAIN}.
 */
export function parsePemChain(text: string): readonly Certificate[] {
  if (text.length > MAX_PEM_CHARACTERS) throw malformed(`the chain has more than ${MAX_PEM_CHARACTERS} characters`);
  const blocks = text.replace(/\0$/, '').split('-----BEGIN CERTIFICATE-----');
  if (blocks.shift()?.trim() !== '') throw malformed('there is text before the chain');
  if (blocks.length === 0 || blocks.length > MAX_CHAIN) throw malformed(`want 1 to ${MAX_CHAIN} certificates`);
  return blocks.map((block) => parseCertificate(decodeBlock(block)));
}

function decodeBlock(block: string): Uint8Array {
  const [body, after, ...more] = block.split('-----END CERTIFICATE-----');
  if (body === undefined || after?.trim() !== '' || more.length > 0) throw malformed('its armor is broken');
  const der = tryDecodeBase64(body.replaceAll(/[\r\n]/g, ''));
  if (der === null) throw malformed('its armor does not hold canonical base64');
  return der;
}
