/** Reads a policy: YAML or JSON, with the place of every fault. */
import { parsePolicy, type Policy } from '../attestation/policy.ts';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { parseYaml } from '../schema/yaml.ts';
import { readNamedFile } from './read-named-file.ts';

const MAX_FILE_BYTES = 1_048_576;

/**
 * The policy in a file.
 *
 * @throws {@link InputError} `ERR_CONFIG_YAML`, `ERR_CONFIG_SCHEMA` with path, line and pointer; system errors
 */
export async function readPolicy(path: string): Promise<Policy> {
  const bytes = await readNamedFile(path);
  const source = bytes.length > MAX_FILE_BYTES ? null : tryDecodeUtf8(bytes);
  if (source === null) throw yamlError(path, 1, `want UTF-8 text of at most ${MAX_FILE_BYTES} bytes`);
  const { value, lineOf } = parseYaml(source, (line, fault, cause) => yamlError(path, line, fault, cause));
  try {
    return parsePolicy(value);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { pointer = '' } = cause;
    const line = lineOf(pointer);
    const message = cause.message.replace('cannot read policy', `cannot read "${path}" line ${line}`);
    throw new InputError(cause.code, message, { path, line, pointer, cause });
  }
}

function yamlError(path: string, line: number, fault: string, cause?: unknown): InputError {
  return new InputError('ERR_CONFIG_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause });
}
