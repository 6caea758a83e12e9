/** What a user decides about an endpoint, by a word on the command line or by an entry in a configuration file. */
import { basename } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../core/evidence-names.ts';
import { nameText } from '../transcript/shape.ts';
import { normalizeBaseUrl } from './base-url.ts';
import { PRESETS } from './presets.ts';
import { NRAS_PATH } from './tee/nras-url.ts';
import type { PlanEndpoint, PlanPrices } from '../transcript/plan.ts';
import type { CollateralChoice } from './tee/collateral.ts';

interface Common {
  /** Name in reports. */
  readonly name: string;
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokensField: PlanEndpoint['max_tokens_field'];
  /** Canonical JSON of more request members, or null. */
  readonly extra: string | null;
  readonly timeoutMs: number | null;
  readonly prices: PlanPrices | null;
}

interface Remote extends Common {
  /** In the form of `normalizeBaseUrl`. */
  readonly baseUrl: string;
  /** Name of the environment variable that holds the key, or null if none is sent. */
  readonly apiKeyEnv: string | null;
  /** Name of the variable with the value, by name of the header. */
  readonly headersEnv: Readonly<Record<string, string>>;
  /** Path of a file of PEM certificates that are trusted beside those of Node, or null. */
  readonly caFile: string | null;
}

/** A server somewhere. */
export interface ServerConfig extends Remote {
  readonly kind: 'openai';
}

/** A server that gives evidence of where its answers come from. */
export interface TeeConfig extends Remote {
  readonly kind: 'tee';
  readonly provider: TeeProvider;
  /** It is a simulator, whose evidence proves nothing. */
  readonly simulated: boolean;
  /** Where the collateral of its quotes comes from; null if none is fetched. */
  readonly collateral: CollateralChoice | null;
  /** Where GPU evidence is posted for NVIDIA's verdict; null if none is asked for. */
  readonly nras: string | null;
}

/** A server somewhere, whether it gives evidence or not. */
export type RemoteConfig = ServerConfig | TeeConfig;

/** A model that ships with the package. */
export interface EmbeddedConfig extends Common {
  readonly kind: 'embedded';
}

/** Recorded answers. */
export interface ReplayConfig extends Common {
  readonly kind: 'replay';
  /** Path of the recording. */
  readonly path: string;
}

/** A configured endpoint. */
export type EndpointConfig = RemoteConfig | EmbeddedConfig | ReplayConfig;

/** Whether an endpoint is a server of somebody else. */
export function isRemote(config: EndpointConfig): config is RemoteConfig {
  return config.kind === 'openai' || config.kind === 'tee';
}

/** The forms of an endpoint in a word, for messages and help. */
const SPEC_FORMS =
  'PRESET:MODEL, http://HOST/v1#MODEL, PROVIDER:https://HOST/v1#MODEL, embedded:MODEL or replay:FILE[#MODEL]';

const TEE_SPEC = new RegExp(`^(simulated:)?(${TEE_PROVIDERS.join('|')}):(https?://.*)$`, 's');

const isName = nameText(256);

const DEFAULTS = { stream: false, maxTokensField: 'max_tokens', extra: null, timeoutMs: null, prices: null } as const;

/**
 * The endpoint in a word: `ollama:llama3.2`, `http://127.0.0.1:8080/v1#model`, `near-direct:https://HOST/v1#model`,
 * `simulated:near-direct:http://127.0.0.1:8080/v1#model`, `embedded:tiny-1.3m`, `replay:FILE[#model]`.
 *
 * @throws {@link UsageError} `ERR_ENDPOINT_SPEC`; a URL is not repeated in the message, because it may hold a password.
 */
export function parseEndpointSpec(spec: string): EndpointConfig {
  if (/^https?:\/\//i.test(spec)) return urlSpec(spec);
  const tee = TEE_SPEC.exec(spec);
  if (tee !== null) return teeSpec(tee);
  const colon = spec.indexOf(':');
  const kind = spec.slice(0, Math.max(colon, 0));
  const rest = spec.slice(colon + 1);
  if (kind === 'embedded') return { kind, name: spec, model: checkedModel(rest), ...DEFAULTS };
  if (kind === 'replay') return replaySpec(rest);
  if (PRESETS.has(kind)) return presetConfig(kind, checkedModel(rest));
  const names = `PRESET one of ${presetNames()}, PROVIDER one of ${TEE_PROVIDERS.join(', ')}`;
  throw new UsageError('ERR_ENDPOINT_SPEC', `cannot read endpoint: want ${SPEC_FORMS}, ${names}`);
}

/** A server that is known by name. Requires a preset of that name. */
export function presetConfig(preset: string, model: string): RemoteConfig {
  const known = PRESETS.get(preset);
  if (known === undefined) throw new RangeError('no preset has that name');
  const { baseUrl, apiKeyEnv, maxTokensField, provider } = known;
  const name = `${preset}:${model}`;
  const config: ServerConfig = { ...urlConfig(baseUrl, model), name, apiKeyEnv, maxTokensField };
  return provider === null ? config : teeConfig(config, provider, false);
}

/** A server at a URL in the form of `normalizeBaseUrl`. */
export function urlConfig(baseUrl: string, model: string): ServerConfig {
  const name = `${model} at ${new URL(baseUrl).host.replace(/[[\]]/g, '')}`;
  return { ...DEFAULTS, kind: 'openai', name, model, baseUrl, apiKeyEnv: null, headersEnv: {}, caFile: null };
}

/**
 * A server as one that gives evidence.
 *
 * The collateral is Intel's and there is no verdict on GPUs, unless something else is chosen; a simulator stands for
 * both vendors itself.
 */
export function teeConfig(config: ServerConfig, provider: TeeProvider, simulated: boolean): TeeConfig {
  const { origin } = new URL(config.baseUrl);
  return {
    ...config,
    kind: 'tee',
    provider,
    simulated,
    collateral: simulated ? { kind: 'pccs', url: origin } : { kind: 'intel' },
    nras: simulated ? origin + NRAS_PATH : null,
  };
}

/** Recorded answers; without a model they take the name of the file. */
export function replayConfig(path: string, model: string | null): ReplayConfig {
  const known = model ?? basename(path).replace(/\.jsonl?$/, '');
  return { ...DEFAULTS, kind: 'replay', name: `replay:${known}`, model: checkedModel(known), path };
}

function urlSpec(spec: string): ServerConfig {
  const hash = spec.indexOf('#');
  const baseUrl = hash < 0 ? null : normalizeBaseUrl(spec.slice(0, hash));
  if (baseUrl === null) {
    const want = 'http://HOST/v1#MODEL without user, password or query';
    throw new UsageError('ERR_ENDPOINT_SPEC', `cannot read endpoint: want ${want}`);
  }
  return urlConfig(baseUrl, checkedModel(spec.slice(hash + 1)));
}

function teeSpec([spec, simulated, provider, url = '']: RegExpExecArray): TeeConfig {
  const known = TEE_PROVIDERS.find((name) => name === provider);
  if (known === undefined) throw new RangeError(`"${spec}" names no provider`);
  const config = urlSpec(url);
  const isSimulated = simulated !== undefined;
  return teeConfig(isSimulated ? { ...config, name: `simulated ${config.name}` } : config, known, isSimulated);
}

function replaySpec(rest: string): ReplayConfig {
  const hash = rest.lastIndexOf('#');
  const path = hash < 0 ? rest : rest.slice(0, hash);
  if (path === '')
    throw new UsageError('ERR_ENDPOINT_SPEC', 'cannot read endpoint: want replay:FILE or replay:FILE#MODEL');
  return replayConfig(path, hash < 0 ? null : rest.slice(hash + 1));
}

function checkedModel(model: string): string {
  if (isName(model) === null) return model;
  const want = 'up to 256 letters, digits, spaces and ._:/@+,()=#~-, the first a letter, a digit or one of @/._~';
  throw new UsageError('ERR_ENDPOINT_SPEC', `cannot read endpoint: its model is not a name; want ${want}`);
}

function presetNames(): string {
  return [...PRESETS.keys()].join(', ');
}
