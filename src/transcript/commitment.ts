/**
 * Salted commitments: what a record says about content that may stay private.
 *
 * A commitment hides its content because the salt is 32 secret bytes, and binds it because SHA-256 does. The salt of one
 * opening says nothing about any other, so every sample can be disclosed on its own.
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { domainTag, taggedDigest, type Digest } from '../core/digest.ts';
import { hmacSha256 } from '../core/sha256.ts';

/** What is committed to: per item, by its index; per record, by its sequence number. */
export type Label = 'item' | 'target' | 'probe' | 'request' | 'response' | 'evidence' | 'extracted';

/** The suite secret of every public suite, so that the digest of a public suite depends on its content only. */
export const PUBLIC_SUITE_SECRET: Uint8Array = encodeUtf8('public');

/**
 * The 32-byte salt of one opening.
 *
 * @param secret - The suite secret for `item` and `target`, the run secret for the others.
 * @param number - Item index for `item` and `target`, sequence number of the record for the others.
 */
export function deriveSalt(secret: Uint8Array, label: Label, number: number): Uint8Array {
  return hmacSha256(secret, encodeUtf8(`${domainTag('salt')}${label}\n${number}`));
}

/**
 * SHA-256(`touchstone/v1/commit` ‖ LF ‖ label ‖ LF ‖ salt ‖ content).
 *
 * @param salt - Exactly 32 bytes; a fixed length keeps salt and content apart.
 * @param content - Bytes, or well-formed text that stands for its UTF-8 bytes.
 */
export function commit(label: Label, salt: Uint8Array, content: Uint8Array | string): Digest {
  if (salt.length !== 32) throw new RangeError(`a salt has 32 bytes, got ${salt.length}`);
  return taggedDigest('commit', `${label}\n`, salt, content);
}
