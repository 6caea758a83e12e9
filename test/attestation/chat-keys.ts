/** Keys and signatures for tests of evidence about answers, made with the libraries and not with our code. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { AttestedKey } from '../../src/attestation/claim.ts';

const ecdsaSecret = Uint8Array.from({ length: 32 }, () => 7);
const ed25519Secret = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 9)]),
  format: 'der',
  type: 'pkcs8',
});

/** Address of the test key for ECDSA. */
export const ecdsaAddress: string = Buffer.from(
  keccak_256(secp256k1.getPublicKey(ecdsaSecret, false).subarray(1)).subarray(12),
).toString('hex');

/** Public key of the test key for Ed25519. */
export const ed25519Address: string = createPublicKey(ed25519Secret)
  .export({ format: 'der', type: 'spki' })
  .subarray(12)
  .toString('hex');

/** r ‖ s ‖ v over a text under EIP-191. */
export function signEcdsa(text: string): Uint8Array {
  const message = Buffer.from(text, 'utf8');
  const hash = keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`), message]));
  const recovered = secp256k1.sign(hash, ecdsaSecret, { prehash: false, format: 'recovered' });
  return Uint8Array.of(...recovered.subarray(1), 27 + (recovered[0] ?? 0));
}

/** The Ed25519 signature of a text or of bytes. */
export function signEd25519(message: string | Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, Buffer.from(message as string), ed25519Secret));
}

/** Lower-case hex SHA-256. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Body of a signature endpoint; `changes` replaces its fields. */
export function signatureBody(algo: 'ecdsa' | 'ed25519', text: string, changes: object = {}): string {
  const fields =
    algo === 'ecdsa'
      ? { signing_address: `0x${ecdsaAddress}`, signature: `0x${hex(signEcdsa(text))}` }
      : { signing_address: ed25519Address, signature: hex(signEd25519(text)) };
  return JSON.stringify({ text, signing_algo: algo, ...fields, ...changes });
}

/** The test keys as a session would attest them. */
export function attestedKeys(role: AttestedKey['role'], model: string | null = null): AttestedKey[] {
  return [
    { role, algo: 'ecdsa', address: ecdsaAddress, model },
    { role, algo: 'ed25519', address: ed25519Address, model },
  ];
}

/** Bytes as hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
