/** The secret of a private suite: 32 random bytes in hex, beside the suite file, readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { encodeHex, tryDecodeHex } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';

const SECRET_BYTES = 32;

/** The path of the secret that belongs to a suite file: `suite.yaml` has `suite.secret`. */
function secretPath(suitePath: string): string {
  return `${suitePath.replace(/\.ya?ml$/i, '')}.secret`;
}

/**
 * The secret of a private suite, made on first use.
 *
 * @throws {@link InputError} `ERR_SUITE_SECRET` if the file is malformed, cannot be read or made, or can be read by others.
 */
export async function loadSecret(suitePath: string): Promise<Uint8Array> {
  const path = secretPath(suitePath);
  const text = (await readSecret(path)) ?? (await createSecret(path));
  const secret = tryDecodeHex(text.trim());
  if (secret?.length === SECRET_BYTES) return secret;
  throw secretError(path, `want ${2 * SECRET_BYTES} lowercase hex digits`);
}

async function readSecret(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    const isShared = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (isShared) throw secretError(path, 'other users can read it, want mode 0600');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw secretError(path, 'it cannot be read', cause);
  }
}

async function createSecret(path: string): Promise<string> {
  const text = `${encodeHex(randomBytes(SECRET_BYTES))}\n`;
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    return text;
  } catch (cause) {
    throw secretError(path, 'it cannot be made', cause);
  }
}

function secretError(path: string, fault: string, cause?: unknown): InputError {
  return new InputError('ERR_SUITE_SECRET', `cannot use suite secret "${path}": ${fault}`, { path, cause });
}
