/**
 * Keys of signed notes: key ids, the one-line "vkey" form of a public key, and Ed25519 signers and verifiers.
 *
 * @see https://c2sp.org/signed-note
 */
import { concatBytes, encodeBase64, encodeHex, encodeUtf8, tryDecodeBase64 } from './bytes.ts';
import { isValidPublicKey, isValidSignature, publicKeyFromSeed, sign } from './ed25519.ts';
import { InputError } from './errors.ts';
import { isNoteName } from './note.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';
import { sha256 } from './sha256.ts';

const ED25519_TYPE = 0x01;

/** A named Ed25519 public key. */
export interface NoteKey {
  readonly name: string;
  /** 32 bytes, valid under the strict profile. */
  readonly key: Uint8Array;
}

/**
 * The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key) in hex.
 *
 * @param typedKey - The signature type byte and the bytes of the key.
 */
export function noteKeyId(name: string, typedKey: Uint8Array): string {
  return encodeHex(sha256(concatBytes(encodeUtf8(`${name}\n`), typedKey)).subarray(0, 4));
}

/** The vkey of an Ed25519 public key: `name+key id+base64`. */
export function formatVkey({ name, key }: NoteKey): string {
  const typedKey = concatBytes(Uint8Array.of(ED25519_TYPE), key);
  return `${name}+${noteKeyId(name, typedKey)}+${encodeBase64(typedKey)}`;
}

/**
 * The Ed25519 public key of a vkey.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED` for another signature type
 */
export function parseVkey(vkey: string): NoteKey {
  // The base64 part may hold a plus sign; the name and the id may not.
  const [, name = '', keyIdHex, base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  const typedKey = tryDecodeBase64(base64);
  if (!isNoteName(name) || typedKey === null) throw malformed('want "name+id+base64"');
  if (noteKeyId(name, typedKey) !== keyIdHex) throw malformed('the id does not match name and key');
  if (typedKey[0] !== ED25519_TYPE) {
    throw new InputError('ERR_KEY_UNSUPPORTED', 'cannot use vkey: its type is not Ed25519');
  }
  const key = typedKey.slice(1);
  if (!isValidPublicKey(key)) throw malformed('the key is not a valid Ed25519 point');
  return { name, key };
}

/** A signer of notes under a name. */
export function ed25519NoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const verifier = ed25519NoteVerifier({ name, key: publicKeyFromSeed(seed) });
  return { name, keyIdHex: verifier.keyIdHex, sign: (message) => sign(seed, message) };
}

/** A verifier of notes signed by a key under its name. */
export function ed25519NoteVerifier({ name, key }: NoteKey): NoteVerifier {
  return {
    name,
    keyIdHex: noteKeyId(name, concatBytes(Uint8Array.of(ED25519_TYPE), key)),
    isValid: (message, signature) => isValidSignature(key, message, signature),
  };
}

function malformed(fault: string): InputError {
  return new InputError('ERR_KEY_MALFORMED', `cannot parse vkey: ${fault}`);
}
