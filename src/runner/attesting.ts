/**
 * Gathers evidence about the endpoint while a run goes on: attestations before, between and after the requests, and what
 * the provider says of each answer.
 *
 * Evidence of an answer is fetched beside the requests, never in the place of one. Whatever comes is recorded as it came;
 * it is checked here too, so that a run does not start, or count an answer, under evidence that contradicts it.
 */
import { writeEvidenceFile } from '../archive/evidence-files.ts';
import type {
  AttestationCheck,
  AttestedKey,
  Claim,
  ResponseAssessment,
  SessionAssessment,
} from '../attestation/claim.ts';
import { decodeHex, encodeHex } from '../core/bytes.ts';
import { digest, parseDigest } from '../core/digest.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import { CHAT_ALGORITHMS, ENDPOINT_LEVELS, type ChatAlgorithm } from '../core/evidence-names.ts';
import type { EvidenceSource, Exchange, FetchedAttestation } from '../endpoints/endpoint.ts';
import type { TranscriptBuilder, TreeHead } from '../transcript/builder.ts';
import {
  evidenceNonce,
  formatAnswerEvidence,
  type AnswerEvidence,
  type EvidencePhase,
} from '../transcript/evidence.ts';
import type { Plan, PlanEvidence } from '../transcript/plan.ts';
import type { SessionEvidenceRecord } from '../transcript/record.ts';
import { streamEnd } from '../transcript/wire/sse.ts';
import { formatTime, type RunEnvironment } from './environment.ts';
import type { Recorder } from './recorder.ts';
import type { RunListener } from './run-event.ts';

/** An answer that has come and has no verdict yet. */
export interface PendingAnswer {
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
  /** Take in an attestation of an earlier session. */
  recall(record: SessionEvidenceRecord, files: ReadonlyMap<string, Uint8Array>): void;
  /** Gather the evidence of an answer; resolves when there is room for another. */
  follow(answer: PendingAnswer): Promise<void>;
  /** Resolves when no answer waits. Rejects with the first failure. */
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

/** Evidence for a session, before its first request. */
export function createAttesting(input: AttestingInput): Attesting {
  const { evidence, source, recorder, signal } = input;
  const trust = createTrust(input);
  const rotate = createRotation(() => attestOnce(input, trust, 'rotation'));
  const pending = createPending(evidence.max_pending);
  const settle = async (answer: PendingAnswer): Promise<void> => {
    const fetched = answer.known ?? (await source.ofAnswer(answer.exchange, signal));
    if (signal.aborted) return;
    let assessment = trust.assess(answer, fetched);
    if (isForeignKey(assessment) && (await rotate())) assessment = trust.assess(answer, fetched);
    if (signal.aborted) return;
    if (answer.known === null && Object.keys(fetched).length > 0) {
      recorder.evidence(answer.seq, formatAnswerEvidence(fetched));
    }
    answer.conclude(evidence.require_level === undefined || trust.reaches(assessment, evidence.require_level));
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
    recall: (record, files) => trust.recall(record, files),
    follow: (answer) => pending.add(settle(answer).catch(input.onError)),
    idle: pending.idle,
  };
}

// An attestation is recorded whatever it shows, and then it is looked at.
async function attestOnce(input: AttestingInput, trust: Trust, phase: EvidencePhase): Promise<void> {
  const { builder, planDigest, source, signal, recorder, environment, folder, emit } = input;
  const head = phase === 'rotation' ? builder.anchor() : builder.head();
  const nonce = evidenceNonce(phase, parseDigest(planDigest), head);
  const fetched = await source.attest(nonce, signal).catch((cause: unknown) => {
    // Whoever stops a run has cancelled this too.
    if (signal.aborted) return [];
    throw cause;
  });
  if (signal.aborted) return;
  const at = formatTime(environment.nowMs());
  for (const attestation of fetched) await recordAttestation({ folder, recorder }, { at, phase, head, attestation });
  const claims = fetched.flatMap((attestation) => trust.add(attestation, nonce, Date.parse(at)).claims);
  emit({ kind: 'attested', phase, attestations: fetched.length });
  refuse(claims);
}

interface Recorded {
  readonly at: string;
  readonly phase: EvidencePhase;
  readonly head: TreeHead;
  readonly attestation: FetchedAttestation;
}

async function recordAttestation(
  { folder, recorder }: Pick<AttestingInput, 'folder' | 'recorder'>,
  { at, phase, head, attestation }: Recorded,
): Promise<void> {
  const files = [];
  for (const { role, bytes } of attestation.files) files.push({ role, sha256: await writeEvidenceFile(folder, bytes) });
  recorder.append({
    k: 'evidence',
    about: 'session',
    at,
    phase,
    size: head.size,
    root: encodeHex(head.root),
    url: attestation.url,
    files,
    ...(attestation.algo === null ? {} : { algo: attestation.algo }),
    ...(attestation.spki === null ? {} : { peer_spki: attestation.spki }),
  });
}

function refuse(claims: readonly Claim[]): void {
  const refuted = claims.find(({ status }) => status === 'refuted');
  if (refuted === undefined) return;
  const { subject, claim, reason, code = 'ERR_EVIDENCE_FORM' } = refuted;
  throw new VerificationError(code, `cannot trust endpoint: ${subject} ${claim}: ${reason}`);
}

/** What the attestations so far vouch for. */
interface Trust {
  add(attestation: FetchedAttestation, nonce: Uint8Array, atMs: number): SessionAssessment;
  recall(record: SessionEvidenceRecord, files: ReadonlyMap<string, Uint8Array>): void;
  assess(answer: PendingAnswer, evidence: AnswerEvidence): ResponseAssessment;
  reaches(assessment: ResponseAssessment, level: NonNullable<PlanEvidence['require_level']>): boolean;
}

function createTrust({ plan, planDigest, check, source, runSigned }: AttestingInput): Trust {
  const { tee, model } = plan.endpoint;
  if (tee === undefined) throw new RangeError('an endpoint without a provider gives no evidence');
  const sessions: SessionAssessment[] = [];
  const keys: AttestedKey[] = [];
  const channelSpkis: string[] = [];
  // One signature is enough to go on; whoever verifies checks them all.
  const algorithms: readonly ChatAlgorithm[] = source.algorithms.includes('ed25519') ? ['ed25519'] : CHAT_ALGORITHMS;

  const take = (assessment: SessionAssessment): SessionAssessment => {
    sessions.push(assessment);
    keys.push(...assessment.keys);
    if (assessment.channelSpki !== null) channelSpkis.push(assessment.channelSpki);
    return assessment;
  };
  return {
    add: (attestation, nonce, atMs) => take(check.assessSession(attestation, { nonce, atMs })),
    recall({ at, phase, size, root, algo = null, peer_spki: spki = null, files: named }, files) {
      const nonce = evidenceNonce(phase, parseDigest(planDigest), { size, root: decodeHex(root) });
      const held = named.map(({ role, sha256 }) => ({ role, bytes: files.get(sha256) ?? new Uint8Array() }));
      const evidence = { provider: tee.provider, algo, model, spki, files: held };
      take(check.assessSession(evidence, { nonce, atMs: Date.parse(at) }));
    },
    assess({ body, exchange }, evidence) {
      const response = exchange.response ?? new Uint8Array();
      return check.assessResponse(evidence, {
        provider: tee.provider,
        model,
        requestSha256: digest(body),
        responseSha256: digest(response),
        stream: streamEnd(response),
        keys,
        channelSpkis,
        algorithms,
      });
    },
    reaches(assessment, level) {
      if (assessment.claims.some(({ status }) => status === 'refuted')) return false;
      const grade = check.gradeAnswer(assessment, { sessions, epoch: sessions.length, runSigned });
      return ENDPOINT_LEVELS.indexOf(grade.level) >= ENDPOINT_LEVELS.indexOf(level);
    },
  };
}

function isForeignKey({ claims }: ResponseAssessment): boolean {
  return claims.some(({ code }) => code === 'ERR_CHAT_SIGNER');
}

// Many answers show a new key at once; one attestation is enough for all of them.
function createRotation(attest: () => Promise<void>): () => Promise<boolean> {
  let running: Promise<boolean> | null = null;
  let left = MAX_ROTATIONS;
  const run = async (): Promise<boolean> => {
    try {
      await attest();
      return true;
    } catch (cause) {
      // Without a new attestation the answer stays without one; what contradicts it is recorded.
      if (isTouchstoneError(cause, 'ERR_ATTESTATION')) return false;
      throw cause;
    } finally {
      running = null;
    }
  };
  return () => {
    if (running === null && left-- > 0) running = run();
    return running ?? Promise.resolve(false);
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
