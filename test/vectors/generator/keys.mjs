// Ed25519 keys with fixed seeds; they are not secret.
import * as crypto from 'node:crypto';

export function keyOf(seedByte) {
  const seed = Buffer.alloc(32, seedByte);
  const secret = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const bytes = crypto.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(12);
  return { seed, bytes, sign: (message) => crypto.sign(null, message, secret) };
}

export const alice = keyOf(1);
export const mallory = keyOf(2);
