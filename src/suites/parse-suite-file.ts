/**
 * Reads the YAML of a suite file and checks it against the published schema.
 *
 * Whatever is wrong is reported with file, line, JSON pointer and a sentence about what was wanted, because the reader of
 * the message is the author of the file.
 */
import { readFileSync } from 'node:fs';
import type { JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { schemaFault } from '../schema/fault.ts';
import { compileSchema } from '../schema/json-schema.ts';
import { parseYaml, type YamlText } from '../schema/yaml.ts';
import type { SuiteFile } from './suite-file.ts';

/** Most UTF-16 units in a suite file. */
export const MAX_SUITE_FILE_LENGTH = 1_048_576;

/** A suite file and where its parts stand. */
export interface ParsedSuiteFile extends Pick<YamlText, 'lineOf'> {
  readonly file: SuiteFile;
}

let schema: JsonValue | undefined;
let isValid: ((value: JsonValue) => boolean) | undefined;

function suiteSchema(): JsonValue {
  schema ??= JSON.parse(readFileSync(new URL('./schema/suite.schema.json', import.meta.url), 'utf8')) as JsonValue;
  return schema;
}

/**
 * The suite file in a YAML text.
 *
 * @param source - The text of the file.
 * @param path - Its path, for messages only.
 * @throws {@link InputError} `ERR_SUITE_YAML` if it is not YAML, `ERR_SUITE_SCHEMA` if it does not satisfy the schema,
 *   `ERR_SUITE_LIMIT` if it is too long
 */
export async function parseSuiteFile(source: string, path: string): Promise<ParsedSuiteFile> {
  if (source.length > MAX_SUITE_FILE_LENGTH) {
    throw new InputError('ERR_SUITE_LIMIT', `cannot read "${path}": want at most ${MAX_SUITE_FILE_LENGTH} characters`, {
      path,
    });
  }
  const yaml = parseYaml(
    source,
    (line, fault, cause) =>
      new InputError('ERR_SUITE_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause }),
  );
  isValid ??= compileSchema(suiteSchema(), ['discriminator']);
  if (!isValid(yaml.value)) throw await schemaError(yaml, path);
  return { file: yaml.value as unknown as SuiteFile, lineOf: yaml.lineOf };
}

async function schemaError(yaml: YamlText, path: string): Promise<InputError> {
  const { line, pointer, text } = await schemaFault(suiteSchema(), yaml);
  return new InputError('ERR_SUITE_SCHEMA', `cannot read "${path}" line ${line} ${text}`, { path, line, pointer });
}
