/**
 * The endpoints of a configuration file.
 *
 * An entry is a word as on the command line, or a mapping checked against the published schema. The rest of the file
 * belongs to whoever reads it.
 */
import { dirname, resolve } from 'node:path';
import { canonicalize, isJsonObject, type JsonValue } from '../core/canonical-json.ts';
import { InputError, isTouchstoneError } from '../core/errors.ts';
import { isList } from '../schema/keyword.ts';
import { parseYaml } from '../schema/yaml.ts';
import { requestBuilder } from '../transcript/wire/request.ts';
import { normalizeBaseUrl } from './base-url.ts';
import {
  parseEndpointSpec,
  presetConfig,
  replayConfig,
  urlConfig,
  type EndpointConfig,
  type RemoteConfig,
} from './config.ts';
import { checkEntry, type EndpointEntry, type Fault } from './endpoint-entry.ts';
import { withEvidence } from './tee-entry.ts';
import type { PlanPrices } from '../transcript/plan.ts';

/** What only servers of others have, and why an entry for another kind must not. */
const REMOTE_ONLY = [
  ['api_key_env', 'takes a key'],
  ['headers', 'takes headers'],
  ['ca_file', 'has certificates'],
  ['tee', 'gives evidence'],
] as const;

/**
 * The judge in the text of a configuration file: an entry like that of an endpoint under `judge`, or the name of an endpoint.
 *
 * @param source - YAML.
 * @param path - Path of the file, for messages; a recording is looked for from its folder.
 * @param endpoints - The endpoints of the same file.
 * @throws {@link InputError} `ERR_ENDPOINT_CONFIG` with path, line and pointer
 */
export async function parseJudge(
  source: string,
  path: string,
  endpoints: readonly EndpointConfig[],
): Promise<EndpointConfig | null> {
  const { value, fault } = readYaml(source, path);
  const entry = isJsonObject(value) ? value['judge'] : undefined;
  if (entry === undefined) return null;
  const named = endpoints.find(({ name }) => name === entry);
  return named ?? (await readEndpoint(entry, path, (pointer, ...more) => fault(`/judge${pointer}`, ...more)));
}

/**
 * The endpoints in the text of a configuration file, in order.
 *
 * @param source - YAML with a list under `endpoints`.
 * @param path - Path of the file, for messages; a recording is looked for from its folder.
 * @throws {@link InputError} `ERR_ENDPOINT_CONFIG` with path, line and pointer
 */
export async function parseEndpoints(source: string, path: string): Promise<readonly EndpointConfig[]> {
  const { value, fault } = readYaml(source, path);
  const entries = isJsonObject(value) ? value['endpoints'] : undefined;
  if (!isList(entries) || entries.length === 0) throw fault('/endpoints', 'want a list of at least one endpoint');
  const configs: EndpointConfig[] = [];
  for (const [index, entry] of entries.entries()) {
    const faultInEntry: Fault = (pointer, ...more) => fault(`/endpoints/${index}${pointer}`, ...more);
    configs.push(await readEndpoint(entry, path, faultInEntry));
  }
  checkNames(configs, fault);
  return configs;
}

function readYaml(source: string, path: string): { readonly value: JsonValue; readonly fault: Fault } {
  const { value, lineOf } = parseYaml(source, (line, text, cause) =>
    configError(path, line, `not YAML: ${text}`, { cause }),
  );
  const fault: Fault = (pointer, text, cause) =>
    configError(path, lineOf(pointer), `at ${pointer}: ${text}`, { pointer, cause });
  return { value, fault };
}

function configError(
  path: string,
  line: number,
  fault: string,
  more: { pointer?: string; cause?: unknown } = {},
): InputError {
  return new InputError('ERR_ENDPOINT_CONFIG', `cannot read "${path}" line ${line} ${fault}`, { path, line, ...more });
}

async function readEndpoint(value: JsonValue, path: string, fault: Fault): Promise<EndpointConfig> {
  if (typeof value === 'string') return wordEntry(value, path, fault);
  const entry = await checkEntry(value, fault);
  const config = withChoices(baseConfig(entry, path, fault), entry, fault);
  checkExtra(config, fault);
  return config;
}

function wordEntry(entry: string, path: string, fault: Fault): EndpointConfig {
  const config = converted(() => parseEndpointSpec(entry), '', fault);
  return config.kind === 'replay' ? { ...config, path: resolve(dirname(path), config.path) } : config;
}

function baseConfig(entry: EndpointEntry, path: string, fault: Fault): EndpointConfig {
  const { preset, url, embedded, replay, model = '' } = entry;
  if (preset !== undefined) return remoteConfig(presetConfig(preset, model), entry, { path, fault });
  if (url !== undefined) {
    const baseUrl = normalizeBaseUrl(url);
    if (baseUrl === null) throw fault('/url', 'want an http or https URL without user, password and query');
    return remoteConfig(urlConfig(baseUrl, model), entry, { path, fault });
  }
  for (const [key, what] of REMOTE_ONLY) {
    if (entry[key] !== undefined) throw fault(`/${key}`, `only a preset or a url ${what}`);
  }
  if (replay !== undefined) {
    return converted(() => replayConfig(resolve(dirname(path), replay), entry.model ?? null), '/replay', fault);
  }
  if (entry.model !== undefined) throw fault('/model', 'embedded names the model already');
  return converted(() => parseEndpointSpec(`embedded:${embedded ?? ''}`), '/embedded', fault);
}

function remoteConfig(
  config: RemoteConfig,
  entry: EndpointEntry,
  place: { readonly path: string; readonly fault: Fault },
): RemoteConfig {
  const { api_key_env, headers, ca_file } = entry;
  const remote: RemoteConfig = {
    ...config,
    apiKeyEnv: api_key_env ?? config.apiKeyEnv,
    headersEnv: lowerCased(headers ?? {}),
    caFile: ca_file === undefined ? null : resolve(dirname(place.path), ca_file),
  };
  return entry.tee === undefined ? remote : withEvidence(remote, entry.tee, place);
}

function withChoices(config: EndpointConfig, entry: EndpointEntry, fault: Fault): EndpointConfig {
  const { name, stream, max_tokens_field, extra, timeout_ms, prices } = entry;
  return {
    ...config,
    name: name ?? config.name,
    stream: stream ?? config.stream,
    maxTokensField: max_tokens_field ?? config.maxTokensField,
    extra: extra === undefined ? null : canonicalize(extra),
    timeoutMs: timeout_ms ?? null,
    prices: prices === undefined ? null : pricesOf(prices, fault),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, variable]) => [name.toLowerCase(), variable]));
}

function pricesOf(prices: NonNullable<EndpointEntry['prices']>, fault: Fault): PlanPrices {
  const text = (field: 'prompt_usd_per_mtok' | 'completion_usd_per_mtok'): string => {
    const price = String(prices[field]);
    // A very small or very large number has only an exponent form, which no plan may hold.
    if (!/^[0-9.]+$/.test(price)) throw fault(`/prices/${field}`, 'want a number of dollars without exponent');
    return price;
  };
  return {
    prompt_usd_per_mtok: text('prompt_usd_per_mtok'),
    completion_usd_per_mtok: text('completion_usd_per_mtok'),
    dated: prices.dated,
  };
}

// The plan refuses members that it decides itself; here the author still learns where.
function checkExtra({ model, stream, maxTokensField, extra }: EndpointConfig, fault: Fault): void {
  if (extra === null) return;
  const endpoint = { model, stream, max_tokens_field: maxTokensField, extra };
  converted(() => requestBuilder({ endpoint, rules: { parameters: { max_tokens: 1 } } }), '/extra', fault);
}

function checkNames(configs: readonly EndpointConfig[], fault: Fault): void {
  const seen = new Set<string>();
  for (const [index, { name }] of configs.entries()) {
    if (seen.has(name)) throw fault(`/endpoints/${index}/name`, 'another endpoint has the same name; want a name each');
    seen.add(name);
  }
}

function converted<T>(make: () => T, pointer: string, fault: Fault): T {
  try {
    return make();
  } catch (cause) {
    if (isTouchstoneError(cause)) throw fault(pointer, cause.message.replace(/^cannot [a-z ]+: /, ''), cause);
    throw cause;
  }
}
