/** Which key signs a run: what the command line says, then the configuration, then the key of the user. */
import { UsageError } from '../core/errors.ts';
import { localSigner } from '../core/signer.ts';
import type { RunSigner } from '../runner/signing.ts';
import { defaultKeyPath, parseKeyText, readKeyFile } from './key-file.ts';
import { exists } from './path-exists.ts';
import { warn, withHint } from './say.ts';
import { sshSigner } from './ssh-keygen.ts';

/** Ways to name a key; at most one of them. */
export interface KeyChoice {
  /** Secret key file. */
  readonly key?: string | undefined;
  /** Name of an environment variable that holds a secret key; a missing or empty one means unsigned. */
  readonly keyEnv?: string | undefined;
  /** OpenSSH public key file to sign with through ssh-keygen. */
  readonly sshKey?: string | undefined;
  readonly unsigned?: boolean | undefined;
}

// What is said, everywhere, about a run that nobody signed.
const UNSIGNED = 'signed with a key made for this run and thrown away: nobody stands behind it';

/**
 * Who signs.
 *
 * @throws {@link UsageError} `ERR_USAGE` if two ways are given, or none and there is no key of the user
 */
export async function chooseSigningKey(choice: KeyChoice): Promise<RunSigner> {
  checkOneWay(choice);
  const { key, keyEnv, sshKey, unsigned } = choice;
  if (unsigned === true) return nobody();
  if (sshKey !== undefined) return { kind: 'sshsig', signer: await sshSigner(sshKey) };
  if (keyEnv !== undefined) return keyFromEnvironment(keyEnv);
  const path = key ?? defaultKeyPath();
  if (key === undefined && !(await exists(path))) throw noKey(path);
  return { kind: 'ed25519', signer: localSigner(await readKeyFile(path)) };
}

// The key itself is derived from the secret of the run, so that a resume has it again.
function nobody(): RunSigner {
  warn(UNSIGNED);
  return { kind: 'ephemeral' };
}

function keyFromEnvironment(name: string): RunSigner {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    // Whoever gives the key itself instead of a name must not find it in a log.
    throw new UsageError('ERR_USAGE', '--key-env wants the name of an environment variable, not a key');
  }
  const text = process.env[name];
  if (text === undefined || text.trim() === '') {
    warn(`the environment variable ${name} is not set`);
    return nobody();
  }
  const secret = parseKeyText(new TextEncoder().encode(text), `environment variable ${name}`);
  return { kind: 'ed25519', signer: localSigner(secret) };
}

function checkOneWay({ key, keyEnv, sshKey, unsigned }: KeyChoice): void {
  const given = [
    key === undefined ? '' : '--key',
    keyEnv === undefined ? '' : '--key-env',
    sshKey === undefined ? '' : '--ssh-key',
    unsigned === true ? '--unsigned' : '',
  ].filter((option) => option !== '');
  if (given.length > 1)
    throw new UsageError('ERR_USAGE', `${given.join(' and ')} exclude each other: give one of them`);
}

function noKey(path: string): UsageError {
  const error = new UsageError('ERR_USAGE', `there is no signing key: ${path} does not exist`);
  return withHint(error, 'touchstone keys new makes one; --unsigned runs without, and says so in the transcript');
}
