/** The cryptographic back end for Node: OpenSSL through node:crypto. */
import * as crypto from 'node:crypto';
import { wellFormed } from './bytes.ts';
import type { CryptoBackend, Sha256Hasher } from './crypto-backend.ts';

// RFC 8410 §7 and §4: the DER before a raw Ed25519 seed (PKCS #8) and before a raw public key (SPKI).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The node:crypto back end. */
export const backend: CryptoBackend = {
  // A digest that leaves OpenSSL as a string costs a quarter of one that leaves it as a Buffer.
  sha256: (input) => bytesOf(crypto.hash('sha256', checked(input), 'binary')),
  sha256Hex: (input) => crypto.hash('sha256', checked(input), 'hex'),
  sha256HexOf,
  sha512: (input) => plain(crypto.createHash('sha512').update(input).digest()),
  createSha256,
  hmacSha256,
  ed25519PublicKey: (seed) => publicKeyOf(seed),
  ed25519Sign: (seed, message) => plain(crypto.sign(null, message, privateKey(seed))),
  ed25519Verify: (publicKey, message, signature) => crypto.verify(null, message, spki(publicKey), signature),
};

function checked(input: Uint8Array | string): Uint8Array | string {
  return typeof input === 'string' ? wellFormed(input) : input;
}

function bytesOf(latin1: string): Uint8Array {
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}

// A Buffer is a view of a shared pool with methods of its own; callers get bytes and nothing else.
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

const BLOCK_BYTES = 64;

// RFC 2104 by hand: two hashes of short texts cost half of what an Hmac object does.
function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = key.length > BLOCK_BYTES ? backend.sha256(key) : key;
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + message.length);
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + 32);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const byte = block[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(message, BLOCK_BYTES);
  outer.write(crypto.hash('sha256', inner, 'binary'), BLOCK_BYTES, 'latin1');
  return bytesOf(crypto.hash('sha256', outer, 'binary'));
}

// Parts are joined in one buffer that stays: a hash object costs more than hashing a request, and leaves garbage.
const joined = Buffer.alloc(65_536);

function sha256HexOf(parts: readonly (Uint8Array | string)[]): string {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const mostBytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 3 * part.length : part.length), 0);
  if (mostBytes > joined.length) {
    const hash = crypto.createHash('sha256');
    for (const part of parts) hash.update(checked(part));
    return hash.digest('hex');
  }
  let end = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      end += joined.write(wellFormed(part), end);
    } else {
      joined.set(part, end);
      end += part.length;
    }
  }
  return crypto.hash('sha256', joined.subarray(0, end), 'hex');
}

function createSha256(): Sha256Hasher {
  const hash = crypto.createHash('sha256');
  const hasher: Sha256Hasher = {
    update(part) {
      hash.update(checked(part));
      return hasher;
    },
    digest: () => plain(hash.digest()),
  };
  return hasher;
}

function privateKey(seed: Uint8Array): crypto.KeyObject {
  return crypto.createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

let lastKey: { readonly bytes: Uint8Array; readonly object: crypto.KeyObject } | null = null;

// Reading a key takes as long as checking a signature, and one key often signs many messages in a row.
function spki(publicKey: Uint8Array): crypto.KeyObject {
  if (lastKey === null || Buffer.compare(lastKey.bytes, publicKey) !== 0) {
    const key = Buffer.concat([SPKI_PREFIX, publicKey]);
    lastKey = { bytes: publicKey.slice(), object: crypto.createPublicKey({ key, format: 'der', type: 'spki' }) };
  }
  return lastKey.object;
}

function publicKeyOf(seed: Uint8Array): Uint8Array {
  const der = crypto.createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
  return plain(der.subarray(SPKI_PREFIX.length));
}
