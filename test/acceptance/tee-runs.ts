/** Runs against simulators, over real connections and into real folders, and what a verifier makes of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '../../src/archive/folder-source.ts';
import { createAttestationCheck } from '../../src/attestation/check.ts';
import type { AttestationCheck } from '../../src/attestation/claim.ts';
import { assessSession } from '../../src/attestation/session.ts';
import { SIMULATED_ROOTS } from '../../src/attestation/trust.ts';
import type { EndpointLevel, TeeProvider } from '../../src/core/evidence-names.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { openTeeEndpoint } from '../../src/endpoints/tee/open-tee.ts';
import type { SimulatedAnswer } from '../../src/endpoints/tee/simulator/answer.ts';
import type { SimulatorFaultName } from '../../src/endpoints/tee/simulator/faults.ts';
import {
  startTeeSimulator,
  type TeeSimulator,
  type TeeSimulatorOptions,
} from '../../src/endpoints/tee/simulator/server.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import { runSuite, type RunEnd, type RunInput } from '../../src/runner/run.ts';
import type { RunSigner } from '../../src/runner/signing.ts';
import type { LoadedSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import { RUNNER, SIGNER, toySuite } from '../runner/toy.ts';

/** The model that every simulator serves. */
const MODEL = 'simulated/model';

/** The moment of every run, by the clocks of simulator and runner alike. */
export const NOW_MS: number = Date.UTC(2026, 10, 23, 12);

/** The check of somebody who knows that the endpoint is a simulator. */
export const SIMULATED: AttestationCheck = createAttestationCheck({ allowSimulated: true });

/** The check of somebody who takes the simulator's roots for those of vendors, so that levels above L1 show. */
export const AS_VENDOR: AttestationCheck = {
  ...SIMULATED,
  assessSession: (evidence, context) =>
    assessSession(evidence, { ...context, roots: [{ ...SIMULATED_ROOTS, simulated: false }] }),
};

/** The check of a runner that does not look. */
export const LAX: AttestationCheck = {
  ...SIMULATED,
  assessSession: () => ({ claims: [], machines: [], keys: [], channelSpki: null, window: null, simulated: false }),
};

let chats = 0;

/** Says the number that it is asked to say, whole or as a stream. */
const answer: SimulatedAnswer = ({ body }) => {
  const { stream, model, messages } = JSON.parse(Buffer.from(body).toString()) as {
    readonly stream?: boolean;
    readonly model: string;
    readonly messages: readonly { readonly content: string }[];
  };
  const content = /\d+/.exec(messages[0]?.content ?? '')?.[0] ?? '';
  const head = { id: `chat-${chats++}`, created: 1, model };
  const choice = { index: 0, finish_reason: 'stop' };
  const events =
    stream === true
      ? [{ ...head, object: 'chat.completion.chunk', choices: [{ ...choice, delta: { content } }] }]
      : [{ ...head, object: 'chat.completion', choices: [{ ...choice, message: { role: 'assistant', content } }] }];
  const texts = events.map((event) => JSON.stringify(event));
  const text = stream === true ? [...texts, '[DONE]'].map((data) => `data: ${data}\n\n`).join('') : texts.join('');
  const contentType = stream === true ? 'text/event-stream' : 'application/json';
  return Promise.resolve({ status: 200, contentType, body: [Buffer.from(text)] });
};

/** What a run is done with, where it is not the same for all. */
export interface RunChoice {
  readonly faults?: readonly SimulatorFaultName[];
  readonly attestation?: AttestationCheck;
  readonly stream?: boolean;
  readonly requireLevel?: EndpointLevel;
  readonly signer?: RunSigner;
  /** Only the first item. */
  readonly single?: boolean;
  readonly listener?: RunInput['listener'];
  readonly concurrency?: number;
  /** Changes the endpoint before the run. */
  readonly change?: (endpoint: Endpoint) => Endpoint;
}

/** A simulator with suites and run folders. */
export interface TeeBench extends AsyncDisposable {
  readonly simulator: TeeSimulator;
  /** Six items, of which the model has the fourth one wrong. */
  readonly suite: LoadedSuite;
  /** A new path for a run. */
  readonly folder: () => string;
  /** Run with these faults on. The endpoint is closed when it ends. */
  readonly run: (folder: string, choice?: RunChoice) => Promise<RunEnd>;
}

/** A simulator of one provider that any number of runs may use, one after the other. */
export async function openBench(provider: TeeProvider, options: Partial<TeeSimulatorOptions> = {}): Promise<TeeBench> {
  const root = await mkdtemp(join(tmpdir(), 'touchstone-tee-'));
  const clock = (): number => NOW_MS;
  const simulator = await startTeeSimulator({ mode: provider, model: MODEL, answer, clock, tls: true, ...options });
  const [suite, single] = [await toySuite(root, 6), await toySuite(await mkdtemp(join(root, 'single-')), 1)];
  let folders = 0;
  return {
    simulator,
    suite,
    folder: () => join(root, `run-${folders++}`),
    async run(folder, choice = {}) {
      simulator.setFaults(choice.faults ?? options.faults ?? []);
      const endpoint = await open(simulator, provider, choice);
      const { requireLevel, concurrency = 4, listener } = choice;
      try {
        return await runSuite({
          folder,
          endpoint: choice.change?.(endpoint) ?? endpoint,
          suite: choice.single === true ? single : suite,
          runner: RUNNER,
          signer: choice.signer ?? SIGNER,
          attestation: choice.attestation ?? SIMULATED,
          environment: { ...systemEnvironment, nowMs: clock },
          options: { concurrency, ...(requireLevel === undefined ? {} : { requireLevel }) },
          ...(listener === undefined ? {} : { listener }),
        });
      } finally {
        await endpoint.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function open(simulator: TeeSimulator, provider: TeeProvider, { stream = false }: RunChoice): Promise<Endpoint> {
  const { url, vendorUrl, certificate: ca } = simulator;
  const identity = {
    kind: 'tee',
    name: 'simulated',
    base_url: url,
    model: MODEL,
    stream,
    max_tokens_field: 'max_tokens',
    tee: { provider, simulated: true },
  } as const;
  return await openTeeEndpoint(identity, {
    baseUrl: url,
    connections: 4,
    credentials: { apiKey: null, headers: {} },
    ca,
    provider,
    companions: { collateral: { kind: 'pccs', url: vendorUrl }, nras: `${vendorUrl}/v3/attest/gpu` },
    answerDelaysMs: [1, 1, 1, 1],
  });
}

/** The verdict over a run in a folder. */
export async function verifyFolder(folder: string, attestation: AttestationCheck = SIMULATED): Promise<Verification> {
  return await verifyRun(await openFolder(folder), { attestation, keepSamples: true });
}

/** Code of the fault, or `verified`. */
export function codeOf(verification: Verification): string {
  return verification.verified ? 'verified' : verification.fault.code;
}

/** The run in a folder, which has to verify. */
export async function transcriptOf(
  folder: string,
  attestation: AttestationCheck = AS_VENDOR,
): Promise<VerifiedTranscript> {
  const verification = await verifyFolder(folder, attestation);
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}
