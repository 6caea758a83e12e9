/**
 * SHA-256, SHA-512 and HMAC-SHA-256, by node:crypto in Node and by @noble elsewhere.
 *
 * Text stands for its UTF-8 bytes; text with a lone surrogate has none and is refused with `ERR_UTF8`.
 */
import { backend } from '#crypto';
import type { Sha256Hasher } from './crypto-backend.ts';

export type { Sha256Hasher } from './crypto-backend.ts';

/** The 32-byte SHA-256 of bytes or text. */
export const sha256: (input: Uint8Array | string) => Uint8Array = backend.sha256;

/** The SHA-256 of bytes or text as 64 lowercase hex digits. */
export const sha256Hex: (input: Uint8Array | string) => string = backend.sha256Hex;

/** The SHA-256 of several parts, one after the other, as 64 lowercase hex digits. */
export const sha256HexOf: (parts: readonly (Uint8Array | string)[]) => string = backend.sha256HexOf;

/** The 64-byte SHA-512 of bytes. */
export const sha512: (input: Uint8Array) => Uint8Array = backend.sha512;

/** A hasher for input that comes in parts. */
export const createSha256: () => Sha256Hasher = backend.createSha256;

/** The 32-byte HMAC-SHA-256 of a message. @see RFC 2104 */
export const hmacSha256: (key: Uint8Array, message: Uint8Array) => Uint8Array = backend.hmacSha256;
