/** The keys that a user vouches for. */
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { parsePublicKeys, type PublicKey } from '../core/key.ts';
import { readNamedFile } from './read-named-file.ts';
import { withHint } from './say.ts';

const MAX_FILE_BYTES = 1_048_576;
const VKEY = /^[^+\s]+\+[0-9a-f]{8}\+\S+$/;
const SSH_KEY = /^(?:ssh|sk-ssh|ecdsa)-\S+ \S/;

/**
 * The keys of all `--trust` options; each is a vkey, an OpenSSH public key, or a file of either.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`; system errors
 */
export async function readTrust(values: readonly string[]): Promise<readonly PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const value of values) keys.push(...(await keysIn(value)));
  return keys;
}

// What "touchstone keys show" prints can be kept as a file; its two key lines are one key.
function withoutLabels(text: string): string {
  const lines = text.split('\n').map((line) => {
    const [label = '', name] = /^(name|vkey|ssh|fingerprint) {2,}/.exec(line) ?? [];
    return name === 'name' || name === 'fingerprint' ? '' : line.slice(label.length);
  });
  return lines.join('\n');
}

async function keysIn(value: string): Promise<readonly PublicKey[]> {
  if (VKEY.test(value) || SSH_KEY.test(value)) return parsePublicKeys(value);
  const bytes = await readNamedFile(value);
  const text = bytes.length > MAX_FILE_BYTES ? null : tryDecodeUtf8(bytes);
  if (text === null) {
    const message = `cannot read keys in ${value}: want a text file of at most ${MAX_FILE_BYTES} bytes`;
    throw new InputError('ERR_KEY_MALFORMED', message, { path: value });
  }
  try {
    return parsePublicKeys(withoutLabels(text));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const place = { path: value, ...(cause.line === undefined ? {} : { line: cause.line }) };
    const error = new InputError(cause.code, `${cause.message}, in ${value}`, { cause, ...place });
    throw withHint(error, 'want lines as touchstone keys show prints them: a vkey, or an OpenSSH ssh-ed25519 key');
  }
}
