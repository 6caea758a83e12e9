/** Key files on disk: where they are, how they are read, and how they are written so that nobody else can read them. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError, isTouchstoneError, UsageError } from '../core/errors.ts';
import { formatSecretKey, parseSecretKey, secretKey, type SecretKey } from '../core/key.ts';
import { parseSshPrivateKey } from '../core/ssh-key.ts';
import { exists } from './path-exists.ts';
import { readNamedFile } from './read-named-file.ts';
import { warn, withHint } from './say.ts';

const SEED_BYTES = 32;
const MAX_KEY_BYTES = 65_536;
const SSH_PRIVATE = '-----BEGIN OPENSSH PRIVATE KEY-----';

/** Where the key is: the path in TOUCHSTONE_KEY, or else a file in the configuration folder of the user. */
export function defaultKeyPath(): string {
  const { TOUCHSTONE_KEY, XDG_CONFIG_HOME, APPDATA } = process.env;
  if (TOUCHSTONE_KEY) return TOUCHSTONE_KEY;
  const base = process.platform === 'win32' ? APPDATA : XDG_CONFIG_HOME;
  return join(base || join(homedir(), '.config'), 'touchstone', 'key');
}

/** A name for a new key: that of the user on this machine, as far as a key name can hold it. */
export function defaultKeyName(): string {
  const name = userInfo().username.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return /^[A-Za-z0-9]/.test(name) ? name : 'unnamed';
}

/**
 * A new key, not yet written.
 *
 * @throws {@link UsageError} `ERR_USAGE` for a name that plans cannot hold
 */
export function newKey(name: string): SecretKey {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/@,()=#~-]{0,127}$/.test(name)) {
    const want = 'want letters, digits and ._:/@,()=#~-, without spaces';
    throw new UsageError('ERR_USAGE', `cannot name a key "${name}": ${want}`);
  }
  return secretKey(name, randomBytes(SEED_BYTES));
}

/**
 * Read a secret key: one of this project, or an OpenSSH ed25519 key without passphrase.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_ENCRYPTED`, `ERR_KEY_UNSUPPORTED`; system errors
 */
export async function readKeyFile(path: string): Promise<SecretKey> {
  const { size, mode } = await stat(path);
  if (size > MAX_KEY_BYTES) throw unreadable(path, `it is larger than ${MAX_KEY_BYTES} bytes`);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    warn(`others on this machine can read ${path}: chmod 600 ${path}`);
  }
  return parseKeyText(await readNamedFile(path), path);
}

/**
 * The secret key in the text of a key file.
 *
 * @param place - Path or environment variable, for messages.
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_ENCRYPTED`, `ERR_KEY_UNSUPPORTED`; no message holds the text
 */
export function parseKeyText(bytes: Uint8Array, place: string): SecretKey {
  const text = tryDecodeUtf8(bytes)?.trim();
  if (text === undefined) throw unreadable(place, 'it is not text');
  try {
    if (text.startsWith(SSH_PRIVATE)) return fromSsh(new TextEncoder().encode(`${text}\n`));
    // What goes through a secret store often loses the comment line or the last newline.
    return parseSecretKey(text.startsWith('#') ? `${text}\n` : `#\n${text}\n`);
  } catch (cause) {
    if (isTouchstoneError(cause))
      throw new InputError(cause.code as InputError['code'], `${cause.message}, in ${place}`, { cause, path: place });
    throw cause;
  }
}

function fromSsh(file: Uint8Array): SecretKey {
  const { seed, comment } = parseSshPrivateKey(file);
  const name = comment.trim().replaceAll(/[^A-Za-z0-9._:/@,()=#~-]+/g, '-');
  return secretKey(/^[A-Za-z0-9]/.test(name) ? name.slice(0, 128) : 'unnamed', seed);
}

/**
 * Write a key so that only its owner can read it; an existing file is never touched.
 *
 * @throws {@link UsageError} `ERR_USAGE` if there is a file already
 */
export async function writeKeyFile(path: string, key: SecretKey): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, formatSecretKey(key), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    const error = new UsageError('ERR_USAGE', `cannot write a key to ${path}: there is one already`);
    throw withHint(error, 'touchstone keys rotate replaces it and keeps the old one; --key <file> names another place');
  }
}

/** Move a key aside under the day of its retirement, and say where it is now. */
export async function setKeyAside(path: string, day: string): Promise<string> {
  for (let count = 1; ; count++) {
    const aside = `${path}.retired-${day}${count === 1 ? '' : `-${count}`}`;
    if (await exists(aside)) continue;
    await rename(path, aside);
    await chmod(aside, 0o600);
    return aside;
  }
}

function unreadable(path: string, fault: string): InputError {
  return new InputError('ERR_KEY_MALFORMED', `cannot use key ${path}: ${fault}`, { path });
}
