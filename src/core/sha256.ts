/**
 * SHA-256 and HMAC-SHA-256, by node:crypto in Node and by @noble elsewhere.
 *
 * Text stands for its UTF-8 bytes and must be well formed; that is the caller's duty on the hot path and checked by
 * whatever made the text (`decodeUtf8`, `parseLine`, `canonicalize`).
 */
import { backend } from '#crypto';
import type { Sha256Hasher } from './crypto-backend.ts';

export type { Sha256Hasher } from './crypto-backend.ts';

/** The 32-byte SHA-256 of bytes or well-formed text. */
export const sha256: (input: Uint8Array | string) => Uint8Array = backend.sha256;

/** The SHA-256 of bytes or well-formed text as 64 lowercase hex digits. */
export const sha256Hex: (input: Uint8Array | string) => string = backend.sha256Hex;

/** A hasher for input that comes in parts. */
export const createSha256: () => Sha256Hasher = backend.createSha256;

/** The 32-byte HMAC-SHA-256 of a message. @see RFC 2104 */
export const hmacSha256: (key: Uint8Array, message: Uint8Array) => Uint8Array = backend.hmacSha256;
