/** Sessions with simulated providers, made in memory, of which a test may change any part before it is assessed. */
import { buildAciReport } from '../../src/endpoints/tee/simulator/aci.ts';
import type { SimulatorFaultName } from '../../src/endpoints/tee/simulator/faults.ts';
import {
  buildDirectReport,
  buildGatewayReport,
  buildPythonReport,
} from '../../src/endpoints/tee/simulator/near-report.ts';
import { createSimulation, type Simulation } from '../../src/endpoints/tee/simulator/simulation.ts';
import { buildTinfoilReport } from '../../src/endpoints/tee/simulator/tinfoil-report.ts';
import type { SessionAssessment, SessionContext, SessionEvidence } from '../../src/attestation/claim.ts';
import { assessSession } from '../../src/attestation/session.ts';
import { SIMULATED_ROOTS } from '../../src/attestation/trust.ts';
import { encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import type { TeeProvider } from '../../src/core/evidence-names.ts';

/** The moment of every session. */
export const AT_MS: number = Date.UTC(2026, 5, 15, 12);
/** The nonce of every session. */
export const NONCE: Uint8Array = new Uint8Array(32).fill(0x5a);
/** Digest of the TLS key of every session. */
export const SPKI: Uint8Array = new Uint8Array(32).fill(0x77);
const MODEL = 'simulated/model';

/** JSON that a test may change. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** A provider with these faults. */
export function simulate(mode: TeeProvider, ...faults: readonly SimulatorFaultName[]): Simulation {
  const options = { mode, model: MODEL, seed: 'session', clock: () => AT_MS, gpus: 2, rotateAfter: 0, spki: SPKI };
  const simulation = createSimulation(options);
  simulation.setFaults(faults);
  return simulation;
}

/** The report of a provider as parsed JSON. */
export function reportOf(simulation: Simulation): Loose {
  const request = { nonce: NONCE, algo: 'ecdsa', tls: true } as const;
  const build = {
    'near-direct': () => JSON.stringify(buildDirectReport(simulation, request)),
    'near-gateway': () =>
      JSON.stringify(buildGatewayReport(simulation, request, { withModel: true, certificate: null })),
    'vllm-proxy': () => JSON.stringify(buildPythonReport(simulation, request)),
    aci: () => JSON.stringify(buildAciReport(simulation, NONCE)),
    tinfoil: () => buildTinfoilReport(simulation, NONCE, null),
  };
  return JSON.parse(build[simulation.mode]());
}

/** What a session is assessed with. */
export interface SessionChanges {
  readonly report?: unknown;
  readonly bytes?: Uint8Array;
  readonly evidence?: Partial<SessionEvidence>;
  readonly context?: Partial<SessionContext>;
}

/** The assessment of a session with a provider. */
export function assess(simulation: Simulation, changes: SessionChanges = {}): SessionAssessment {
  const report = changes.bytes ?? encodeUtf8(JSON.stringify(changes.report ?? reportOf(simulation)));
  const evidence: SessionEvidence = {
    provider: simulation.mode,
    algo: 'ecdsa',
    model: MODEL,
    spki: encodeHex(SPKI),
    files: [
      { role: 'report', bytes: report },
      { role: 'collateral', bytes: encodeUtf8(JSON.stringify(simulation.collateral())) },
    ],
    ...changes.evidence,
  };
  return assessSession(evidence, { nonce: NONCE, atMs: AT_MS, roots: [SIMULATED_ROOTS], ...changes.context });
}

/** Codes of what is refuted, as `claim code`. */
export function refuted({ claims }: SessionAssessment): readonly string[] {
  return claims.flatMap(({ claim, code }) => (code === undefined ? [] : [`${claim} ${code}`]));
}

/** Reason of a claim; empty without one. */
export function reasonOf({ claims }: SessionAssessment, name: string): string {
  return claims.find(({ claim }) => claim === name)?.reason ?? '';
}
