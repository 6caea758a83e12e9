/**
 * What the rest of core needs from a cryptographic library.
 *
 * Two files implement it, `crypto-node.ts` on node:crypto and `crypto-noble.ts` on @noble; the package import `#crypto`
 * picks one. Both must agree on every input: every vector is run on both.
 */

/** A SHA-256 computation that takes its input in parts. */
export interface Sha256Hasher {
  /** Add a part; text stands for its UTF-8 bytes. Returns the hasher itself. */
  update(part: Uint8Array | string): Sha256Hasher;
  /** The digest of all parts. To be called once. */
  digest(): Uint8Array;
}

/** One cryptographic library. Text stands for its UTF-8 bytes; ill-formed text throws `ERR_UTF8`. */
export interface CryptoBackend {
  readonly sha256: (input: Uint8Array | string) => Uint8Array;
  readonly sha256Hex: (input: Uint8Array | string) => string;
  /** The digest of several parts, one after the other, in hex. */
  readonly sha256HexOf: (parts: readonly (Uint8Array | string)[]) => string;
  readonly sha512: (input: Uint8Array) => Uint8Array;
  readonly createSha256: () => Sha256Hasher;
  readonly hmacSha256: (key: Uint8Array, message: Uint8Array) => Uint8Array;
  readonly ed25519PublicKey: (seed: Uint8Array) => Uint8Array;
  readonly ed25519Sign: (seed: Uint8Array, message: Uint8Array) => Uint8Array;
  /** The cofactorless equation of RFC 8032 §5.1.7. Requires a public key without torsion and S < L. */
  readonly ed25519Verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}
