/** An endpoint that gives evidence: a chat completions API, and a source of evidence beside it. */
import { openDiscreet, openOpenAiCompatible, requestHeaders, type Connection } from '../openai-compatible.ts';
import { ACI } from './aci.ts';
import { createEvidenceClient } from './evidence-client.ts';
import { createEvidenceSource } from './evidence-source.ts';
import { NEAR_DIRECT, NEAR_GATEWAY } from './near.ts';
import { createReportCompanions, type CompanionChoice } from './report-companions.ts';
import { TINFOIL } from './tinfoil.ts';
import { VLLM_PROXY } from './vllm-proxy.ts';
import type { TeeProvider } from '../../core/evidence-names.ts';
import type { PlanEndpoint } from '../../transcript/plan.ts';
import type { Endpoint } from '../endpoint.ts';
import type { TeeProtocol } from './protocol.ts';

/** Where to connect, and what evidence to gather. */
export interface TeeConnection extends Omit<Connection, 'headers'> {
  readonly provider: TeeProvider;
  readonly companions: CompanionChoice;
  /** Waits between the tries for the evidence of an answer; default {@link ANSWER_DELAYS_MS}. */
  readonly answerDelaysMs?: readonly number[];
}

/** Five tries within about three seconds: signatures are there when the answer is, if the right machine is asked. */
const ANSWER_DELAYS_MS = [100, 300, 800, 1_800];

const PROTOCOLS: Readonly<Record<TeeProvider, TeeProtocol>> = {
  'near-direct': NEAR_DIRECT,
  'near-gateway': NEAR_GATEWAY,
  'vllm-proxy': VLLM_PROXY,
  aci: ACI,
  tinfoil: TINFOIL,
};

/**
 * Open an endpoint with evidence.
 *
 * Evidence is asked for over connections of its own, as many as answers can be under way times the signatures of each.
 * No byte is sent before the first `send` or `attest`. `send` takes chat only.
 *
 * @param identity - What the plan records of it.
 * @throws {@link UsageError} `ERR_ENDPOINT_KEY` if a credential has a character that no HTTP header may hold.
 */
export async function openTeeEndpoint(identity: PlanEndpoint, connection: TeeConnection): Promise<Endpoint> {
  const { provider, companions: choice, answerDelaysMs = ANSWER_DELAYS_MS, ...to } = connection;
  const protocol = PROTOCOLS[provider];
  const { origin, pathname } = new URL(to.baseUrl);
  const { headers } = protocol;
  const connections = to.connections * Math.max(protocol.algorithms.length, 1);
  const [endpoint, transport] = await Promise.all([
    openOpenAiCompatible(identity, { ...to, headers }),
    openDiscreet(origin, { ...to, connections }),
  ]);
  const client = createEvidenceClient(transport, requestHeaders({ ...to, headers }), connections);
  const companions = createReportCompanions(provider, choice, to.ca ?? null);
  const server = { basePath: pathname === '/' ? '' : pathname, model: identity.model };
  const parts = { provider, protocol, server, origin, client, companions, answerDelaysMs };
  return {
    ...endpoint,
    evidence: createEvidenceSource(parts),
    close: async () => {
      await Promise.all([endpoint.close(), client.close(), companions.close()]);
    },
  };
}
