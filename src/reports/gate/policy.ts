/**
 * Gate policies: what a candidate has to show before it may pass, in a closed YAML file.
 *
 * The schema is the parser: what it does not name is a fault, because a rule with a slip in its name would guard nothing.
 */
import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../../core/canonical-json.ts';
import { InputError, isTouchstoneError } from '../../core/errors.ts';
import type { EndpointLevel } from '../../core/evidence-names.ts';
import { parsePublicKey, type PublicKey } from '../../core/key.ts';
import { schemaFault } from '../../schema/fault.ts';
import { compileSchema } from '../../schema/json-schema.ts';
import { parseYaml, type YamlText } from '../../schema/yaml.ts';
import type { Axis } from '../../verifier/verdict.ts';

/** The two runs of a gate. */
export const ROLES = ['baseline', 'candidate'] as const;

/** One of the two runs. */
export type Role = (typeof ROLES)[number];

/** A least value: of the run itself, or shown with an accepted chance of being wrong. */
export type MinimumRule = number | { readonly score: number; readonly alpha: number };

/** The largest loss against the baseline that does not matter, and the accepted chance of each wrong decision. */
export interface MarginRule {
  readonly margin: number;
  readonly alpha: number;
}

/** Rules about a metric. */
export interface MetricRules {
  readonly minimum?: MinimumRule;
  readonly maximum?: number;
  readonly non_inferiority?: MarginRule;
}

/** What must be proven about both runs. */
export interface AssuranceRule {
  readonly level?: EndpointLevel;
  readonly axes?: Readonly<Partial<Record<Axis, 'declared' | 'proven'>>>;
}

/** Largest ratios of candidate to baseline. */
export const RATIO_RULES = [
  'max_latency_ratio',
  'max_prompt_token_ratio',
  'max_completion_token_ratio',
  'max_cost_ratio',
] as const;

/** A rule about a ratio. */
export type RatioRule = (typeof RATIO_RULES)[number];

/** Rules about one suite. */
export interface SuiteRules extends Readonly<Partial<Record<RatioRule, number>>> {
  readonly metrics?: Readonly<Record<string, MetricRules>>;
  readonly must_pass?: readonly string[];
  readonly min_items?: number;
  readonly max_unscored?: number;
  readonly assurance?: AssuranceRule;
}

/** A policy, as its file has it. */
export interface GatePolicy {
  readonly format: 'touchstone/gate-policy/v1';
  readonly signers: { readonly baseline: readonly string[]; readonly candidate: readonly string[] | 'anybody' };
  readonly suites: Readonly<Record<string, SuiteRules>>;
}

/**
 * The policy in the text of a file.
 *
 * @param source - YAML or JSON.
 * @param path - What messages call it.
 * @throws {@link InputError} `ERR_CONFIG_YAML`, `ERR_CONFIG_SCHEMA`, `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED` with path,
 *   line and pointer
 */
export async function parseGatePolicy(source: string, path: string): Promise<GatePolicy> {
  const yaml = parseYaml(source, (line, fault, cause) => {
    return new InputError('ERR_CONFIG_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause });
  });
  if (!isGatePolicy(yaml.value)) {
    const { line, pointer, text } = await schemaFault(policySchema(), yaml);
    throw new InputError('ERR_CONFIG_SCHEMA', `cannot read "${path}" line ${line} ${text}`, { path, line, pointer });
  }
  for (const role of ROLES) checkKeys(yaml.value, { role, yaml, path });
  return yaml.value;
}

/** Whether a value has the form of a policy; that its keys are keys is not checked. */
export function isGatePolicy(value: JsonValue): value is JsonValue & GatePolicy {
  isValid ??= compileSchema(policySchema());
  return isValid(value);
}

/**
 * The keys that a policy accepts for a run; null if it accepts anybody's.
 *
 * @throws {@link InputError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`
 */
export function trustedKeys({ signers }: GatePolicy, role: Role): readonly PublicKey[] | null {
  const keys = signers[role];
  return keys === 'anybody' ? null : keys.map(parsePublicKey);
}

/** A number of a policy as a decimal text. */
export function decimalText(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, '');
}

let isValid: ((value: JsonValue) => boolean) | undefined;

function policySchema(): JsonObject {
  return JSON.parse(readFileSync(new URL('./schema/gate-policy.schema.json', import.meta.url), 'utf8')) as JsonObject;
}

interface KeyPlace {
  readonly role: Role;
  readonly yaml: YamlText;
  readonly path: string;
}

// A key that cannot be read would refuse every run, and nobody would see why.
function checkKeys({ signers }: GatePolicy, { role, yaml, path }: KeyPlace): void {
  const keys = signers[role];
  if (keys === 'anybody') return;
  for (const [index, text] of keys.entries()) {
    try {
      parsePublicKey(text);
    } catch (cause) {
      if (!isTouchstoneError(cause)) throw cause;
      const pointer = `/signers/${role}/${index}`;
      const line = yaml.lineOf(pointer);
      const code = cause.code === 'ERR_KEY_UNSUPPORTED' ? cause.code : 'ERR_KEY_MALFORMED';
      throw new InputError(code, `cannot read "${path}" line ${line} at ${pointer}: ${cause.message}`, {
        path,
        line,
        pointer,
        cause,
      });
    }
  }
}
