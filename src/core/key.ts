/**
 * The identity of an Ed25519 key, the texts in which users name one, and our own secret key file.
 *
 * The fingerprint is the one that `ssh-keygen -lf` prints, also for keys that never were in SSH.
 */
import { encodeBase64, tryDecodeBase64 } from './bytes.ts';
import { isValidPublicKey, KEY_BYTES, publicKeyFromSeed } from './ed25519.ts';
import { InputError, isTouchstoneError } from './errors.ts';
import { isNoteName } from './note.ts';
import { formatVkey, parseVkey } from './note-key.ts';
import { parseSshPublicKey, sshFingerprint } from './ssh-key.ts';

const SECRET_TAG = 'TOUCHSTONE-ED25519-SECRET-KEY';

/** A public key under a name. The name is a label chosen by its owner; the bytes are the identity. */
export interface PublicKey {
  readonly name: string;
  /** 32 bytes, valid under the strict profile. */
  readonly bytes: Uint8Array;
  /** `name+key id+base64`. */
  readonly vkey: string;
  /** `SHA256:` and 43 base64 digits. */
  readonly fingerprint: string;
}

/** A secret key under a name. */
export interface SecretKey {
  readonly publicKey: PublicKey;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/**
 * A public key from its bytes.
 *
 * @param name - No white space, no plus sign.
 * @throws {@link InputError} `ERR_KEY_MALFORMED`
 */
export function publicKey(name: string, bytes: Uint8Array): PublicKey {
  if (!isNoteName(name)) throw malformed('its name is empty or has white space or a plus sign');
  if (!isValidPublicKey(bytes)) throw malformed('it is not a valid Ed25519 point');
  return { name, bytes, vkey: formatVkey({ name, key: bytes }), fingerprint: sshFingerprint(bytes) };
}

/**
 * A secret key from its seed.
 *
 * @param seed - 32 random bytes.
 * @throws {@link InputError} `ERR_KEY_MALFORMED`
 */
export function secretKey(name: string, seed: Uint8Array): SecretKey {
  if (seed.length !== KEY_BYTES) throw malformed(`want a seed of ${KEY_BYTES} bytes`);
  return { publicKey: publicKey(name, publicKeyFromSeed(seed)), seed };
}

/** Two lines: a comment for people, then tag, name and base64 seed. */
export function formatSecretKey({ publicKey: { name, fingerprint }, seed }: SecretKey): string {
  return `# secret key ${fingerprint}: whoever reads this file can sign as you\n${SECRET_TAG} ${name} ${encodeBase64(seed)}\n`;
}

/**
 * The key in a file written by {@link formatSecretKey}.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`; the message holds nothing of the file
 */
export function parseSecretKey(text: string): SecretKey {
  const [, name = '', base64 = ''] = new RegExp(`^#[^\\n]*\\n${SECRET_TAG} (\\S+) (\\S+)\\n$`).exec(text) ?? [];
  const seed = tryDecodeBase64(base64);
  if (seed?.length !== KEY_BYTES) throw malformed(`want a comment line and "${SECRET_TAG} <name> <base64>"`);
  return secretKey(name, seed);
}

/**
 * The keys in a text of the user: one per line, each a vkey or an OpenSSH public key; `#` begins a comment line.
 *
 * SSH keys of other types are passed over, because published key lists mix them, unless there is no usable key at all.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED` (place: line), `ERR_KEY_UNSUPPORTED` if there are only other key types
 */
export function parsePublicKeys(text: string): PublicKey[] {
  const keys: PublicKey[] = [];
  let refused: unknown;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    try {
      keys.push(parsePublicKey(entry));
    } catch (cause) {
      if (!isTouchstoneError(cause, 'ERR_KEY_UNSUPPORTED')) throw malformedLine(index + 1, cause);
      refused ??= cause;
    }
  }
  if (keys.length === 0) throw refused ?? malformed('the text has no public key');
  return keys;
}

/**
 * The key of one line: a vkey, or an OpenSSH public key, whose comment is its name.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`
 */
export function parsePublicKey(line: string): PublicKey {
  if (!line.includes(' ')) {
    const { name, key } = parseVkey(line);
    return publicKey(name, key);
  }
  const { key, comment } = parseSshPublicKey(line);
  // Comments are free text, names are not.
  const name = comment.trim().replaceAll(/[\s+\p{Cc}]+/gu, '-');
  return publicKey(isNoteName(name) ? name : 'unnamed', key);
}

function malformedLine(line: number, cause: unknown): InputError {
  const message = `cannot read line ${line} of the public keys: want a vkey or an OpenSSH ssh-ed25519 key`;
  return new InputError('ERR_KEY_MALFORMED', message, { line, cause });
}

function malformed(fault: string): InputError {
  return new InputError('ERR_KEY_MALFORMED', `cannot use key: ${fault}`);
}
