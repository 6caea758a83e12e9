/** What a `run` is asked to do: the options of the command line over those of the configuration file. */
import { relative, resolve } from 'node:path';
import { UsageError, VerificationError } from '../core/errors.ts';
import { ENDPOINT_LEVELS, type EndpointLevel } from '../core/evidence-names.ts';
import { parseEndpointSpec, type EndpointConfig } from '../endpoints/config.ts';
import type { RunOptions } from '../runner/plan-run.ts';
import type { PlanBudget } from '../transcript/plan.ts';
import type { SelectionRule } from '../transcript/selection.ts';
import { oneOfWords, wholeNumber } from './command.ts';
import { readConfig, type Config } from './config.ts';
import { readEvidenceChoice, type EvidenceChoice } from './evidence-check.ts';
import { SIMULATED_HINT } from './hints.ts';
import { withHint } from './say.ts';
import type { KeyChoice } from './signing-key.ts';
import { findSuite } from './suite-path.ts';

/** Options of the command line, as the parser gives them. */
export interface RunArguments extends KeyChoice {
  readonly config?: string | undefined;
  readonly suite?: readonly string[] | undefined;
  readonly endpoint?: readonly string[] | undefined;
  readonly harness?: readonly string[] | undefined;
  readonly judge?: string | undefined;
  readonly model?: string | undefined;
  readonly out?: string | undefined;
  readonly limit?: string | undefined;
  readonly seed?: string | undefined;
  readonly repeats?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly timeout?: string | undefined;
  readonly maxAttempts?: string | undefined;
  readonly maxRequests?: string | undefined;
  readonly maxCost?: string | undefined;
  readonly maxUnscored?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly controls?: boolean | undefined;
  readonly probe?: string | undefined;
  readonly requireLevel?: string | undefined;
  readonly allowSimulated: boolean;
  readonly policy?: string | undefined;
}

/** A suite that is not loaded yet. */
interface RequestedSuite {
  /** Path of its file. */
  readonly path: string;
  /** Names of its harnesses; null if none were given for this suite. */
  readonly harnesses: readonly string[] | null;
}

/** Everything that is decided before a suite is loaded. */
export interface RunRequest {
  readonly suites: readonly RequestedSuite[];
  /** Names of harnesses for all suites that have them; null if none were given. */
  readonly harnesses: readonly string[] | null;
  readonly endpoints: readonly EndpointConfig[];
  /** The model that judges answers; null if none was given. */
  readonly judge: EndpointConfig | null;
  /** Folder for run folders. */
  readonly out: string;
  readonly options: RunOptions;
  readonly maxUnscored: number | null;
  /** How evidence is checked, where an endpoint gives any. */
  readonly evidence: EvidenceChoice;
  readonly key: KeyChoice;
}

/**
 * The request in the words of a user.
 *
 * @throws {@link UsageError} `ERR_USAGE`, `ERR_ENDPOINT_SPEC`
 * @throws {@link InputError} of the configuration file, or `ERR_SUITE_MISSING`
 * @throws {@link VerificationError} `ERR_EVIDENCE_SIMULATED` if an endpoint is a simulator and nobody said that this is fine
 */
export async function readRunRequest(args: RunArguments): Promise<RunRequest> {
  const config = args.config === undefined ? null : await readConfig(args.config);
  const suites = await suitesOf(args, config);
  const endpoints = endpointsOf(args, config);
  const requireLevel = levelOf(args, config);
  checkEvidence(endpoints, requireLevel, args.allowSimulated);
  return {
    suites,
    harnesses: args.harness ?? config?.harnesses ?? null,
    endpoints,
    judge: judgeOf(args, config),
    out: shortPath(args.out ?? config?.out ?? 'runs'),
    options: { ...optionsOf(args, config), ...withoutAbsent({ requireLevel }) },
    evidence: await readEvidenceChoice(args),
    maxUnscored: wholeNumber('max-unscored', args.maxUnscored) ?? config?.max_unscored ?? null,
    key: keyChoice(args, config),
  };
}

// Harnesses on the command line replace all that the configuration says about them.
async function suitesOf(
  { suite: typed, harness }: RunArguments,
  config: Config | null,
): Promise<readonly RequestedSuite[]> {
  const entries: Config['suites'] | undefined = typed?.map((suite) => ({ suite })) ?? config?.suites;
  if (entries === undefined) throw nothingTo('evaluate', '--suite arithmetic');
  const folder = typed === undefined ? config?.folder : undefined;
  return await Promise.all(
    entries.map(async ({ suite, harnesses }) => ({
      path: await findSuite(suite, folder),
      harnesses: harness === undefined ? (harnesses ?? null) : null,
    })),
  );
}

// The name of a configured endpoint comes first: it may hold a colon as well as a word does.
function judgeOf({ judge }: RunArguments, config: Config | null): EndpointConfig | null {
  if (judge === undefined) return config?.judge ?? null;
  return config?.endpoints.find(({ name }) => name === judge) ?? parseEndpointSpec(judge);
}

function endpointsOf(
  { endpoint, model, stream, timeout }: RunArguments,
  config: Config | null,
): readonly EndpointConfig[] {
  const endpoints = endpoint?.map((spec) => parseEndpointSpec(withModel(spec, model))) ?? config?.endpoints;
  if (endpoints === undefined) throw nothingTo('ask', '--endpoint ollama:llama3.2');
  if (model !== undefined && endpoint === undefined) {
    throw new UsageError('ERR_USAGE', '--model goes with --endpoint: a configuration names its models itself');
  }
  return endpoints.map((each) => ({
    ...each,
    stream: stream ?? each.stream,
    timeoutMs: timeout === undefined ? each.timeoutMs : null,
  }));
}

// `--endpoint http://host/v1 --model m` reads better than a fragment in a URL.
function withModel(spec: string, model: string | undefined): string {
  if (model === undefined) return spec;
  if (/^(?:https?|replay):/i.test(spec)) return spec.includes('#') ? spec : `${spec}#${model}`;
  return spec.includes(':') ? spec : `${spec}:${model}`;
}

function optionsOf(args: RunArguments, config: Config | null): RunOptions {
  const given = {
    selection: selectionOf(args, config),
    repeats: wholeNumber('repeats', args.repeats, 1) ?? config?.repeats,
    concurrency: wholeNumber('concurrency', args.concurrency, 1) ?? config?.concurrency,
    timeoutMs: wholeNumber('timeout', args.timeout, 1) ?? config?.timeout_ms,
    maxAttempts: wholeNumber('max-attempts', args.maxAttempts, 1) ?? config?.max_attempts,
    controls: args.controls,
    probes: probesOf(args),
  };
  return { ...withoutAbsent(given), budget: budgetOf(args, config) };
}

function probesOf({ probe }: RunArguments): RunOptions['probes'] {
  const chosen = oneOfWords('probe', probe, ['all', 'needed', 'none'] as const) ?? 'all';
  return chosen === 'none' ? undefined : chosen;
}

function selectionOf({ limit: typed, seed }: RunArguments, config: Config | null): SelectionRule | undefined {
  const limit = wholeNumber('limit', typed, 1) ?? config?.limit;
  if (limit !== undefined) return { kind: 'seeded', limit, seed: seed ?? String(config?.seed ?? 0) };
  if (seed === undefined) return undefined;
  throw new UsageError('ERR_USAGE', '--seed draws the items of --limit: without a limit all are asked');
}

function levelOf({ requireLevel }: RunArguments, config: Config | null): EndpointLevel | undefined {
  return oneOfWords('require-level', requireLevel, ENDPOINT_LEVELS) ?? config?.require_level;
}

const NO_EVIDENCE = 'it gives no evidence; want an endpoint of a TEE provider';

// What can never come true is said before anything is asked.
function checkEvidence(
  endpoints: readonly EndpointConfig[],
  level: EndpointLevel | undefined,
  allowSimulated: boolean,
): void {
  for (const config of endpoints) {
    const isSimulated = config.kind === 'tee' && config.simulated;
    if (isSimulated && !allowSimulated) throw simulatedError(`cannot ask ${config.name}`);
    if (level === undefined) continue;
    const cannot = `cannot require ${level} of ${config.name}`;
    if (config.kind !== 'tee') throw new UsageError('ERR_USAGE', `${cannot}: ${NO_EVIDENCE}`);
    if (isSimulated && level > 'L1') throw new UsageError('ERR_USAGE', `${cannot}: a simulator proves nothing`);
  }
}

/** The error of a simulator that nobody has accepted. */
export function simulatedError(what: string): VerificationError {
  const message = `${what}: it is a simulator, whose evidence proves nothing`;
  return withHint(new VerificationError('ERR_EVIDENCE_SIMULATED', message), SIMULATED_HINT);
}

function budgetOf(args: RunArguments, config: Config | null): PlanBudget {
  const requests = wholeNumber('max-requests', args.maxRequests, 1) ?? config?.max_requests;
  const cost = args.maxCost ?? (config?.max_cost_usd === undefined ? undefined : String(config.max_cost_usd));
  if (cost !== undefined && !/^(?:0|[1-9]\d{0,8})(?:\.\d{1,12})?$/.test(cost)) {
    throw new UsageError('ERR_USAGE', `--max-cost is "${cost}": want US dollars such as 2.50`);
  }
  return withoutAbsent({ max_requests: requests, max_cost_usd: cost });
}

// What the command line says about the key replaces all that the configuration says about it.
function keyChoice({ key, keyEnv, sshKey, unsigned }: RunArguments, config: Config | null): KeyChoice {
  if (key !== undefined || keyEnv !== undefined || sshKey !== undefined || unsigned === true) {
    return { key, keyEnv, sshKey, unsigned };
  }
  return { key: config?.key, keyEnv: config?.key_env, sshKey: config?.ssh_key, unsigned: config?.unsigned };
}

function nothingTo(verb: string, example: string): UsageError {
  const error = new UsageError('ERR_USAGE', `there is nothing to ${verb}: want a configuration file or ${example}`);
  return withHint(error, 'touchstone init writes a configuration that works');
}

// As a user would type it, where that is shorter.
function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), resolve(path)) || '.';
  return fromHere.startsWith('..') ? path : fromHere;
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
