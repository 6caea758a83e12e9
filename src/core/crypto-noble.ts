/** The cryptographic back end for browsers and every runtime but Node: pure JavaScript by @noble. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, encodeHex, encodeUtf8, equalBytes } from './bytes.ts';
import type { CryptoBackend, Sha256Hasher } from './crypto-backend.ts';

const { Point } = ed25519;

/** The @noble back end. */
export const backend: CryptoBackend = {
  sha256: (input) => sha256(bytesOf(input)),
  sha256Hex: (input) => encodeHex(sha256(bytesOf(input))),
  sha256HexOf: (parts) => encodeHex(sha256(concatBytes(...parts.map(bytesOf)))),
  sha512: (input) => sha512(input),
  createSha256,
  hmacSha256: (key, message) => hmac(sha256, key, message),
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify,
};

function bytesOf(input: Uint8Array | string): Uint8Array {
  return typeof input === 'string' ? encodeUtf8(input) : input;
}

function createSha256(): Sha256Hasher {
  const hash = sha256.create();
  const hasher: Sha256Hasher = {
    update(part) {
      hash.update(bytesOf(part));
      return hasher;
    },
    digest: () => hash.digest(),
  };
  return hasher;
}

// The library's own `verify` multiplies by the cofactor, as OpenSSL does not: a signature whose R has a torsion part
// would pass here and fail in Node. So the equation R = [S]B - [k]A is checked on encoded points, as OpenSSL does.
function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % Point.Fn.ORDER;
  const a = Point.fromBytes(publicKey);
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), r);
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes.toReversed())}`);
}
