/**
 * SSH signatures of files, as `ssh-keygen -Y sign` makes them, by Ed25519 keys only.
 *
 * A signature names its namespace, so that one made for another purpose is never valid here.
 *
 * @see OpenSSH PROTOCOL.sshsig
 */
import { concatBytes, encodeUtf8, equalBytes, u32be } from './bytes.ts';
import { isValidPublicKey, isValidSignature, publicKeyFromSeed, sign, SIGNATURE_BYTES } from './ed25519.ts';
import { VerificationError } from './errors.ts';
import { sha256, sha512 } from './sha256.ts';
import { SSH_ED25519, sshTypeLabel, sshWireKey } from './ssh-key.ts';
import { createSshReader, encodeArmor, sshString, tryDecodeArmor } from './ssh-wire.ts';
import type { SshReader } from './ssh-wire.ts';

const MAGIC = encodeUtf8('SSHSIG');
const VERSION = 1;
const ARMOR_LABEL = 'SSH SIGNATURE';

/** How the message is hashed before it is signed. */
type SshsigHash = 'sha256' | 'sha512';

/** The parts of an SSH signature by an Ed25519 key; nothing is verified. */
export interface Sshsig {
  /** 32 bytes, valid under the strict profile. */
  readonly key: Uint8Array;
  /** What the signature is for. */
  readonly namespace: string;
  readonly hash: SshsigHash;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Whether bytes claim to be a binary SSH signature. */
export function isSshsig(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAGIC.length), MAGIC);
}

/**
 * The binary form of an armored signature file.
 *
 * @throws {@link VerificationError} `ERR_SSHSIG_MALFORMED`
 */
export function decodeSshsigArmor(armored: string): Uint8Array {
  const blob = tryDecodeArmor(armored, ARMOR_LABEL);
  if (blob === null) throw malformed(`want base64 between the lines of ${ARMOR_LABEL}`);
  return blob;
}

/** The armored form of a binary signature, as ssh-keygen writes it. */
export function encodeSshsigArmor(blob: Uint8Array): string {
  return encodeArmor(blob, ARMOR_LABEL);
}

/**
 * The parts of a binary signature.
 *
 * @throws {@link VerificationError} `ERR_SSHSIG_UNSUPPORTED` for another version, key type or hash, `ERR_SSHSIG_MALFORMED`
 */
export function parseSshsig(blob: Uint8Array): Sshsig {
  const reader = createSshReader(blob, malformed);
  if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) throw malformed('it does not begin with SSHSIG');
  const version = reader.u32();
  if (version !== VERSION) throw unsupported(`version ${version}`);
  const key = parseTyped(reader.string(), 'key', (inner) => inner.string());
  const namespace = reader.text();
  if (namespace === '') throw malformed('the namespace is empty');
  // Verifiers must ignore what is reserved; accepting only the empty value keeps one signature in one form.
  if (reader.string().length > 0) throw malformed('the reserved field is not empty');
  const hash = reader.text();
  if (hash !== 'sha256' && hash !== 'sha512') throw unsupported('a hash other than sha256 and sha512');
  const signature = parseTyped(reader.string(), 'signature', (inner) => inner.string());
  if (reader.rest().length > 0) throw malformed('bytes after the signature');
  if (!isValidPublicKey(key)) throw malformed('the key is not a valid Ed25519 point');
  if (signature.length !== SIGNATURE_BYTES) throw malformed(`the signature is not ${SIGNATURE_BYTES} bytes long`);
  return { key, namespace, hash, signature };
}

// A type name and the one value that Ed25519 keys and signatures have after it.
function parseTyped(bytes: Uint8Array, what: string, read: (reader: SshReader) => Uint8Array): Uint8Array {
  const reader = createSshReader(bytes, malformed);
  const type = reader.text();
  if (type !== SSH_ED25519) throw unsupported(`a ${what} of type ${sshTypeLabel(type)}`);
  const value = read(reader);
  if (reader.rest().length > 0) throw malformed(`bytes after the ${what}`);
  return value;
}

/** The binary form of a signature. */
export function formatSshsig({ key, namespace, hash, signature }: Sshsig): Uint8Array {
  const typedSignature = concatBytes(sshString(SSH_ED25519), sshString(signature));
  const fields = [sshWireKey(key), namespace, '', hash, typedSignature].map(sshString);
  return concatBytes(MAGIC, u32be(VERSION), ...fields);
}

/** The bytes that the key signs for a message: only a hash of it, bound to the namespace. */
function sshsigSignedBytes(namespace: string, hash: SshsigHash, message: Uint8Array): Uint8Array {
  const messageHash = hash === 'sha256' ? sha256(message) : sha512(message);
  return concatBytes(MAGIC, ...[namespace, '', hash, messageHash].map(sshString));
}

/** The binary signature that `ssh-keygen -Y sign -n <namespace>` would make with the key of a seed. */
export function signSshsig(seed: Uint8Array, namespace: string, message: Uint8Array): Uint8Array {
  const signature = sign(seed, sshsigSignedBytes(namespace, 'sha512', message));
  return formatSshsig({ key: publicKeyFromSeed(seed), namespace, hash: 'sha512', signature });
}

/**
 * Check a binary signature.
 *
 * @param namespace - The only purpose that is accepted.
 * @returns Its parts; whether the key is trusted is for the caller to decide.
 * @throws {@link VerificationError} `ERR_SSHSIG_MALFORMED`, `ERR_SSHSIG_UNSUPPORTED`, `ERR_SSHSIG_NAMESPACE`,
 *   `ERR_SSHSIG_SIGNATURE`
 */
export function checkSshsig(blob: Uint8Array, namespace: string, message: Uint8Array): Sshsig {
  const sshsig = parseSshsig(blob);
  if (sshsig.namespace !== namespace) {
    throw new VerificationError('ERR_SSHSIG_NAMESPACE', `cannot verify SSH signature: it is not for "${namespace}"`);
  }
  const signed = sshsigSignedBytes(namespace, sshsig.hash, message);
  if (!isValidSignature(sshsig.key, signed, sshsig.signature)) {
    throw new VerificationError('ERR_SSHSIG_SIGNATURE', 'cannot verify SSH signature: it is not one of this message');
  }
  return sshsig;
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_SSHSIG_MALFORMED', `cannot parse SSH signature: ${fault}`);
}

function unsupported(found: string): VerificationError {
  return new VerificationError('ERR_SSHSIG_UNSUPPORTED', `cannot use SSH signature with ${found}: want ${SSH_ED25519}`);
}
