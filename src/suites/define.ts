/** From a suite file to the canonical suite definition: defaults filled in, numbers in their one form. */
import { canonicalize } from '../core/canonical-json.ts';
import { CAPABILITIES } from '../core/capability-names.ts';
import { InputError } from '../core/errors.ts';
import type { PlanParameters, PlanRules } from '../transcript/plan.ts';
import {
  harnessDigest,
  isPlainHarness,
  scorerDigest,
  SUITE_FORMAT,
  type ScorerConfig,
  type SuiteDefinition,
  type SuiteHarness,
  type SuiteScorer,
} from './definition.ts';
import type { HarnessSection, ParametersSection, ScorerSection, SuiteFile } from './suite-file.ts';

/** The SPDX expression for "nobody said". */
export const NO_LICENCE = 'NOASSERTION';

/**
 * What an unscored item counts as unless the suite says otherwise: what the model did is wrong, what happened to it is
 * excluded.
 */
const DEFAULT_UNSCORED: PlanRules['unscored'] = {
  truncated: 'wrong',
  refused: 'wrong',
  filtered: 'excluded',
  empty: 'wrong',
  timeout: 'excluded',
  transport: 'excluded',
  scorer: 'excluded',
  lost: 'excluded',
  skipped: 'excluded',
};

/**
 * The canonical definition of a suite.
 *
 * @param file - A suite file that satisfies the schema.
 * @param items - Root and size of its item tree.
 * @throws {@link InputError} `ERR_SUITE_SCHEMA` on a decimal with more digits than the format holds.
 */
export function defineSuite(file: SuiteFile, items: SuiteDefinition['items']): SuiteDefinition {
  const { id, version, title, description, source, held_out, needs, origin } = file;
  const messages = typeof file.prompt === 'string' ? [{ role: 'user' as const, content: file.prompt }] : file.prompt;
  return {
    format: SUITE_FORMAT,
    id,
    version,
    title,
    ...(description === undefined ? {} : { description }),
    licence: file.licence ?? NO_LICENCE,
    ...(source === undefined ? {} : { source }),
    visibility: file.visibility ?? 'public',
    redistributable: file.redistributable ?? false,
    items,
    prompt: { messages, few_shot: file.few_shot ?? [] },
    parameters: defineParameters(file.parameters ?? {}),
    repeats: file.repeats ?? 1,
    scorer: defineScorer(file.scorer),
    unscored: { ...DEFAULT_UNSCORED, ...file.unscored },
    ...(held_out === undefined ? {} : { held_out }),
    ...(needs === undefined ? {} : { needs: CAPABILITIES.filter((name) => needs.includes(name)) }),
    ...(origin === undefined ? {} : { origin }),
    ...defineHarnesses(file),
  };
}

function defineHarnesses({ harness, harnesses }: SuiteFile): Pick<SuiteDefinition, 'harness' | 'harnesses'> {
  const named = Object.entries(harnesses ?? {}).map(([name, section]) => defineHarness(section, name));
  const [first = defineHarness(harness ?? { id: 'single-turn', version: 1 }), ...others] = named;
  return others.length === 0 ? { harness: first } : { harness: first, harnesses: others };
}

function defineHarness({ id, version, ...options }: HarnessSection, name?: string): SuiteHarness {
  const config = Object.keys(options).length === 0 ? {} : { config: canonicalize(options) };
  const identity = { id, version, ...config };
  return {
    ...identity,
    ...(name === undefined ? {} : { name }),
    ...(isPlainHarness(identity) ? {} : { digest: harnessDigest(identity) }),
  };
}

function defineParameters(section: ParametersSection): PlanParameters {
  const { max_tokens, temperature, top_p, seed, stop, logprobs, response_format } = section;
  return {
    max_tokens: max_tokens ?? 512,
    temperature: decimalText(temperature ?? 0),
    ...(top_p === undefined ? {} : { top_p: decimalText(top_p) }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(response_format === undefined ? {} : { response_format: canonicalize(response_format) }),
  };
}

/** The scorer of a suite file with its identity. */
export function defineScorer(section: ScorerSection): SuiteScorer {
  const { id, version, ...options } = section;
  const config: Record<string, ScorerConfig[string]> = {};
  for (const [name, option] of Object.entries(options)) config[name] = optionValue(option);
  return { id, version, config, digest: scorerDigest(id, version, config) };
}

// The canonical form has no fractions and no foreign JSON: the first become decimal texts, the second a text of JSON.
function optionValue(option: ScorerSection[string]): ScorerConfig[string] {
  if (typeof option === 'number') return Number.isInteger(option) ? option : decimalText(option);
  if (typeof option === 'object' && !Array.isArray(option)) return canonicalize(option);
  return option as ScorerConfig[string];
}

/**
 * The one decimal text of a number that is not negative: no exponent, no trailing zeros.
 *
 * @throws {@link InputError} `ERR_SUITE_SCHEMA` if it needs more than 40 characters.
 */
export function decimalText(value: number | string): string {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  // Only small numbers get an exponent, and it is negative: the schema bounds them from above.
  const shifted = '0'.repeat(Math.min(400, Math.max(0, -Number(exponent)))) + whole;
  const point = shifted.length + Number(exponent);
  const digits = shifted.slice(point) + fraction;
  const text = `${shifted.slice(0, point).replace(/^0+(?=\d)/, '')}.${digits}`.replace(/\.?0*$/, '');
  if (text.length <= 40) return text;
  throw new InputError('ERR_SUITE_SCHEMA', `cannot keep decimal ${value}: want at most 40 characters without exponent`);
}
