/**
 * What certificates and revocation lists have in common: signed content, an algorithm, a signature, extensions.
 *
 * node:crypto gets the exact signed bytes, the exact key and the signature, and nothing to interpret. Only ECDSA over
 * named curves is accepted: the vendors use nothing else.
 *
 * @see RFC 5280 §4.1 and §5.1
 */
import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { concatBytes, decodeHex, encodeHex, equalBytes } from '../core/bytes.ts';
import { TAG, createDerReader, derBitBytes, derOid } from './der.ts';
import type { DerReader, FaultMaker } from './der.ts';

/** A signed structure: what is signed, the object identifier of the algorithm, and the signature. */
export interface SignedDer {
  readonly signed: Uint8Array;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
};

// Everything before the coordinates of an uncompressed key: id-ecPublicKey and the curve by name. A key in any other
// form, above all one that brings curve parameters of its own, is refused.
const P256_PREFIX = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
const SPKI_PREFIXES: Readonly<Record<string, number>> = {
  [P256_PREFIX]: 91,
  '3076301006072a8648ce3d020106052b8104002203620004': 120,
};

/** Opens a signed structure that fills the bytes exactly; `content` reads what is signed. */
export function openSigned(der: Uint8Array, fail: FaultMaker): SignedDer & { readonly content: DerReader } {
  const file = createDerReader(der, fail);
  const outer = file.inside(TAG.sequence);
  file.end();
  const { content, raw: signed } = outer.element(TAG.sequence);
  const algorithm = readAlgorithm(outer, fail);
  const signature = derBitBytes(outer.content(TAG.bitString), fail);
  outer.end();
  return { signed, algorithm, signature, content: createDerReader(content, fail) };
}

/** The object identifier of an algorithm that takes no parameters. */
export function readAlgorithm(reader: DerReader, fail: FaultMaker): string {
  const inner = reader.inside(TAG.sequence);
  const oid = derOid(inner.content(TAG.oid), fail);
  inner.end();
  return oid;
}

/**
 * The contents of extensions by object identifier.
 *
 * @param understood - Extensions that may be critical; any other critical one is a fault, as RFC 5280 §4.2 wants.
 */
export function readExtensions(
  wrapped: DerReader,
  understood: ReadonlySet<string>,
  fail: FaultMaker,
): ReadonlyMap<string, Uint8Array> {
  const list = wrapped.inside(TAG.sequence);
  wrapped.end();
  const extensions = new Map<string, Uint8Array>();
  while (list.peek() !== null) {
    const extension = list.inside(TAG.sequence);
    const oid = derOid(extension.content(TAG.oid), fail);
    const critical = extension.peek() === TAG.boolean && readTrue(extension, fail);
    if (extensions.has(oid)) throw fail(`extension ${oid} is there twice`);
    if (critical && !understood.has(oid)) throw fail(`critical extension ${oid} is not known here`);
    extensions.set(oid, extension.content(TAG.octetString));
    extension.end();
  }
  return extensions;
}

/** A BOOLEAN, which in DER is there only if it is true. */
export function readTrue(reader: DerReader, fail: FaultMaker): true {
  const content = reader.content(TAG.boolean);
  if (!equalBytes(content, Uint8Array.of(0xff))) throw fail('a flag is not in its one form for true');
  return true;
}

/** Whether the key of a SubjectPublicKeyInfo signed a structure. */
export function isSignedBy({ signed, algorithm, signature }: SignedDer, spki: Uint8Array): boolean {
  const hash = HASHES[algorithm];
  const key = tryPublicKey(spki);
  return hash !== undefined && key !== null && verify(hash, signed, { key, dsaEncoding: 'der' }, signature);
}

/** The key in a SubjectPublicKeyInfo, or null unless it is a point of P-256 or P-384. */
export function tryPublicKey(spki: Uint8Array): KeyObject | null {
  const known = Object.entries(SPKI_PREFIXES).some(
    ([prefix, length]) => spki.length === length && encodeHex(spki.subarray(0, prefix.length / 2)) === prefix,
  );
  if (!known) return null;
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    // Not a point of the curve.
    return null;
  }
}

/** The SubjectPublicKeyInfo of a point of P-256, given as x and y. */
export function p256Spki(point: Uint8Array): Uint8Array {
  return concatBytes(decodeHex(P256_PREFIX), point);
}

/** Whether the key of a SubjectPublicKeyInfo made a signature of the form r and s over the SHA-256 of a message. */
export function isRawSignature(message: Uint8Array, signature: Uint8Array, spki: Uint8Array): boolean {
  const key = tryPublicKey(spki);
  return key !== null && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
