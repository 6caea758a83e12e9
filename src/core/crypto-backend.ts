/**
 * What the rest of core needs from a cryptographic library.
 *
 * Two files implement it, `crypto-node.ts` on node:crypto and `crypto-noble.ts` on @noble; the package import `#crypto`
 * picks one. Both must agree on every input: every vector is run on both.
 */

/** A SHA-256 computation that takes its input in parts. */
export interface Sha256Hasher {
  /** Add a part; well-formed text stands for its UTF-8 bytes. Returns the hasher itself. */
  update(part: Uint8Array | string): Sha256Hasher;
  /** The digest of all parts. To be called once. */
  digest(): Uint8Array;
}

/** One cryptographic library. Text arguments are well-formed and stand for their UTF-8 bytes. */
export interface CryptoBackend {
  sha256(input: Uint8Array | string): Uint8Array;
  sha256Hex(input: Uint8Array | string): string;
  sha512(input: Uint8Array): Uint8Array;
  createSha256(): Sha256Hasher;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** The cofactorless equation of RFC 8032 §5.1.7. Requires a public key without torsion and S < L. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
