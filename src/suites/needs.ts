/** What an endpoint has to be able to do for a suite: what the suite says, and what it uses. */
import { CAPABILITIES, type Capability } from '../core/capability-names.ts';
import { tryParseCanonical } from '../core/canonical-json.ts';
import type { PlanHarness } from '../transcript/plan.ts';
import type { SuiteDefinition } from './definition.ts';

/**
 * The capabilities that a suite needs, in their order.
 *
 * @param harness - The one that the suite is asked by.
 */
export function neededCapabilities(
  { needs = [], parameters, prompt }: Pick<SuiteDefinition, 'needs' | 'parameters' | 'prompt'>,
  harness: Pick<PlanHarness, 'id'>,
): readonly Capability[] {
  // Text completions: no roles, and nothing that is sampled.
  if (harness.id === 'log-likelihood') return inOrder([...needs, 'echo_logprobs']);
  const format = tryParseCanonical(parameters.response_format ?? '')?.['type'];
  const uses: readonly (readonly [Capability, boolean])[] = [
    ['system', [...prompt.messages, ...prompt.few_shot].some(({ role }) => role === 'system')],
    ['stop', parameters.stop !== undefined && parameters.stop.length > 0],
    ['seed', parameters.seed !== undefined],
    ['logprobs', parameters.logprobs === true],
    ['json_mode', format === 'json_object'],
    ['json_schema', format === 'json_schema'],
    ['tools', harness.id === 'tool-loop'],
  ];
  return inOrder([...needs, ...uses.flatMap(([capability, isUsed]) => (isUsed ? [capability] : []))]);
}

/** Capabilities in their order, each once. */
export function inOrder(capabilities: readonly Capability[]): readonly Capability[] {
  return CAPABILITIES.filter((capability) => capabilities.includes(capability));
}
