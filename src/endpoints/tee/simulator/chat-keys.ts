/** Keys that sign answers: Ed25519 over the text, or secp256k1 over its EIP-191 hash. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import { publicKeyFromSeed, sign } from '../../../core/ed25519.ts';
import type { ChatAlgorithm } from '../../../core/evidence-names.ts';
import { deriveBytes } from './ec-key.ts';
import type { SimulatorFaults } from './faults.ts';

/** One key that signs answers. */
export interface ChatKey {
  readonly algo: ChatAlgorithm;
  /** What report data names: 20 bytes of an address, or 32 of the public key. */
  readonly addressBytes: Uint8Array;
  /** The same as text: `0x` and lower-case hex for ECDSA, bare hex for Ed25519. */
  readonly address: string;
  /** 64 bytes x ‖ y, or 32. */
  readonly publicKey: Uint8Array;
  /** The signature of a text in the hex form of the wire. */
  readonly sign: (text: string, faults: SimulatorFaults) => string;
}

/** Both keys of a signer. */
export type ChatKeys = Readonly<Record<ChatAlgorithm, ChatKey>>;

/** The keys of these names. */
export function deriveChatKeys(...names: readonly string[]): ChatKeys {
  return {
    ecdsa: ecdsaKey(deriveBytes(32, 'ecdsa-signing-key', ...names)),
    ed25519: ed25519Key(deriveBytes(32, 'ed25519-signing-key', ...names)),
  };
}

function ecdsaKey(secret: Uint8Array): ChatKey {
  const publicKey = secp256k1.getPublicKey(secret, false).subarray(1);
  const addressBytes = keccak_256(publicKey).subarray(12);
  return {
    algo: 'ecdsa',
    addressBytes,
    address: `0x${encodeHex(addressBytes)}`,
    publicKey,
    sign: (text, faults) => `0x${encodeHex(signEthereum(text, secret, faults))}`,
  };
}

/** @see EIP-191, version 0x45 */
function signEthereum(text: string, secret: Uint8Array, faults: SimulatorFaults): Uint8Array {
  const message = encodeUtf8(text);
  const hash = keccak_256(concatBytes(encodeUtf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
  const [recovery = 0, ...rs] = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
  const bytes = faults.has('signature-high-s') ? otherRoot(rs) : Uint8Array.from(rs);
  const bit = faults.has('signature-high-s') ? 1 - recovery : recovery;
  return flipped(Uint8Array.of(...bytes, faults.has('signature-v01') ? bit : 27 + bit), faults);
}

/** The second signature of the same message by the same key: n - s in place of s. */
function otherRoot(rs: readonly number[]): Uint8Array {
  const { r, s } = secp256k1.Signature.fromBytes(Uint8Array.from(rs), 'compact');
  return new secp256k1.Signature(r, secp256k1.Point.CURVE().n - s).toBytes('compact');
}

function ed25519Key(seed: Uint8Array): ChatKey {
  const publicKey = publicKeyFromSeed(seed);
  return {
    algo: 'ed25519',
    addressBytes: publicKey,
    address: encodeHex(publicKey),
    publicKey,
    sign: (text, faults) => encodeHex(flipped(sign(seed, encodeUtf8(text)), faults)),
  };
}

function flipped(signature: Uint8Array, faults: SimulatorFaults): Uint8Array {
  return faults.has('flip-chat-signature') ? signature.with(40, (signature[40] ?? 0) ^ 1) : signature;
}

/** An address in the mixed case that checks itself. @see EIP-55 */
export function checksummed(address: string): string {
  const digits = address.slice(2);
  const hash = encodeHex(keccak_256(encodeUtf8(digits)));
  return `0x${[...digits].map((digit, i) => ((hash[i] ?? '0') >= '8' ? digit.toUpperCase() : digit)).join('')}`;
}
