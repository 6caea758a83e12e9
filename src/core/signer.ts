/**
 * Keys at work: one key signs envelopes and notes, either directly or through OpenSSH, and is verified in either case.
 *
 * A direct signature is 64 bytes of Ed25519. An SSH signature is the binary form of what `ssh-keygen -Y sign` writes,
 * under a namespace per purpose, so that keys in an agent or with a passphrase can be used.
 */
import { concatBytes, encodeUtf8, equalBytes } from './bytes.ts';
import type { EnvelopeSigner, EnvelopeVerifier } from './dsse.ts';
import { isValidSignature, sign } from './ed25519.ts';
import type { PublicKey, SecretKey } from './key.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';
import { ed25519NoteVerifier, noteKeyId } from './note-key.ts';
import { checkSshsig, isSshsig, signSshsig } from './sshsig.ts';

/** The SSHSIG namespace of each purpose: what to give to `ssh-keygen -Y sign -n`. */
export const SSHSIG_NAMESPACES = { envelope: 'touchstone-envelope@v1', note: 'touchstone-note@v1' } as const;

/** What is signed: the encoding of an envelope or the text of a note. */
export type Purpose = keyof typeof SSHSIG_NAMESPACES;

/** How a key signs: directly or as OpenSSH does. */
export type SignatureScheme = 'ed25519' | 'sshsig';

/** A key that can sign. */
export interface Signer {
  readonly publicKey: PublicKey;
  readonly scheme: SignatureScheme;
  /** A signature of a message: 64 bytes, or a binary SSH signature under the namespace of the purpose. */
  readonly sign: (message: Uint8Array, purpose: Purpose) => Uint8Array;
}

// c2sp.org/signed-note: type 0xff is for algorithms without a number and is followed by an identifier of one's own.
const SSHSIG_NOTE_TYPE = concatBytes(Uint8Array.of(0xff), encodeUtf8('touchstone-sshsig@v1'));

/** A signer that holds the secret itself. */
export function localSigner({ publicKey, seed }: SecretKey, scheme: SignatureScheme = 'ed25519'): Signer {
  return {
    publicKey,
    scheme,
    sign: (message, purpose) =>
      scheme === 'ed25519' ? sign(seed, message) : signSshsig(seed, SSHSIG_NAMESPACES[purpose], message),
  };
}

/** Whether a signature of either scheme, by the key, for the purpose, is valid. Never throws. */
export function isValidFor(purpose: Purpose, key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isSshsig(signature)) return isValidSignature(key.bytes, message, signature);
  try {
    return equalBytes(checkSshsig(signature, SSHSIG_NAMESPACES[purpose], message).key, key.bytes);
  } catch {
    // Malformed, of another kind, for another purpose or of another message: in no case valid.
    return false;
  }
}

/** A signer of envelopes; the key id is the fingerprint of its key. */
export function envelopeSigner(signer: Signer): EnvelopeSigner {
  return { keyid: signer.publicKey.fingerprint, sign: (message) => signer.sign(message, 'envelope') };
}

/** A verifier of envelopes signed under either scheme. */
export function envelopeVerifier(key: PublicKey): EnvelopeVerifier {
  return {
    keyid: key.fingerprint,
    isValid: (message, signature) => isValidFor('envelope', key, message, signature),
  };
}

/**
 * A signer of notes.
 *
 * @param name - The name to sign under, often the origin of a checkpoint; the name of the key itself does not matter.
 */
export function noteSigner(signer: Signer, name: string): NoteSigner {
  const { keyIdHex } = noteVerifiers(signer.publicKey, name)[signer.scheme];
  return { name, keyIdHex, sign: (message) => signer.sign(message, 'note') };
}

/** The verifiers of notes that a key signed under a name, one per scheme. */
export function noteVerifiers(key: PublicKey, name: string): Readonly<Record<SignatureScheme, NoteVerifier>> {
  return {
    ed25519: ed25519NoteVerifier({ name, key: key.bytes }),
    sshsig: {
      name,
      keyIdHex: noteKeyId(name, concatBytes(SSHSIG_NOTE_TYPE, key.bytes)),
      isValid: (message, signature) => isSshsig(signature) && isValidFor('note', key, message, signature),
    },
  };
}
