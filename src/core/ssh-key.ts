/**
 * OpenSSH Ed25519 keys: the public key line, its fingerprint, and unencrypted private key files.
 *
 * @see RFC 8709 §4; OpenSSH PROTOCOL.key
 */
import { concatBytes, encodeBase64, encodeUtf8, equalBytes, tryDecodeBase64, tryDecodeUtf8 } from './bytes.ts';
import { isValidPublicKey, KEY_BYTES, publicKeyFromSeed } from './ed25519.ts';
import { InputError } from './errors.ts';
import { sha256 } from './sha256.ts';
import { createSshReader, sshString, tryDecodeArmor } from './ssh-wire.ts';

/** The name that OpenSSH gives to Ed25519 keys and signatures. */
export const SSH_ED25519 = 'ssh-ed25519';

const PRIVATE_KEY_MAGIC = encodeUtf8('openssh-key-v1\0');
const PRIVATE_KEY_LABEL = 'OPENSSH PRIVATE KEY';
// With cipher "none" the private part is padded to this length. PROTOCOL.key §3
const BLOCK_BYTES = 8;

/** A public key with the comment of its line. */
export interface SshPublicKey {
  /** 32 bytes, valid under the strict profile. */
  readonly key: Uint8Array;
  readonly comment: string;
}

/** The secret of a private key file. */
export interface SshPrivateKey extends SshPublicKey {
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/** The wire form of an Ed25519 public key. */
export function sshWireKey(key: Uint8Array): Uint8Array {
  return concatBytes(sshString(SSH_ED25519), sshString(key));
}

/** The fingerprint of a public key as `ssh-keygen -lf` prints it: `SHA256:` and 43 base64 digits. */
export function sshFingerprint(key: Uint8Array): string {
  return `SHA256:${encodeBase64(sha256(sshWireKey(key))).replace('=', '')}`;
}

/** The public key line of a key, without a newline. */
export function formatSshPublicKey({ key, comment }: SshPublicKey): string {
  return [SSH_ED25519, encodeBase64(sshWireKey(key)), comment].join(' ').trimEnd();
}

/**
 * The key of one line of a `.pub` file.
 *
 * @throws {@link InputError} `ERR_KEY_UNSUPPORTED` for another key type, `ERR_KEY_MALFORMED`
 */
export function parseSshPublicKey(line: string): SshPublicKey {
  const [, type = '', base64 = '', comment = ''] = /^(\S+) (\S+)(?: (.*))?$/.exec(line.trim()) ?? [];
  const wire = tryDecodeBase64(base64);
  if (wire === null || wire.length === 0) throw malformed('want "ssh-ed25519 <base64> [comment]"');
  if (type !== SSH_ED25519) throw unsupported(`a ${sshTypeLabel(type)} key`);
  return { key: parseSshWireKey(wire), comment };
}

/**
 * The key of a wire form.
 *
 * @throws {@link InputError} `ERR_KEY_UNSUPPORTED` for another key type, `ERR_KEY_MALFORMED`
 */
function parseSshWireKey(wire: Uint8Array): Uint8Array {
  const reader = createSshReader(wire, malformed);
  const type = reader.text();
  if (type !== SSH_ED25519) throw unsupported(`a ${sshTypeLabel(type)} key`);
  const key = reader.string();
  if (reader.rest().length > 0) throw malformed('bytes after the key');
  if (!isValidPublicKey(key)) throw malformed('it is not a valid Ed25519 point');
  return key;
}

/** A key type as it may be shown: type names come from outside. */
export function sshTypeLabel(type: string): string {
  return /^[a-z0-9@.-]{1,64}$/.test(type) ? type : 'nameless';
}

/**
 * The secret of an OpenSSH private key file that has no passphrase.
 *
 * @throws {@link InputError} `ERR_KEY_ENCRYPTED` if it has one, `ERR_KEY_UNSUPPORTED` for another key type,
 *   `ERR_KEY_MALFORMED`
 */
export function parseSshPrivateKey(file: Uint8Array): SshPrivateKey {
  const blob = tryDecodeArmor(tryDecodeUtf8(file) ?? '', PRIVATE_KEY_LABEL);
  if (blob === null) throw malformed(`want base64 between the lines of ${PRIVATE_KEY_LABEL}`);
  const outer = createSshReader(blob, malformed);
  if (!equalBytes(outer.bytes(PRIVATE_KEY_MAGIC.length), PRIVATE_KEY_MAGIC)) throw malformed('want openssh-key-v1');
  const cipher = outer.text();
  const kdf = outer.text();
  const kdfOptions = outer.string();
  if (cipher !== 'none') {
    throw new InputError(
      'ERR_KEY_ENCRYPTED',
      'cannot read SSH key: it has a passphrase; sign with ssh-agent and ssh-keygen, or make a key without one',
    );
  }
  if (kdf !== 'none' || kdfOptions.length > 0) throw malformed('a key derivation without a cipher');
  if (outer.u32() !== 1) throw malformed('want exactly one key');
  const key = parseSshWireKey(outer.string());
  const secret = parseSecret(outer.string(), key);
  if (outer.rest().length > 0) throw malformed('bytes after the private part');
  return { ...secret, key };
}

function parseSecret(bytes: Uint8Array, key: Uint8Array): { readonly seed: Uint8Array; readonly comment: string } {
  const reader = createSshReader(bytes, malformed);
  if (bytes.length % BLOCK_BYTES !== 0 || reader.u32() !== reader.u32()) throw malformed('the check integers differ');
  if (reader.text() !== SSH_ED25519) throw malformed('the private part is of another type');
  const innerKey = reader.string();
  const pair = reader.string();
  const comment = reader.text();
  const padding = reader.rest();
  if (padding.length >= BLOCK_BYTES || padding.some((byte, i) => byte !== i + 1)) throw malformed('wrong padding');
  const seed = pair.slice(0, KEY_BYTES);
  if (!equalBytes(pair, concatBytes(seed, key)) || !equalBytes(innerKey, key)) throw malformed('its two halves differ');
  if (!equalBytes(publicKeyFromSeed(seed), key)) throw malformed('the public key is not that of the seed');
  return { seed, comment };
}

function malformed(fault: string): InputError {
  return new InputError('ERR_KEY_MALFORMED', `cannot read SSH key: ${fault}`);
}

function unsupported(found: string): InputError {
  return new InputError('ERR_KEY_UNSUPPORTED', `cannot use ${found}: want ${SSH_ED25519}`);
}
