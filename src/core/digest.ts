/** SHA-256 digests as text, and digests under a domain tag. */
import { sha256Hex, sha256HexOf } from './sha256.ts';
import { encodeHex } from './bytes.ts';
import { InputError } from './errors.ts';

/** A SHA-256 digest: 64 lowercase hex digits. */
export type Digest = string & { readonly __digest: 'sha256' };

const DIGEST = /^[0-9a-f]{64}$/;

/** Whether a value is the text of a digest. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && DIGEST.test(value);
}

/**
 * A text as a digest.
 *
 * @throws {@link InputError} `ERR_DIGEST`
 */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new InputError('ERR_DIGEST', 'cannot read digest: want 64 lowercase hex digits');
  return text;
}

/** The plain SHA-256 of bytes or text, as `sha256sum` prints it. */
export function digest(input: Uint8Array | string): Digest {
  return sha256Hex(input) as Digest;
}

/**
 * 32 bytes as a digest.
 *
 * @throws {@link InputError} `ERR_DIGEST` for another number of bytes
 */
export function digestFromBytes(bytes: Uint8Array): Digest {
  return parseDigest(encodeHex(bytes));
}

/**
 * SHA-256(`touchstone/v1/<tag>` ‖ newline ‖ parts), the digest of one kind of thing.
 *
 * The caller gives every part but the last a fixed length or a terminator, so that no two lists of parts run together.
 *
 * @param tag - Domain, such as `commit` or `tee-nonce`; no newline.
 */
export function taggedDigest(tag: string, ...parts: readonly (Uint8Array | string)[]): Digest {
  return sha256HexOf([domainTag(tag), ...parts]) as Digest;
}

/** The bytes that open everything hashed under a tag: `touchstone/v1/<tag>` and a newline. */
export function domainTag(tag: string): string {
  if (!/^[a-z0-9-]+$/.test(tag)) throw new RangeError('a domain tag has only a-z, 0-9 and hyphens');
  return `touchstone/v1/${tag}\n`;
}
