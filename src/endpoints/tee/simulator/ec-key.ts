/**
 * Keys of the simulator on the NIST curves, each derived from public names.
 *
 * Anybody can derive them, so nothing that they sign proves anything; that is the point. Signatures are deterministic
 * (RFC 6979), so that the same seed and the same clock give the same bytes.
 */
import { createECDH, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';
import { p256, p384 } from '@noble/curves/nist.js';
import { concatBytes, encodeBase64, encodeUtf8 } from '../../../core/bytes.ts';
import { bitString, integer, oid, sequence } from './der.ts';

/** The public constant that every key of the simulator comes from. */
const CONSTANT = 'touchstone simulator';

const CURVES = {
  'P-256': { curve: p256, name: 'prime256v1', oid: '1.2.840.10045.3.1.7', signatureOid: '1.2.840.10045.4.3.2' },
  'P-384': { curve: p384, name: 'secp384r1', oid: '1.3.132.0.34', signatureOid: '1.2.840.10045.4.3.3' },
} as const;

/** A curve, each with the hash that goes with it: SHA-256 or SHA-384. */
export type EcCurve = 'P-256' | 'P-384';

/** A key pair. */
export interface EcKey {
  readonly curve: EcCurve;
  /** x and y, one after the other. */
  readonly point: Uint8Array;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** AlgorithmIdentifier of its signatures in DER. */
  readonly signatureAlgorithm: Uint8Array;
  /** r and s, one after the other. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The private key as Node takes it. */
  readonly keyObject: () => KeyObject;
}

/** 32 bytes that depend on every name, and on nothing else. */
export function deriveBytes(lengthBytes: number, ...names: readonly string[]): Uint8Array {
  const info = encodeUtf8(JSON.stringify(names));
  return new Uint8Array(hkdfSync('sha256', encodeUtf8(CONSTANT), new Uint8Array(0), info, lengthBytes));
}

const MAX_KNOWN = 1000;
const known = new Map<string, EcKey>();

/** The key of these names. */
export function deriveEcKey(curve: EcCurve, ...names: readonly string[]): EcKey {
  // A public key costs a millisecond, and the same few are asked for with every machine that starts.
  const id = JSON.stringify([curve, ...names]);
  const key = known.get(id) ?? makeEcKey(curve, names);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(id, key);
  return key;
}

function makeEcKey(curve: EcCurve, names: readonly string[]): EcKey {
  const { curve: group, name, oid: curveOid, signatureOid } = CURVES[curve];
  const secret = deriveScalar(curve, names);
  const ecdh = createECDH(name);
  ecdh.setPrivateKey(secret);
  const encoded = new Uint8Array(ecdh.getPublicKey());
  const point = encoded.subarray(1);
  const half = point.length / 2;
  return {
    curve,
    point,
    spki: sequence(sequence(oid('1.2.840.10045.2.1'), oid(curveOid)), bitString(encoded)),
    signatureAlgorithm: sequence(oid(signatureOid)),
    sign: (message) => group.sign(message, secret, { lowS: false }),
    keyObject: () =>
      createPrivateKey({
        format: 'jwk',
        key: {
          kty: 'EC',
          crv: curve,
          d: base64Url(secret),
          x: base64Url(point.subarray(0, half)),
          y: base64Url(point.subarray(half)),
        },
      }),
  };
}

/** Sixteen spare bytes make the bias of the reduction negligible. @see FIPS 186-5 A.2.1 */
function deriveScalar(curve: EcCurve, names: readonly string[]): Uint8Array {
  const { curve: group } = CURVES[curve];
  const size = group.lengths.secretKey ?? 0;
  const wide = BigInt(`0x${Buffer.from(deriveBytes(size + 16, curve, ...names)).toString('hex')}`);
  const scalar = (wide % (group.Point.CURVE().n - 1n)) + 1n;
  return new Uint8Array(Buffer.from(scalar.toString(16).padStart(2 * size, '0'), 'hex'));
}

/** The DER form of a signature. @see RFC 3279 §2.2.3 */
export function signDer(key: EcKey, message: Uint8Array): Uint8Array {
  const signature = key.sign(message);
  const half = signature.length / 2;
  return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
}

/** Base64 as web tokens have it. @see RFC 7515 §2 */
export function base64Url(...parts: readonly Uint8Array[]): string {
  return encodeBase64(concatBytes(...parts))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
