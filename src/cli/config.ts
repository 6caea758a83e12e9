/** The configuration file of `run`: YAML, checked against a published schema, with the place of every fault. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { parseEndpoints } from '../endpoints/config-file.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import { describeFault, pointerOf } from '../suites/schema-fault.ts';

const MAX_FILE_BYTES = 1_048_576;
const ENDPOINT_SCHEMA = '../../endpoints/schema/endpoint.schema.json';

/** The file as its author writes it, endpoints apart. */
interface ConfigFile {
  readonly suites: readonly string[];
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
  readonly key?: string;
  readonly key_env?: string;
  readonly ssh_key?: string;
  readonly unsigned?: true;
}

/** A configuration. */
export interface Config extends Omit<ConfigFile, 'suites'> {
  /** Folder of the file: suites are looked for from there. */
  readonly folder: string;
  readonly suites: readonly string[];
  readonly endpoints: readonly EndpointConfig[];
}

/**
 * Read a configuration.
 *
 * @throws {@link InputError} `ERR_CONFIG_YAML`, `ERR_CONFIG_SCHEMA`, `ERR_ENDPOINT_CONFIG` with path, line and pointer;
 *   system errors
 */
export async function readConfig(path: string): Promise<Config> {
  const bytes = await readFile(path);
  const source = bytes.length > MAX_FILE_BYTES ? null : tryDecodeUtf8(bytes);
  if (source === null) throw yamlError(path, 1, `want UTF-8 text of at most ${MAX_FILE_BYTES} bytes`);
  const file = parseConfig(source, path);
  const folder = dirname(resolve(path));
  const inFolder = (name: 'out' | 'key' | 'ssh_key'): object =>
    file[name] === undefined ? {} : { [name]: resolve(folder, file[name]) };
  const paths = { ...inFolder('out'), ...inFolder('key'), ...inFolder('ssh_key') };
  return { ...file, ...paths, folder, endpoints: parseEndpoints(source, path) };
}

function parseConfig(source: string, path: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw yamlError(path, lines.linePos(fault.pos[0]).line, fault.message);
  const value = plainValue(document, path);
  const check = schemaCheck();
  if (check(value)) return value;
  const faults = (check.errors ?? [])
    // What is wrong with an endpoint is said in more detail by the reader of endpoints.
    .filter(
      (error: ErrorObject) => !/^\/endpoints\/\d/.test(error.instancePath) && error.keyword !== 'dependentSchemas',
    )
    .map((error: ErrorObject) => ({ error, line: lineOf(document, lines, pointerOf(error)) }))
    .toSorted((a, b) => a.line - b.line);
  if (faults[0] !== undefined) throw schemaError(path, faults[0], faults.length - 1);
  return value as ConfigFile;
}

function plainValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw yamlError(path, 1, 'an alias is unresolved or grows without bound', cause);
  }
}

let validate: ValidateFunction<ConfigFile> | undefined;

function schemaCheck(): ValidateFunction<ConfigFile> {
  if (validate !== undefined) return validate;
  const read = (name: string): object =>
    JSON.parse(readFileSync(new URL(name, new URL('./schema/', import.meta.url)), 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: true, verbose: true, meta: false, validateSchema: false, strictTypes: false });
  const { $id: _, ...endpoint } = read(ENDPOINT_SCHEMA) as { readonly $id?: string };
  validate = ajv.addSchema(endpoint, ENDPOINT_SCHEMA).compile<ConfigFile>(read('config.schema.json'));
  return validate;
}

// The value at the pointer, or the nearest one around it that is there.
function lineOf(document: Document, lines: LineCounter, pointer: string): number {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  while (steps.length > 0 && !document.hasIn(steps)) steps.pop();
  const node: unknown = steps.length === 0 ? document.contents : document.getIn(steps, true);
  const range: unknown = Reflect.get(Object(node), 'range');
  return Array.isArray(range) ? Math.max(1, lines.linePos(Number(range[0])).line) : 1;
}

function yamlError(path: string, line: number, fault: string, cause?: unknown): InputError {
  return new InputError('ERR_CONFIG_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause });
}

function schemaError(
  path: string,
  { error, line }: { readonly error: ErrorObject; readonly line: number },
  more: number,
): InputError {
  const pointer = pointerOf(error);
  const isConflict = error.keyword === 'false schema';
  const fault = isConflict ? 'give only one of key, key_env, ssh_key and unsigned' : describeFault(error);
  const rest = more === 0 || isConflict ? '' : `; ${more} more below`;
  const message = `cannot read "${path}" line ${line} at ${pointer || 'the top'}: ${fault}${rest}`;
  return new InputError('ERR_CONFIG_SCHEMA', message, { path, line, pointer });
}
