/**
 * Signing through OpenSSH: for keys with a passphrase, in an agent, or on a device that hands out none.
 *
 * The secret never enters this process; `ssh-keygen` asks for the passphrase on the terminal or asks the agent.
 */
import { spawnSync } from 'node:child_process';
import { equalBytes, tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError, isTouchstoneError, UsageError } from '../core/errors.ts';
import { parsePublicKeys, publicKey, type PublicKey } from '../core/key.ts';
import { SSHSIG_NAMESPACES, type Purpose, type Signer } from '../core/signer.ts';
import { checkSshsig, decodeSshsigArmor } from '../core/sshsig.ts';
import { readNamedFile } from './read-named-file.ts';
import { withHint } from './say.ts';

/**
 * A signer that calls `ssh-keygen -Y sign`.
 *
 * @param path - Public key file; the secret is beside it or in the agent.
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`; system errors
 */
export async function sshSigner(path: string): Promise<Signer> {
  const key = firstKey(tryDecodeUtf8(await readNamedFile(path)) ?? '', path);
  const named = publicKey(planName(key), key.bytes);
  return { publicKey: named, scheme: 'sshsig', sign: (message, purpose) => signWith(path, named, message, purpose) };
}

function firstKey(text: string, path: string): PublicKey {
  try {
    const [key] = parsePublicKeys(text);
    if (key !== undefined) return key;
  } catch (cause) {
    if (!isTouchstoneError(cause, 'ERR_KEY_MALFORMED')) throw cause;
  }
  const error = new InputError('ERR_KEY_MALFORMED', `cannot find an OpenSSH public key in ${path}`, { path });
  const isSecret = text.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----');
  throw withHint(error, isSecret ? `this is the secret half: give ${path}.pub` : 'want a file such as id_ed25519.pub');
}

function planName({ name }: PublicKey): string {
  const kept = name.replaceAll(/[^A-Za-z0-9._:/@,()=#~-]+/g, '-').slice(0, 128);
  return /^[A-Za-z0-9]/.test(kept) ? kept : 'unnamed';
}

function signWith(path: string, key: PublicKey, message: Uint8Array, purpose: Purpose): Uint8Array {
  const namespace = SSHSIG_NAMESPACES[purpose];
  const { status, stdout, error } = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', path, '-n', namespace], {
    input: message,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (error !== undefined || status !== 0) throw refused(path, error);
  const signature = decodeSshsigArmor(stdout.toString('latin1'));
  const made = checkSshsig(signature, namespace, message);
  if (!equalBytes(made.key, key.bytes)) throw refused(path);
  return signature;
}

function refused(path: string, cause?: Error): UsageError {
  const error = new UsageError('ERR_USAGE', `ssh-keygen could not sign with ${path}`, { cause });
  return withHint(error, `load the key with ssh-add, or try: echo test | ssh-keygen -Y sign -f ${path} -n test`);
}
