/**
 * Ed25519 under one strict profile, the same on every runtime.
 *
 * Libraries differ on odd keys and signatures. Here a public key must be the canonical encoding of a point of the prime
 * subgroup other than the identity, S must be below L, R must not be the identity, and the equation of RFC 8032 §5.1.7
 * must hold without cofactor, which also makes R canonical and free of torsion.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { backend } from '#crypto';
import { encodeHex, equalBytes } from './bytes.ts';
import { VerificationError } from './errors.ts';

/** Bytes in a seed and in a public key. */
export const KEY_BYTES = 32;

/** Bytes in a signature. */
export const SIGNATURE_BYTES = 64;

const { Point } = ed25519;
const IDENTITY = Point.ZERO.toBytes();

// A check takes about a millisecond and one key often signs many messages in a row.
let lastGoodKeyHex = '';

/** The public key of a 32-byte seed. @see RFC 8032 §5.1.5 */
export function publicKeyFromSeed(seed: Uint8Array): Uint8Array {
  requireSeed(seed);
  return backend.ed25519PublicKey(seed);
}

/** The 64-byte signature of a message under a 32-byte seed. @see RFC 8032 §5.1.6 */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  requireSeed(seed);
  return backend.ed25519Sign(seed, message);
}

function requireSeed(seed: Uint8Array): void {
  if (seed.length !== KEY_BYTES) throw new RangeError(`an Ed25519 seed has ${KEY_BYTES} bytes, got ${seed.length}`);
}

/** Whether bytes are a public key of the strict profile. */
export function isValidPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES) return false;
  const keyHex = encodeHex(publicKey);
  if (keyHex === lastGoodKeyHex) return true;
  try {
    const point = Point.fromBytes(publicKey);
    if (point.is0() || !point.isTorsionFree()) return false;
  } catch {
    // Not the canonical encoding of a point.
    return false;
  }
  lastGoodKeyHex = keyHex;
  return true;
}

/** Whether a signature of a message by a public key is valid under the strict profile. Never throws. */
export function isValidSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || !isValidPublicKey(publicKey)) return false;
  const r = signature.subarray(0, KEY_BYTES);
  if (equalBytes(r, IDENTITY) || !isBelowOrder(signature.subarray(KEY_BYTES))) return false;
  return backend.ed25519Verify(publicKey, message, signature);
}

/**
 * Check a signature under the strict profile.
 *
 * @throws {@link VerificationError} `ERR_SIGNATURE`
 */
export function checkSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (isValidSignature(publicKey, message, signature)) return;
  throw new VerificationError(
    'ERR_SIGNATURE',
    'cannot verify Ed25519 signature: want a valid one of this key and message',
  );
}

// RFC 8032 §5.1.7 step 1: without this test, S + L would be a second signature of the same message.
function isBelowOrder(s: Uint8Array): boolean {
  return BigInt(`0x${encodeHex(s.toReversed())}`) < Point.Fn.ORDER;
}
