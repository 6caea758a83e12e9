/** The probes of a run: made before its first request, recorded in order, and what they forbid. */
import type { Capability } from '../core/capability-names.ts';
import { EndpointError } from '../core/errors.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { neededCapabilities } from '../suites/needs.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { TranscriptBuilder } from '../transcript/builder.ts';
import { formatProbeExchanges } from '../transcript/probe/exchange.ts';
import type { Plan } from '../transcript/plan.ts';
import type { ProbeRecord } from '../transcript/record.ts';
import { formatTime, type RunEnvironment } from './environment.ts';
import { probeEndpoint } from './probing.ts';
import type { Recorder } from './recorder.ts';
import type { RunListener } from './run-event.ts';

/** What probing for a run needs of its session. */
export interface ProbeInput {
  readonly plan: Plan;
  readonly suite: LoadedSuite;
  readonly endpoint: Pick<Endpoint, 'identity' | 'send'>;
  readonly environment: RunEnvironment;
  readonly signal: AbortSignal;
  /** Most requests on their way at once. */
  readonly concurrency: number;
  readonly builder: TranscriptBuilder;
  readonly recorder: Recorder;
  readonly emit: RunListener;
  /** Probes of earlier sessions. */
  readonly probed: readonly ProbeRecord[];
}

/**
 * Make the probes that the plan asks for and that no earlier session has made.
 *
 * What was found is recorded whatever it is, and then it is looked at.
 *
 * @returns Whether all of them are made; they are not if the signal was aborted.
 * @throws {@link EndpointError} `ERR_CAPABILITY` if the endpoint cannot do what the suite needs
 */
export async function probeForRun(input: ProbeInput): Promise<boolean> {
  const { plan, suite, endpoint, environment, recorder, builder } = input;
  const lacking = new Map<Capability, string>();
  for (const { capability, verdict } of input.probed) if (verdict === 'no') lacking.set(capability, 'found before');
  const capabilities = (plan.probes ?? []).slice(input.probed.length);
  let left = capabilities.length;
  const probing = probeEndpoint({
    endpoint,
    capabilities,
    nonce: plan.nonce,
    timeoutMs: plan.rules.limits.timeout_ms,
    concurrency: input.concurrency,
    environment,
    signal: input.signal,
    beforeSend: () => recorder.durable(),
  });
  for await (const { capability, finding, exchanges } of probing) {
    const facts = { capability, verdict: finding.verdict, exchanges: exchanges.length };
    const content = builder.commitNext('probe', formatProbeExchanges(exchanges));
    recorder.append({ k: 'probe', at: formatTime(environment.nowMs()), ...facts, content });
    if (finding.verdict === 'no') lacking.set(capability, finding.detail);
    input.emit({ kind: 'probed', capability, ...finding });
    left--;
  }
  refuseLacking(plan, suite, lacking);
  return left === 0;
}

/** @throws {@link EndpointError} `ERR_CAPABILITY` */
function refuseLacking(plan: Plan, { definition }: LoadedSuite, lacking: ReadonlyMap<Capability, string>): void {
  const missing = neededCapabilities(definition, plan.rules.harness).filter((capability) => lacking.has(capability));
  if (missing.length === 0) return;
  const what = missing.map((capability) => `${capability} (${lacking.get(capability) ?? ''})`).join(', ');
  const message = `cannot run ${definition.id} on ${plan.endpoint.name}: the suite needs what the endpoint does not do: ${what}`;
  throw new EndpointError('ERR_CAPABILITY', message, { retryable: false, status: null });
}

/** Whether the probes of earlier sessions are those that the plan asks for first, in its order. */
export function arePlanned({ probes = [] }: Plan, probed: readonly ProbeRecord[]): boolean {
  return probed.every(({ capability }, place) => probes[place] === capability);
}
