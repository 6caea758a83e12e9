/**
 * Gathers evidence about the endpoint while a run goes on: attestations before, between and after the requests, and what
 * the provider says of each answer.
 *
 * Evidence of an answer is fetched beside the requests, never in the place of one. Whatever comes is recorded as it came;
 * it is checked here too, so that a run does not start, or count an answer, under evidence that contradicts it.
 */
import { writeEvidenceFile } from '../archive/evidence-files.ts';
import type { AttestationCheck, ResponseAssessment } from '../attestation/claim.ts';
import { refuseRefuted } from '../attestation/refuted.ts';
import { encodeHex } from '../core/bytes.ts';
import { parseDigest } from '../core/digest.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { EvidenceSource, Exchange, FetchedAttestation } from '../endpoints/endpoint.ts';
import type { NewRecord, TranscriptBuilder, TreeHead } from '../transcript/builder.ts';
import {
  evidenceNonce,
  formatAnswerEvidence,
  type AnswerEvidence,
  type EvidencePhase,
} from '../transcript/evidence.ts';
import type { Plan, PlanEvidence } from '../transcript/plan.ts';
import type { EvidenceFileName, SessionEvidenceRecord } from '../transcript/record.ts';
import { createTrust, type EndpointTrust } from './endpoint-trust.ts';
import { formatTime, type RunEnvironment } from './environment.ts';
import type { Recorder } from './recorder.ts';
import type { RunListener } from './run-event.ts';

/** An answer that has come and has no verdict yet. */
interface PendingAnswer {
  /** Sequence number of its outcome. */
  readonly seq: number;
  readonly body: string;
  readonly exchange: Exchange;
  /** Evidence that an earlier session has recorded; null if there is none. */
  readonly known: AnswerEvidence | null;
  /** Gives the answer its verdict; called once, unless the run is stopped before. */
  readonly conclude: (isAttested: boolean) => void;
}

/** Gathers evidence for one session of a run. */
export interface Attesting {
  /**
   * Attest the endpoint and record what came.
   *
   * @throws {@link EndpointError} `ERR_ATTESTATION` if nothing could be fetched
   * @throws {@link VerificationError} with the code of the first claim that is refuted
   */
  attest(phase: EvidencePhase): Promise<void>;
  /**
   * Attest the endpoint after the last verdict. That it cannot be had is told and no error: the run is done, and keys are
   * then attested on one side only.
   */
  attestLast(): Promise<void>;
  /**
   * Take in an attestation of an earlier session.
   *
   * @throws {@link InputError} `ERR_RESUME_CONTENT` if a file of it is not what was recorded
   * @throws {@link VerificationError} with the code of the first claim that is refuted: such a run never verifies
   */
  recall(record: SessionEvidenceRecord, files: ReadonlyMap<string, Uint8Array>): void;
  /** Gather the evidence of an answer; resolves when there is room for another. */
  follow(answer: PendingAnswer): Promise<void>;
  /** Resolves when no answer waits. What went wrong was told to `onError`. */
  idle(): Promise<void>;
}

/** What evidence is gathered with. */
export interface AttestingInput {
  readonly folder: string;
  readonly plan: Plan;
  readonly planDigest: string;
  readonly evidence: PlanEvidence;
  readonly source: EvidenceSource;
  readonly check: AttestationCheck;
  readonly runSigned: boolean;
  readonly builder: TranscriptBuilder;
  readonly recorder: Recorder;
  readonly environment: RunEnvironment;
  readonly emit: RunListener;
  readonly signal: AbortSignal;
  /** Called when something fails after which the session cannot go on. */
  readonly onError: (cause: unknown) => void;
}

const MAX_ROTATIONS = 16;

const REFUSED = 'cannot trust endpoint';

/** What an answer shows if its key is one that no attestation names yet. */
const FOREIGN_KEY: ReadonlySet<string | undefined> = new Set([
  'ERR_CHAT_SIGNER',
  'ERR_RECEIPT_SIGNATURE',
  'ERR_TLS_KEY',
]);

/** Evidence for a session, before its first request. */
export function createAttesting(input: AttestingInput): Attesting {
  const { evidence, source, recorder, signal } = input;
  const { require_level: required } = evidence;
  const trust = createTrust(input);
  const rotate = createRotation(() => attestOnce(input, trust, 'rotation'));
  const pending = createPending(evidence.max_pending);
  const settle = async (answer: PendingAnswer): Promise<void> => {
    const fetched = answer.known ?? (await unlessStopped(source.ofAnswer(answer.exchange, signal), signal));
    if (fetched === null) return;
    const exchange = { body: answer.body, response: answer.exchange.response ?? new Uint8Array() };
    let assessment = trust.assess(exchange, fetched);
    if (isForeignKey(assessment)) {
      await rotate();
      if (signal.aborted) return;
      assessment = trust.assess(exchange, fetched);
    }
    // From here to the verdict in one step: a verifier judges by the attestations that stand before the verdict.
    if (answer.known === null && Object.keys(fetched).length > 0) {
      recorder.evidence(answer.seq, formatAnswerEvidence(fetched));
    }
    answer.conclude(required === undefined || trust.counts(assessment, required));
  };
  return {
    attest: (phase) => attestOnce(input, trust, phase),
    async attestLast() {
      try {
        await attestOnce(input, trust, 'after');
      } catch (cause) {
        if (!isTouchstoneError(cause)) throw cause;
        input.emit({ kind: 'unattested', reason: cause.message });
      }
    },
    recall: (record, files) => refuseRefuted(trust.recall(record, files), REFUSED),
    follow: (answer) => pending.add(settle(answer).catch(input.onError)),
    idle: pending.idle,
  };
}

// An attestation is recorded whatever it shows, and then it is looked at.
async function attestOnce(input: AttestingInput, trust: EndpointTrust, phase: EvidencePhase): Promise<void> {
  const { builder, planDigest, source, signal, recorder, environment, folder, emit } = input;
  const head = phase === 'rotation' ? builder.anchor() : builder.head();
  const nonce = evidenceNonce(phase, parseDigest(planDigest), head);
  const fetched = await unlessStopped(source.attest(nonce, signal), signal);
  if (fetched === null) return;
  const at = formatTime(environment.nowMs());
  const kept = await Promise.all(fetched.map(async (attestation) => await keepFiles(folder, attestation)));
  // All at once, so that no answer is judged between two of them.
  const claims = kept.flatMap(({ attestation, files }) => {
    recorder.append(recordOf({ at, phase, head, attestation, files }));
    return trust.add(attestation, nonce, Date.parse(at));
  });
  emit({ kind: 'attested', phase, attestations: fetched.length });
  refuseRefuted(claims, REFUSED);
}

// Whoever stops a run has cancelled what it was fetching, too.
async function unlessStopped<T>(fetched: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    const value = await fetched;
    return signal.aborted ? null : value;
  } catch (cause) {
    if (signal.aborted) return null;
    throw cause;
  }
}

interface KeptAttestation {
  readonly attestation: FetchedAttestation;
  readonly files: readonly EvidenceFileName[];
}

// Files are on the disk before a record names them.
async function keepFiles(folder: string, attestation: FetchedAttestation): Promise<KeptAttestation> {
  const files: EvidenceFileName[] = [];
  for (const { role, bytes } of attestation.files) files.push({ role, sha256: await writeEvidenceFile(folder, bytes) });
  return { attestation, files };
}

interface AttestationFacts extends KeptAttestation {
  readonly at: string;
  readonly phase: EvidencePhase;
  readonly head: TreeHead;
}

function recordOf({ at, phase, head, attestation, files }: AttestationFacts): NewRecord {
  const { url, algo, spki } = attestation;
  return {
    k: 'evidence',
    about: 'session',
    at,
    phase,
    size: head.size,
    root: encodeHex(head.root),
    url,
    files,
    ...(algo === null ? {} : { algo }),
    ...(spki === null ? {} : { peer_spki: spki }),
  };
}

function isForeignKey({ claims }: ResponseAssessment): boolean {
  return claims.some(({ status, code }) => status === 'refuted' && FOREIGN_KEY.has(code));
}

// Many answers show a new key at once; one attestation is enough for all of them.
function createRotation(attest: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let left = MAX_ROTATIONS;
  const run = async (): Promise<void> => {
    try {
      await attest();
    } catch (cause) {
      // Without a new attestation the answer stays without one; what contradicts it is recorded.
      if (!isTouchstoneError(cause, 'ERR_ATTESTATION')) throw cause;
    } finally {
      running = null;
    }
  };
  return () => {
    if (running === null && left-- > 0) running = run();
    return running ?? Promise.resolve();
  };
}

// Answers that wait for their evidence, bounded so that a verifier needs bounded memory too.
function createPending(max: number) {
  const waiting = new Set<Promise<void>>();
  return {
    async add(settled: Promise<void>): Promise<void> {
      waiting.add(settled);
      void settled.finally(() => waiting.delete(settled));
      while (waiting.size >= max) await Promise.race(waiting);
    },
    async idle(): Promise<void> {
      while (waiting.size > 0) await Promise.all(waiting);
    },
  };
}
