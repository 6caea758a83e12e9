/** The configuration file of `run`: YAML, checked against a published schema, with the place of every fault. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import type { JsonObject, JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import type { EndpointLevel } from '../core/evidence-names.ts';
import { parseEndpoints, parseJudge } from '../endpoints/config-file.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import { schemaFault, type SchemaFault } from '../schema/fault.ts';
import { compileSchema } from '../schema/json-schema.ts';
import { parseYaml } from '../schema/yaml.ts';
import { readNamedFile } from './read-named-file.ts';

const MAX_FILE_BYTES = 1_048_576;

/** A suite with the harnesses that it is asked by. */
interface ConfigSuite {
  /** Path or name. */
  readonly suite: string;
  readonly harnesses?: readonly string[];
}

/** The file as its author writes it, endpoints and judge apart. */
interface ConfigFile {
  readonly suites: readonly (string | ConfigSuite)[];
  readonly harnesses?: readonly string[];
  readonly out?: string;
  readonly limit?: number;
  readonly seed?: string | number;
  readonly repeats?: number;
  readonly concurrency?: number;
  readonly timeout_ms?: number;
  readonly max_attempts?: number;
  readonly max_requests?: number;
  readonly max_cost_usd?: string | number;
  readonly max_unscored?: number;
  readonly require_level?: EndpointLevel;
  readonly key?: string;
  readonly key_env?: string;
  readonly ssh_key?: string;
  readonly unsigned?: true;
}

/** A configuration. */
export interface Config extends Omit<ConfigFile, 'suites'> {
  /** Folder of the file: suites are looked for from there. */
  readonly folder: string;
  readonly suites: readonly ConfigSuite[];
  readonly endpoints: readonly EndpointConfig[];
  /** The model that judges answers; null if there is none. */
  readonly judge: EndpointConfig | null;
}

/**
 * Read a configuration.
 *
 * @throws {@link InputError} `ERR_CONFIG_YAML`, `ERR_CONFIG_SCHEMA`, `ERR_ENDPOINT_CONFIG` with path, line and pointer;
 *   system errors
 */
export async function readConfig(path: string): Promise<Config> {
  const bytes = await readNamedFile(path);
  const source = bytes.length > MAX_FILE_BYTES ? null : tryDecodeUtf8(bytes);
  if (source === null) throw yamlError(path, 1, `want UTF-8 text of at most ${MAX_FILE_BYTES} bytes`);
  const file = await parseConfig(source, path);
  const folder = dirname(resolve(path));
  const inFolder = (name: 'out' | 'key' | 'ssh_key'): object =>
    file[name] === undefined ? {} : { [name]: resolve(folder, file[name]) };
  const paths = { ...inFolder('out'), ...inFolder('key'), ...inFolder('ssh_key') };
  const endpoints = await parseEndpoints(source, path);
  const judge = await parseJudge(source, path, endpoints);
  const suites = file.suites.map((entry) => (typeof entry === 'string' ? { suite: entry } : entry));
  return { ...file, ...paths, suites, folder, endpoints, judge };
}

async function parseConfig(source: string, path: string): Promise<ConfigFile> {
  const yaml = parseYaml(source, (line, fault, cause) => yamlError(path, line, fault, cause));
  isValid ??= compileSchema(configSchema());
  if (!isValid(yaml.value)) throw schemaError(path, await schemaFault(configSchema(), yaml));
  return yaml.value as unknown as ConfigFile;
}

let isValid: ((value: JsonValue) => boolean) | undefined;

// What is wrong with an endpoint or judge is said in more detail by the reader of endpoints.
function configSchema(): JsonObject {
  const file = readFileSync(new URL('./schema/config.schema.json', import.meta.url), 'utf8');
  const schema = JSON.parse(file) as JsonObject & { readonly properties: { readonly endpoints: JsonObject } };
  const { properties } = schema;
  return { ...schema, properties: { ...properties, endpoints: { ...properties.endpoints, items: true }, judge: true } };
}

function yamlError(path: string, line: number, fault: string, cause?: unknown): InputError {
  return new InputError('ERR_CONFIG_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause });
}

function schemaError(path: string, { line, pointer, keyword, text }: SchemaFault): InputError {
  const isConflict = keyword === 'false schema';
  const fault = isConflict ? `at ${pointer}: give only one of key, key_env, ssh_key and unsigned` : text;
  return new InputError('ERR_CONFIG_SCHEMA', `cannot read "${path}" line ${line} ${fault}`, { path, line, pointer });
}
