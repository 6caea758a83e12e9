/** Which of the suites that come along the models of the demo can do, and why not the others. */
import type { Capability } from '../core/capability-names.ts';
import { encodeHex } from '../core/bytes.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import { openEndpoint } from '../endpoints/open.ts';
import { systemEnvironment } from '../runner/environment.ts';
import { RUN_DEFAULTS } from '../runner/plan-run.ts';
import { probeEndpoint } from '../runner/probing.ts';
import type { LoadedSuite } from '../suites/load.ts';
import { inOrder, neededCapabilities } from '../suites/needs.ts';
import { isJudged } from './asked-suites.ts';
import { findingText } from './probe-text.ts';
import { say } from './say.ts';

/** A suite that is not asked. */
export interface LeftOut {
  readonly suite: string;
  readonly why: string;
}

/** Whether a suite asks one question per item and needs nothing but an answer. */
export function isPlain(suite: LoadedSuite): boolean {
  return suite.definition.harness.id === 'single-turn' && !isJudged(suite);
}

/** The suites that some model cannot do, by what a probe of each has found; nobody is there to judge what they say. */
export async function inapplicable(
  suites: readonly LoadedSuite[],
  models: readonly EndpointConfig[],
): Promise<readonly LeftOut[]> {
  const needed = inOrder(suites.flatMap(needsOf));
  say(`probing the models for ${needed.join(', ')}`);
  const lacking = new Map<Capability, string>();
  for (const model of models)
    for (const [capability, seen] of await lackingIn(model, needed)) lacking.set(capability, seen);
  return suites.flatMap((suite) => {
    const { id } = suite.definition;
    if (isJudged(suite)) return [{ suite: id, why: 'needs a judge: touchstone run --judge names one' }];
    const missing = needsOf(suite).filter((capability) => lacking.has(capability));
    const why = missing.map((capability) => `${capability} (${lacking.get(capability) ?? ''})`);
    return missing.length === 0 ? [] : [{ suite: id, why: `needs ${why.join(', ')}` }];
  });
}

function needsOf({ definition }: LoadedSuite): readonly Capability[] {
  return neededCapabilities(definition, definition.harness);
}

async function lackingIn(
  config: EndpointConfig,
  capabilities: readonly Capability[],
): Promise<ReadonlyMap<Capability, string>> {
  const endpoint = await openEndpoint(config, { connections: 4 });
  const lacking = new Map<Capability, string>();
  const probing = probeEndpoint({
    endpoint,
    capabilities,
    nonce: encodeHex(systemEnvironment.randomBytes(16)),
    timeoutMs: RUN_DEFAULTS.timeoutMs,
    concurrency: 4,
    environment: systemEnvironment,
    signal: new AbortController().signal,
    beforeSend: () => Promise.resolve(),
  });
  try {
    for await (const { capability, finding } of probing) {
      if (finding.verdict === 'no') lacking.set(capability, findingText(finding.detail));
    }
  } finally {
    await endpoint.close();
  }
  return lacking;
}
